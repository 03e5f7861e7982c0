"""The usual entry in one statement: new, in one week, under one rate, and within every cap.

Nine entries in ten are like that, and so is the start of most timers. One function in the database
finds who calls and what is agreed, checks, writes and counts, in one round trip that is a
transaction by itself. It works a lease off where it can, and takes a slice of the shared caps where
it must. Whatever is unusual leaves no trace here and goes the long way of `recording`, which says
what is right: tests hold the two against each other. Where the function cannot know as much as the
long way does, such as when a day begins in somebody's zone, it takes the narrower bound.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from app.companies import credit_terms
from app.domain import caps, leases
from app.domain.actor import TrainerActor
from app.domain.caps import ORDER
from app.domain.requirements import COUNTING_STATES, Stage
from app.domain.timesheets import (
    LATE_WITHIN,
    LATEST_AHEAD,
    LONGEST_ENTRY,
    RESERVE_SLICE,
    EntryState,
)
from app.domain.weeks import Week, trainer_week_of
from app.identity import authentication
from app.kit import crypto
from app.kit.calls import Calls
from app.kit.db import after_create
from app.timesheets import allowances, counters, sheets
from app.timesheets.allowances import Allowance
from app.timesheets.queries import EntryFacts, PieceFacts
from app.timesheets.recording import TimeSaid
from app.timesheets.tables import TimeEntry
from app.timesheets.timing import TimerSaid

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Usual:
    """Who logged, and what came of it."""

    actor: TrainerActor
    entry: EntryFacts
    allowance: Allowance


async def record_time(
    calls: Calls, token: str, entry_id: UUID, said: TimeSaid, *, now: datetime
) -> Usual | None:
    """Write the entry and move its counters; None, with nothing done, when it is not the usual one.

    `token`: of the trainer who calls; one that is not good makes nothing usual either.
    """
    if not (
        timedelta() < said.ended_at - said.started_at <= LONGEST_ENTRY
        and now - LATE_WITHIN <= said.ended_at <= now + LATEST_AHEAD
    ):
        return None
    row = await _called(
        calls, crypto.fingerprint(token), entry_id, said.engagement_id, said.started_at,
        said.ended_at, said.note, said.task_reference, now, None, 0,
    )  # fmt: skip
    if row is None:
        return None
    actor = TrainerActor(row["trainer_id"], row["user_id"])
    piece = PieceFacts(
        **_shared(actor, entry_id, said.engagement_id, row, now),
        timesheet_id=row["sheet_id"],
        source="manual",
        state=EntryState.RECORDED,
        started_at=said.started_at,
        ended_at=said.ended_at,
        stops_by_at=None,
        phone_offset_seconds=0,
        said_started_at=said.started_at,
        said_ended_at=said.ended_at,
        note=said.note,
        task_reference=said.task_reference,
    )
    entry = EntryFacts((piece,))
    return Usual(actor, entry, _allowance(said.ended_at - _SECOND, row))


async def start_timer(
    calls: Calls, token: str, entry_id: UUID, said: TimerSaid, *, now: datetime
) -> Usual | None:
    """Start a timer and reserve its first slice whole; None, with nothing done, when that is not
    how it goes."""
    start = now.replace(microsecond=0)
    until = start + RESERVE_SLICE
    phone = said.started_at
    offset_seconds = int((phone - now).total_seconds()) if phone else 0
    row = await _called(
        calls, crypto.fingerprint(token), entry_id, said.engagement_id, start, until, said.note,
        said.task_reference, now, phone or start, offset_seconds,
    )  # fmt: skip
    if row is None:
        return None
    actor = TrainerActor(row["trainer_id"], row["user_id"])
    piece = PieceFacts(
        **_shared(actor, entry_id, said.engagement_id, row, now),
        timesheet_id=None,
        source="timer",
        state=EntryState.RUNNING,
        started_at=start,
        ended_at=None,
        stops_by_at=until,
        phone_offset_seconds=offset_seconds,
        said_started_at=phone or start,
        said_ended_at=None,
        note=said.note,
        task_reference=said.task_reference,
    )
    return Usual(actor, EntryFacts((piece,)), _allowance(start, row))


async def _called(calls: Calls, *values: Any) -> Any:
    """What the function says; None when it did nothing, or when the id or the time is taken."""
    try:
        row = await calls.row(_CALL, *values)
    except asyncpg.IntegrityConstraintViolationError:
        return None
    return row if row and row["sheet_id"] else None


def _allowance(at: datetime, row: Any) -> Allowance:
    """Of shared caps it is what is left without what others hold in advance; they bind nothing."""
    rate = row["rate_minor"]
    agreed = dict(zip(ORDER, row["agreed"], strict=True))
    used = dict(zip(ORDER, row["used"], strict=True))
    return allowances.told(
        agreed,
        {
            scope: caps.minutes_left(
                agreed[scope] - used[scope], rate if caps.is_money(scope) else 1
            )
            for scope in ORDER
        },
        pay_week=Week(row["week_starts_at"], row["week_ends_at"]),
        trainer_week=trainer_week_of(at),
    )


def _shared(
    actor: TrainerActor, entry_id: UUID, engagement_id: UUID, row: Any, now: datetime
) -> dict[str, Any]:
    """What the function wrote of every new entry, without asking for it again."""
    return {
        "id": entry_id,
        "root_id": entry_id,
        "trainer_id": actor.trainer_id,
        "engagement_id": engagement_id,
        "company_id": row["company_id"],
        "week_starts_at": row["week_starts_at"],
        "binding_cap": None,
        "decide_by_at": None,
        "decision_reason_code": None,
        "decision_explanation": None,
        "company_agreed_at": None,
        "operations_agreed_at": None,
        "at_platform_cost": False,
        "version": 1,
        "created_at": now,
    }


_CALL = "SELECT * FROM record_usual_time($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_TAKING = ", ".join(f"'{state}'" for state in sheets.TAKING)
_COUNTING = ", ".join(f"'{state.value}'" for state in sorted(COUNTING_STATES[Stage.VERIFIED]))
_ISO = counters.WEEK_PERIOD
_CALLER = authentication.LIVE_TRAINER.format(hashed="p_token_hash", now="p_now").strip()
# Who calls, what is agreed with her, and whether she may: all that can be known before a lock.
_FACTS = f"""
    SELECT u.id, g.subject_id INTO user_id, trainer_id
    {_CALLER};

    SELECT e.company_id, e.position_id, e.project_id, p.requirements, p.seats_taken
    INTO company_id, v_position, v_project, v_asked, v_crowd
    FROM engagements e JOIN positions p ON p.id = e.position_id
    WHERE e.id = p_engagement AND e.trainer_id = record_usual_time.trainer_id
      AND e.ended_at IS NULL AND (e.state = 'active' OR p_phone_started_at IS NULL)
      AND NOT e.pauses && tstzrange(p_started_at, p_ended_at)
      AND p_started_at >= (e.starts_on + 1)::timestamp AT TIME ZONE 'UTC'
      AND (e.ends_on IS NULL OR p_ended_at <= e.ends_on::timestamp AT TIME ZONE 'UTC');
    IF NOT FOUND THEN RETURN; END IF;

    v_day := (p_ended_at AT TIME ZONE 'UTC')::date + 1;
    IF EXISTS (
      SELECT FROM jsonb_array_elements_text(v_asked -> 'credentials') AS asked (type)
      WHERE NOT EXISTS (
        SELECT FROM credentials c WHERE c.trainer_id = record_usual_time.trainer_id
          AND c.type = asked.type AND c.state IN ({_COUNTING})
          AND (c.expires_on IS NULL OR c.expires_on >= v_day)))
      OR jsonb_array_length(v_asked -> 'specialties') > 0 AND NOT EXISTS (
        SELECT FROM credentials c WHERE c.trainer_id = record_usual_time.trainer_id
          AND v_asked -> 'specialties' ? c.specialty_key AND c.state IN ({_COUNTING})
          AND (c.expires_on IS NULL OR c.expires_on >= v_day))
    THEN RETURN; END IF;

    SELECT t.id, t.week_starts_at, t.week_ends_at INTO v_sheet, week_starts_at, week_ends_at
    FROM timesheets t
    WHERE t.engagement_id = p_engagement AND t.week_starts_at <= p_started_at
    ORDER BY t.week_starts_at DESC LIMIT 1;
    v_week := date_trunc('week', p_started_at, 'UTC');
    IF week_ends_at IS NULL OR p_ended_at > least(week_ends_at, v_week + interval '7 days') THEN
      RETURN;
    END IF;
