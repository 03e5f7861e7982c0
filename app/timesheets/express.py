"""The usual entry in one statement: new, in one week, under one rate, and within every cap.

Nine entries in ten are like that, and everybody who logs in the same project waits for the same
counters; so what happens under their lock is one function in the database instead of a conversation
with it. Whatever is unusual leaves no trace here and goes the long way of `recording`, which says
what is right: tests hold the two against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.domain import caps
from app.domain.caps import CounterKey, Ground
from app.domain.rates import DatedRate
from app.domain.timesheets import TAKES_ENTRIES, EntryState
from app.domain.weeks import PayWeek, trainer_week_of, week_of
from app.engagements.queries import EngagementFacts
from app.kit.db import after_create
from app.timesheets import allowances
from app.timesheets.allowances import Allowance
from app.timesheets.queries import EntryFacts, PieceFacts
from app.timesheets.tables import TimeEntry

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A new entry as the phone says it. Instants are UTC and whole seconds."""

    entry_id: UUID
    started_at: datetime
    ended_at: datetime
    note: str | None
    task_reference: str | None


async def write(
    session: AsyncSession, engagement: EngagementFacts, asked: Asked, *, now: datetime
) -> tuple[EntryFacts, Allowance] | None:
    """Write the entry and move its counters; None, with nothing done, when it is not the usual one.

    The caller has checked that this time may be logged at all.
    """
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    week = week_of(asked.started_at, pay_week)
    if asked.ended_at > min(week.ends_at, trainer_week_of(asked.started_at).ends_at):
        return None
    bare = Ground(
        engagement.trainer_id, engagement.id, engagement.position_id, engagement.project_id,
        engagement.company_id, pay_week, (),
    )  # fmt: skip
    found = caps.keys_of_time(bare, asked.started_at, asked.ended_at)
    keys = sorted(found, key=lambda key: key.place)
    row = (
        await session.execute(
            _CALL,
            {
                "entry": asked.entry_id,
                "trainer": engagement.trainer_id,
                "engagement": engagement.id,
                "position": engagement.position_id,
                "project": engagement.project_id,
                "company": engagement.company_id,
                "started_at": asked.started_at,
                "ended_at": asked.ended_at,
                "note": asked.note,
                "task_reference": asked.task_reference,
                "week_starts_at": week.starts_at,
                "week_ends_at": week.ends_at,
                "scopes": [key.scope.value for key in keys],
                "scope_ids": [key.scope_id for key in keys],
                "periods": [key.period for key in keys],
                "now": now,
            },
        )
    ).one()
    if row.sheet_id is None:
        return None
    rate = DatedRate(row.rate_from, row.rate_minor, row.rate_currency)
    ground = Ground(
        bare.trainer_id, bare.engagement_id, bare.position_id, bare.project_id, bare.company_id,
        pay_week, (rate,),
    )  # fmt: skip
    piece = _piece(engagement, asked, row.sheet_id, week.starts_at, now)
    left = _allowance(ground, keys, row, asked.ended_at - _SECOND)
    return EntryFacts((piece,)), left


def _allowance(ground: Ground, keys: Sequence[CounterKey], row: Any, at: datetime) -> Allowance:
    agreed = dict(zip(keys, row.agreed, strict=True))
    used = dict(zip(keys, row.used, strict=True))
    return allowances.of(ground, agreed, {key: agreed[key] - used[key] for key in keys}, at)


def _piece(
    engagement: EngagementFacts,
    asked: Asked,
    sheet_id: UUID,
    week_starts_at: datetime,
    now: datetime,
) -> PieceFacts:
    """What the function wrote, without asking for it again."""
    return PieceFacts(
        id=asked.entry_id,
        root_id=asked.entry_id,
        trainer_id=engagement.trainer_id,
        engagement_id=engagement.id,
        company_id=engagement.company_id,
        timesheet_id=sheet_id,
        week_starts_at=week_starts_at,
        source="manual",
        state=EntryState.RECORDED,
        started_at=asked.started_at,
        ended_at=asked.ended_at,
        stops_by_at=None,
        phone_offset_seconds=0,
        said_started_at=asked.started_at,
        said_ended_at=asked.ended_at,
        note=asked.note,
        task_reference=asked.task_reference,
        binding_cap=None,
        decide_by_at=None,
        decision_reason_code=None,
        decision_explanation=None,
        company_agreed_at=None,
        operations_agreed_at=None,
        at_platform_cost=False,
        version=1,
        created_at=now,
    )


_CALL = (
    text(
        "SELECT * FROM record_usual_time(:entry, :trainer, :engagement, :position, :project,"
        " :company, :started_at, :ended_at, :note, :task_reference, :week_starts_at, :week_ends_at,"
        " :scopes, :scope_ids, :periods, :now)"
    )
    .bindparams(
        *(
            bindparam(name, type_=Uuid())
            for name in ("entry", "trainer", "engagement", "position", "project", "company")
        ),
        *(
            bindparam(name, type_=DateTime(timezone=True))
            for name in ("started_at", "ended_at", "week_starts_at", "week_ends_at", "now")
        ),
        bindparam("note", type_=Text()),
        bindparam("task_reference", type_=Text()),
        bindparam("scopes", type_=ARRAY(Text())),
        bindparam("scope_ids", type_=ARRAY(Uuid())),
        bindparam("periods", type_=ARRAY(Text())),
    )
    .columns(used=ARRAY(BigInteger()), agreed=ARRAY(BigInteger()))
)

