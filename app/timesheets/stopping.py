"""The usual stop in one statement: within what is reserved, in one week, under one rate.

What was reserved beyond the stop goes back to the trainer's own counters and to the engagement's
lease. Every other stop goes the long way of `timing`; tests hold the two against each other.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.actor import TrainerActor
from app.domain.timesheets import EntryState
from app.identity import authentication
from app.kit import crypto
from app.kit.calls import Calls
from app.kit.db import after_create
from app.timesheets import counters, sheets
from app.timesheets.queries import EntryFacts, PieceFacts
from app.timesheets.tables import TimeEntry


@dataclass(frozen=True, slots=True)
class UsualStop:
    """Who stopped, and the entry as it stands."""

    actor: TrainerActor
    entry: EntryFacts


async def stop_timer(
    calls: Calls, token: str, entry_id: UUID, *, stopped_at: datetime | None, now: datetime
) -> UsualStop | None:
    """Stop a timer within its guarantee; None, with nothing done, when it is not that simple."""
    row = await calls.row(_CALL, crypto.fingerprint(token), entry_id, stopped_at, now)
    if row is None or row["sheet_id"] is None:
        return None
    return UsualStop(
        TrainerActor(row["trainer_id"], row["user_id"]), EntryFacts((_piece(entry_id, row),))
    )


def _piece(entry_id: UUID, row: Any) -> PieceFacts:
    return PieceFacts(
        id=entry_id,
        root_id=entry_id,
        trainer_id=row["trainer_id"],
        engagement_id=row["engagement_id"],
        company_id=row["company_id"],
        timesheet_id=row["sheet_id"],
        week_starts_at=row["week_starts_at"],
        source="timer",
        state=EntryState.RECORDED,
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        stops_by_at=None,
        phone_offset_seconds=row["phone_offset_seconds"],
        said_started_at=row["said_started_at"],
        said_ended_at=row["ended_at"],
        note=row["note"],
        task_reference=row["task_reference"],
        binding_cap=None,
        decide_by_at=None,
        decision_reason_code=None,
        decision_explanation=None,
        company_agreed_at=None,
        operations_agreed_at=None,
        at_platform_cost=False,
        version=row["version"],
        created_at=row["created_at"],
    )


_CALL = "SELECT * FROM stop_usual_timer($1, $2, $3, $4)"
_TAKING = ", ".join(f"'{state}'" for state in sheets.TAKING)
_ISO = counters.WEEK_PERIOD
_CALLER = authentication.LIVE_TRAINER.format(hashed="p_token_hash", now="p_now").strip()
# What runs is read again under the lock of its counters: the clock may have extended it meanwhile.
after_create(
    TimeEntry.__table__,
    f"""