"""  # noqa: S608 – our own constants
# Her own counters first. A lease that is big enough needs no other lock; only who takes leases back
# moves it besides us. Else the shared counters, in their order.
_LOCKS = f"""
    SELECT array_agg(l.used ORDER BY l.place) INTO used FROM (
      SELECT w.place, c.used FROM cap_counters c JOIN (VALUES
        (1, 'trainer_week', record_usual_time.trainer_id, to_char(v_week, {_ISO})),
        (2, 'engagement_week', p_engagement, to_char(week_starts_at, {_ISO})),
        (3, 'engagement_total', p_engagement, '')) AS w (place, scope, scope_id, period)
      USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c) AS l;
    IF coalesce(cardinality(used), 0) <> 3 THEN RETURN; END IF;

    SELECT b.effective_at, b.bill_minor, l.position_units >= v_seconds
      AND least(l.budget_units, l.credit_units) >= v_seconds * b.bill_minor
    INTO v_rate_from, rate_minor, v_leased
    FROM engagement_bill_terms b LEFT JOIN cap_leases l USING (engagement_id)
    WHERE b.engagement_id = p_engagement AND b.effective_at < p_ended_at
    ORDER BY b.effective_at DESC LIMIT 1;
    IF v_rate_from IS NULL OR v_rate_from > p_started_at THEN RETURN; END IF;
    v_leased := coalesce(v_leased, false);
    v_needed := ARRAY[v_seconds, v_seconds, v_seconds,
                      v_seconds, v_seconds * rate_minor, v_seconds * rate_minor];

    IF NOT v_leased THEN
      PERFORM FROM cap_counters c JOIN (VALUES
        (4, 'position_total', v_position, ''), (5, 'project_budget', v_project, ''),
        (6, 'credit_limit', record_usual_time.company_id, '')) AS w (place, scope, scope_id, period)
      USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c;
    END IF;