_TAKING = ", ".join(f"'{state.value}'" for state in sorted(TAKES_ENTRIES))
# The same order as the long way: lock the counters, read what is agreed, decide, write, move. The
# block with the exception is a savepoint, so that an unusual entry leaves neither rows nor locks.
after_create(
    TimeEntry.__table__,
    f"""
CREATE FUNCTION record_usual_time(
  p_entry uuid, p_trainer uuid, p_engagement uuid, p_position uuid, p_project uuid, p_company uuid,
  p_started_at timestamptz, p_ended_at timestamptz, p_note text, p_task_reference text,
  p_week_starts_at timestamptz, p_week_ends_at timestamptz,
  p_scopes text[], p_scope_ids uuid[], p_periods text[], p_now timestamptz,
  OUT sheet_id uuid, OUT used bigint[], OUT agreed bigint[], OUT rate_from timestamptz,
  OUT rate_minor bigint, OUT rate_currency text
) LANGUAGE plpgsql AS $$
DECLARE
  v_seconds bigint := extract(epoch FROM p_ended_at - p_started_at);
  v_needed bigint[];
  v_weekly bigint;
  v_total bigint;
BEGIN
  BEGIN
    SELECT array_agg(l.used ORDER BY l.place) INTO used FROM (
      SELECT w.place, c.used FROM cap_counters c
      JOIN unnest(p_scopes, p_scope_ids, p_periods)
        WITH ORDINALITY AS w (scope, scope_id, period, place) USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c) AS l;
    IF coalesce(cardinality(used), 0) <> 6 THEN RAISE SQLSTATE 'LW001'; END IF;

    SELECT effective_at, bill_minor, currency INTO rate_from, rate_minor, rate_currency
    FROM engagement_bill_terms
    WHERE engagement_id = p_engagement AND effective_at < p_ended_at
    ORDER BY effective_at DESC LIMIT 1;
    IF rate_from IS NULL OR rate_from > p_started_at THEN RAISE SQLSTATE 'LW001'; END IF;

    SELECT max(weekly_minutes) INTO v_weekly FROM engagement_limits
    WHERE engagement_id = p_engagement AND effective_at < p_week_ends_at
      AND effective_at >= coalesce(
        (SELECT max(effective_at) FROM engagement_limits
         WHERE engagement_id = p_engagement AND effective_at <= p_week_starts_at), '-infinity');
    SELECT total_minutes INTO v_total FROM engagement_limits
    WHERE engagement_id = p_engagement AND effective_at <= p_now
    ORDER BY effective_at DESC LIMIT 1;
    IF NOT FOUND OR v_weekly IS NULL THEN RAISE SQLSTATE 'LW001'; END IF;

    agreed := ARRAY[
      coalesce((SELECT weekly_minutes FROM trainer_week_caps WHERE trainer_id = p_trainer),
               {caps.DEFAULT_TRAINER_WEEK_MINUTES}) * 60,
      v_weekly * 60,
      coalesce(v_total * 60, {caps.NO_CAP}),
      coalesce((SELECT total_minutes FROM positions WHERE id = p_position) * 60, {caps.NO_CAP}),
      coalesce((SELECT budget_minor FROM project_bill_terms WHERE project_id = p_project) * 3600,
               {caps.NO_CAP}),
      coalesce((SELECT credit_limit_minor FROM credit_terms
                WHERE company_id = p_company AND effective_at <= p_now
                ORDER BY effective_at DESC LIMIT 1),
               {credit_terms.DEFAULT_CREDIT_LIMIT_MINOR}) * 3600];
    v_needed := ARRAY[v_seconds, v_seconds, v_seconds, v_seconds,
                      v_seconds * rate_minor, v_seconds * rate_minor];
    FOR i IN 1..6 LOOP
      IF used[i] + v_needed[i] > agreed[i] THEN RAISE SQLSTATE 'LW001'; END IF;
      used[i] := used[i] + v_needed[i];
    END LOOP;

    SELECT id INTO sheet_id FROM timesheets
    WHERE engagement_id = p_engagement AND week_starts_at = p_week_starts_at
      AND state IN ({_TAKING});
    IF sheet_id IS NULL THEN RAISE SQLSTATE 'LW001'; END IF;

    INSERT INTO time_entries (
      id, root_id, trainer_id, engagement_id, company_id, timesheet_id, week_starts_at, source,
      state, started_at, ended_at, phone_offset_seconds, said_started_at, said_ended_at, note,
      task_reference, at_platform_cost, version, created_at, changed_at)
    VALUES (
      p_entry, p_entry, p_trainer, p_engagement, p_company, sheet_id, p_week_starts_at, 'manual',
      'recorded', p_started_at, p_ended_at, 0, p_started_at, p_ended_at, p_note,
      p_task_reference, false, 1, p_now, p_now);

    UPDATE cap_counters c SET used = c.used + w.by, cap = greatest(w.agreed, c.used)
    FROM unnest(p_scopes, p_scope_ids, p_periods, v_needed, agreed)
      AS w (scope, scope_id, period, by, agreed)
    WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
  EXCEPTION WHEN SQLSTATE 'LW001' OR unique_violation OR exclusion_violation THEN
    sheet_id := NULL;
  END;
END
$$""",  # noqa: S608 – our own constants
    down="DROP FUNCTION IF EXISTS record_usual_time",
)