CREATE FUNCTION stop_usual_timer(
  p_token_hash bytea, p_entry uuid, p_stopped_at timestamptz, p_now timestamptz,
  OUT user_id uuid, OUT trainer_id uuid, OUT engagement_id uuid, OUT company_id uuid,
  OUT sheet_id uuid, OUT week_starts_at timestamptz, OUT started_at timestamptz,
  OUT ended_at timestamptz, OUT said_started_at timestamptz, OUT phone_offset_seconds bigint,
  OUT note text, OUT task_reference text, OUT version bigint, OUT created_at timestamptz
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_week timestamptz; v_until timestamptz; v_sheet uuid; v_position uuid; v_project uuid;
  v_rate bigint; v_rates bigint; v_back bigint; v_held bigint;
BEGIN
    SELECT u.id, g.subject_id INTO user_id, trainer_id
    {_CALLER};

    SELECT t.engagement_id, t.company_id, t.week_starts_at, t.started_at, e.position_id,
      e.project_id, date_trunc('week', t.started_at, 'UTC')
    INTO engagement_id, company_id, week_starts_at, started_at, v_position, v_project, v_week
    FROM time_entries t JOIN engagements e ON e.id = t.engagement_id
    WHERE t.id = p_entry AND t.root_id = p_entry
      AND t.trainer_id = stop_usual_timer.trainer_id AND t.state = 'running'
      AND NOT e.pauses && tstzrange(t.started_at, p_now, '[]');
    IF NOT FOUND THEN RETURN; END IF;

    SELECT count(*) INTO v_held FROM (
      SELECT c.used FROM cap_counters c JOIN (VALUES
        (1, 'trainer_week', stop_usual_timer.trainer_id, to_char(v_week, {_ISO})),
        (2, 'engagement_week', stop_usual_timer.engagement_id,
         to_char(stop_usual_timer.week_starts_at, {_ISO})),
        (3, 'engagement_total', stop_usual_timer.engagement_id, ''))
        AS w (place, scope, scope_id, period)
      USING (scope, scope_id, period)
      ORDER BY w.place FOR UPDATE OF c) AS l;
    IF v_held <> 3 THEN RETURN; END IF;

    SELECT t.stops_by_at, greatest(
        date_trunc('second', least(p_now, coalesce(
          p_stopped_at - make_interval(secs => t.phone_offset_seconds), p_now))),
        t.started_at + interval '1 second'),
      t.said_started_at, t.phone_offset_seconds, t.note, t.task_reference, t.version + 1,
      t.created_at
    INTO v_until, ended_at, said_started_at, phone_offset_seconds, note, task_reference, version,
      created_at
    FROM time_entries t
    WHERE t.id = p_entry AND t.state = 'running' AND t.said_ended_at IS NULL
      AND t.stops_by_at > t.started_at
      AND NOT EXISTS (SELECT FROM time_entries o WHERE o.root_id = p_entry AND o.root_id <> o.id);
    IF NOT FOUND OR ended_at > v_until OR v_until > v_week + interval '7 days' THEN
      RETURN;
    END IF;

    SELECT t.id INTO v_sheet FROM timesheets t
    WHERE t.engagement_id = stop_usual_timer.engagement_id
      AND t.week_starts_at = stop_usual_timer.week_starts_at
      AND t.week_ends_at >= v_until AND t.state IN ({_TAKING});
    IF NOT FOUND THEN RETURN; END IF;

    SELECT count(*), max(b.bill_minor) INTO v_rates, v_rate FROM engagement_bill_terms b
    WHERE b.engagement_id = stop_usual_timer.engagement_id AND b.effective_at < v_until
      AND b.effective_at >= coalesce(
        (SELECT max(o.effective_at) FROM engagement_bill_terms o
         WHERE o.engagement_id = stop_usual_timer.engagement_id
           AND o.effective_at <= stop_usual_timer.started_at), '-infinity');
    IF v_rates <> 1 THEN RETURN; END IF;

    v_back := extract(epoch FROM v_until - ended_at);
    UPDATE time_entries t SET state = 'recorded', ended_at = stop_usual_timer.ended_at,
      stops_by_at = NULL, said_ended_at = stop_usual_timer.ended_at, timesheet_id = v_sheet,
      version = t.version + 1, changed_at = p_now
    WHERE t.id = p_entry;
    IF v_back > 0 THEN
      UPDATE cap_counters c SET used = c.used - v_back
      FROM (VALUES
        ('trainer_week', stop_usual_timer.trainer_id, to_char(v_week, {_ISO})),
        ('engagement_week', stop_usual_timer.engagement_id,
         to_char(stop_usual_timer.week_starts_at, {_ISO})),
        ('engagement_total', stop_usual_timer.engagement_id, '')) AS w (scope, scope_id, period)
      WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period;
      INSERT INTO cap_leases AS l (engagement_id, position_id, project_id, company_id,
                                   position_units, budget_units, credit_units)
      VALUES (stop_usual_timer.engagement_id, v_position, v_project,
              stop_usual_timer.company_id, v_back, v_back * v_rate, v_back * v_rate)
      ON CONFLICT ON CONSTRAINT pk_cap_leases DO UPDATE
      SET position_units = l.position_units + v_back,
          budget_units = l.budget_units + v_back * v_rate,
          credit_units = l.credit_units + v_back * v_rate;
    END IF;
    sheet_id := v_sheet;
END
$$""",  # noqa: S608 – our own constants
    down="DROP FUNCTION IF EXISTS stop_usual_timer",
)