"""  # noqa: S608 – our own constants
# Read after the locks: whoever moved or cut a cap, or handed the week in, while we waited is heard.
_AGREED = f"""
    SELECT
      ARRAY[
        coalesce((SELECT w.weekly_minutes FROM trainer_week_caps w
                  WHERE w.trainer_id = record_usual_time.trainer_id),
                 {caps.DEFAULT_TRAINER_WEEK_MINUTES}) * 60,
        (SELECT max(l.weekly_minutes) FROM engagement_limits l
         WHERE l.engagement_id = p_engagement AND l.effective_at < week_ends_at
           AND l.effective_at >= coalesce(
             (SELECT max(b.effective_at) FROM engagement_limits b
              WHERE b.engagement_id = p_engagement
                AND b.effective_at <= record_usual_time.week_starts_at), '-infinity')) * 60,
        (SELECT coalesce(l.total_minutes * 60, {caps.NO_CAP}) FROM engagement_limits l
         WHERE l.engagement_id = p_engagement AND l.effective_at <= p_now
         ORDER BY l.effective_at DESC LIMIT 1),
        coalesce((SELECT p.total_minutes FROM positions p WHERE p.id = v_position) * 60,
                 {caps.NO_CAP}),
        coalesce((SELECT b.budget_minor FROM project_bill_terms b
                  WHERE b.project_id = v_project) * 3600, {caps.NO_CAP}),
        coalesce((SELECT t.credit_limit_minor FROM credit_terms t
                  WHERE t.company_id = record_usual_time.company_id AND t.effective_at <= p_now
                  ORDER BY t.effective_at DESC LIMIT 1),
                 {credit_terms.DEFAULT_CREDIT_LIMIT_MINOR}) * 3600],
      ARRAY(SELECT c.used FROM cap_counters c JOIN (VALUES
        (4, 'position_total', v_position, ''), (5, 'project_budget', v_project, ''),
        (6, 'credit_limit', record_usual_time.company_id, '')) AS w (place, scope, scope_id, period)
        USING (scope, scope_id, period) ORDER BY w.place),
      coalesce((SELECT ARRAY[l.position_units, l.budget_units, l.credit_units] FROM cap_leases l
                WHERE l.engagement_id = p_engagement), ARRAY[0, 0, 0]),
      EXISTS (SELECT FROM timesheets t WHERE t.id = v_sheet AND t.state IN ({_TAKING}))
    INTO agreed, v_shared, v_free, v_taking;
    IF NOT v_taking OR agreed[2] IS NULL OR agreed[3] IS NULL OR cardinality(v_shared) <> 3
    THEN RETURN; END IF;
    used := used || v_shared;
    v_own := {caps.NO_CAP};
    FOR i IN 1..3 LOOP
      IF used[i] + v_needed[i] > agreed[i] THEN RETURN; END IF;
      used[i] := used[i] + v_needed[i];
      v_own := least(v_own, agreed[i] - used[i]);
    END LOOP;
"""  # noqa: S608 – our own constants
# What is told of a shared cap counts its own lease as left, and others' as used; where it would
# then seem to bind, the long way looks more closely.
_SHARED = f"""
    FOR i IN 4..6 LOOP
      v_weight := CASE i WHEN 4 THEN 1 ELSE rate_minor END;
      IF v_leased THEN
        IF used[i] > agreed[i] THEN RETURN; END IF;
        v_moved[i] := 0;
        v_free[i - 3] := v_free[i - 3] - v_needed[i];
      ELSE
        v_room := agreed[i] - used[i] - v_needed[i];
        IF v_room < 0 THEN RETURN; END IF;
        v_slice := least(agreed[2] * v_weight - v_free[i - 3],
          v_room / ({leases.SHARE} * greatest({leases.CROWD}, v_crowd)));
        IF v_slice <= 0 OR v_slice * {leases.SLICES_A_WEEK} < agreed[2] * v_weight THEN
          v_slice := 0;
        END IF;
        v_moved[i] := v_needed[i] + v_slice;
        v_added[i - 3] := v_slice;
        v_free[i - 3] := v_free[i - 3] + v_slice;
      END IF;
      used[i] := used[i] + v_moved[i] - v_free[i - 3];
      IF (agreed[i] - used[i]) / v_weight < v_own THEN RETURN; END IF;
    END LOOP;
"""
_WRITES = f"""
    IF v_leased THEN
      UPDATE cap_leases l SET position_units = l.position_units - v_needed[4],
        budget_units = l.budget_units - v_needed[5], credit_units = l.credit_units - v_needed[6]
      WHERE l.engagement_id = p_engagement AND l.position_units >= v_needed[4]
        AND l.budget_units >= v_needed[5] AND l.credit_units >= v_needed[6];
      IF NOT FOUND THEN RETURN; END IF;
    ELSIF v_added <> ARRAY[0, 0, 0]::bigint[] THEN
      INSERT INTO cap_leases AS l (engagement_id, position_id, project_id, company_id,
                                   position_units, budget_units, credit_units)
      VALUES (p_engagement, v_position, v_project, record_usual_time.company_id,
              v_added[1], v_added[2], v_added[3])
      ON CONFLICT ON CONSTRAINT pk_cap_leases DO UPDATE
      SET position_units = l.position_units + v_added[1],
          budget_units = l.budget_units + v_added[2],
          credit_units = l.credit_units + v_added[3];
    END IF;
    INSERT INTO time_entries (
      id, root_id, trainer_id, engagement_id, company_id, timesheet_id, week_starts_at, source,
      state, started_at, ended_at, stops_by_at, phone_offset_seconds, said_started_at,
      said_ended_at, note, task_reference, at_platform_cost, version, created_at, changed_at)
    SELECT
      p_entry, p_entry, record_usual_time.trainer_id, p_engagement, record_usual_time.company_id,
      k.sheet, record_usual_time.week_starts_at, k.source, k.state, p_started_at, k.ended_at,
      k.stops_by_at, p_phone_offset_seconds, k.said_started_at, k.ended_at, p_note,
      p_task_reference, false, 1, p_now, p_now
    FROM (VALUES
      (false, v_sheet, 'manual', 'recorded', p_ended_at, NULL::timestamptz, p_started_at),
      (true, NULL::uuid, 'timer', 'running', NULL, p_ended_at, p_phone_started_at))
      AS k (timer, sheet, source, state, ended_at, stops_by_at, said_started_at)
    WHERE k.timer = (p_phone_started_at IS NOT NULL);

    UPDATE cap_counters c SET used = c.used + w.by, cap = greatest(w.agreed, c.used)
    FROM (VALUES
      ('trainer_week', record_usual_time.trainer_id, to_char(v_week, {_ISO}),
       v_needed[1], record_usual_time.agreed[1]),
      ('engagement_week', p_engagement, to_char(record_usual_time.week_starts_at, {_ISO}),
       v_needed[2], record_usual_time.agreed[2]),
      ('engagement_total', p_engagement, '', v_needed[3], record_usual_time.agreed[3]))
      AS w (scope, scope_id, period, by, agreed)
    WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
    IF NOT v_leased THEN
      UPDATE cap_counters c SET used = c.used + w.by, cap = greatest(w.agreed, c.used)
      FROM (VALUES
        ('position_total', v_position, '', v_moved[4], record_usual_time.agreed[4]),
        ('project_budget', v_project, '', v_moved[5], record_usual_time.agreed[5]),
        ('credit_limit', record_usual_time.company_id, '', v_moved[6],
         record_usual_time.agreed[6]))
        AS w (scope, scope_id, period, by, agreed)
      WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
    END IF;
    sheet_id := v_sheet;
"""  # noqa: S608 – our own constants
# With `p_phone_started_at` it is a timer, whose time until `p_ended_at` is reserved.
# It only reads and locks until the entry is known to be usual: whatever returns before has written
# nothing. An id that is taken, or time that is, fails the whole statement.
after_create(
    TimeEntry.__table__,
    f"""
CREATE FUNCTION record_usual_time(
  p_token_hash bytea, p_entry uuid, p_engagement uuid, p_started_at timestamptz,
  p_ended_at timestamptz, p_note text, p_task_reference text, p_now timestamptz,
  p_phone_started_at timestamptz, p_phone_offset_seconds bigint,
  OUT user_id uuid, OUT trainer_id uuid, OUT company_id uuid, OUT sheet_id uuid,
  OUT week_starts_at timestamptz, OUT week_ends_at timestamptz, OUT used bigint[],
  OUT agreed bigint[], OUT rate_minor bigint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_seconds bigint := extract(epoch FROM p_ended_at - p_started_at);
  v_position uuid; v_project uuid; v_sheet uuid; v_asked jsonb; v_crowd bigint; v_day date;
  v_week timestamptz; v_rate_from timestamptz; v_taking boolean;
  v_needed bigint[]; v_free bigint[]; v_shared bigint[]; v_leased boolean; v_own bigint;
  v_weight bigint; v_room bigint; v_slice bigint;
  v_moved bigint[] := ARRAY[0, 0, 0, 0, 0, 0]; v_added bigint[] := ARRAY[0, 0, 0];
BEGIN
{_FACTS}{_LOCKS}{_AGREED}{_SHARED}{_WRITES}END
$$""",
    down="DROP FUNCTION IF EXISTS record_usual_time",
)
