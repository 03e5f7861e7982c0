"""What must be true of hours and their price, checked against every row. Both sides of the wall."""

from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import caps
from app.domain.caps import Ground
from app.domain.timesheets import EntryState
from app.domain.weeks import PayWeek
from app.engagements import bill_terms
from app.engagements.tables import Engagement
from app.kit.proof import Identity
from app.timesheets import counters
from app.timesheets.tables import TimeEntry

CounterPlace = tuple[str, str, str]


async def prove(session: AsyncSession) -> list[Identity]:
    """The room's identities, each with the rows that break it."""
    found = [await _counters(session)]
    for name, counted, broken in _IDENTITIES:
        checked = await session.scalar(text(counted))
        rows = await session.execute(text(broken))
        found.append(Identity(name, checked or 0, tuple(_told(row) for row in rows)))
    return found


async def _counters(session: AsyncSession) -> Identity:
    """Used caps = what was recorded, what timers reserve, and what is leased in advance."""
    reserved = await _reserved(session)
    places = {
        "scopes": [scope for scope, _, _ in reserved],
        "ids": [UUID(scope_id) for _, scope_id, _ in reserved],
        "periods": [period for _, _, period in reserved],
        "units": list(reserved.values()),
    }
    rows = await session.execute(_COUNTERS, places)
    breaches = tuple(
        f"{row.scope} {row.scope_id} {row.period}: counter {row.kept}, entries {row.expected}"
        for row in rows
    )
    checked = await session.scalar(text("SELECT count(*) FROM cap_counters"))
    return Identity("used caps = recorded time, reserves and leases", checked or 0, breaches)


async def _reserved(session: AsyncSession) -> Counter[CounterPlace]:
    """Reserves of running timers: few rows, cut at weeks by the same rule as the verbs."""
    reserved: Counter[CounterPlace] = Counter()
    rows = await session.execute(
        select(TimeEntry, Engagement)
        .join(Engagement, Engagement.id == TimeEntry.engagement_id)
        .where(TimeEntry.state == EntryState.RUNNING.value)
    )
    for entry, engagement in rows:
        assert entry.stops_by_at is not None
        ground = Ground(
            engagement.trainer_id,
            engagement.id,
            engagement.position_id,
            engagement.project_id,
            engagement.company_id,
            PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day),
            tuple(await bill_terms.rates_of(session, engagement.id)),
        )
        for section in caps.sections(ground, entry.started_at, entry.stops_by_at):
            for key, weight in section.weights:
                place = (key.scope.value, str(key.scope_id), key.period)
                reserved[place] += section.seconds * weight
    return reserved


def _told(row: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in row._mapping.items())


_SECONDS = "extract(epoch FROM ended_at - started_at)::bigint"
_ISO = counters.WEEK_PERIOD
_EXPECTED_COUNTERS = f"""
WITH counted AS (
  SELECT t.*, g.position_id, g.project_id FROM time_entries t
  JOIN engagements g ON g.id = t.engagement_id
  WHERE t.state IN ('recorded', 'on_timesheet', 'contested', 'approved')
), companys AS (
  SELECT * FROM counted WHERE NOT at_platform_cost
), terms AS (
  SELECT engagement_id, bill_minor, effective_at,
         lead(effective_at, 1, 'infinity') OVER (
           PARTITION BY engagement_id ORDER BY effective_at) AS until_at
  FROM engagement_bill_terms
), priced AS (
  SELECT c.project_id, c.company_id, bill_minor * extract(epoch FROM
         least(c.ended_at, until_at) - greatest(c.started_at, effective_at))::bigint AS units
  FROM companys c JOIN terms USING (engagement_id)
  WHERE c.started_at < until_at AND c.ended_at > effective_at
)
SELECT 'trainer_week' AS scope, trainer_id AS scope_id, to_char(week, {_ISO}) AS period,
       sum(extract(epoch FROM least(ended_at, week + interval '7 days')
                              - greatest(started_at, week)))::bigint AS units
FROM counted, generate_series(date_trunc('week', started_at, 'UTC'), ended_at, '7 days') AS week
WHERE week < ended_at GROUP BY 1, 2, 3
UNION ALL
SELECT 'engagement_week', engagement_id, to_char(week_starts_at, {_ISO}), sum({_SECONDS})
FROM companys GROUP BY 1, 2, 3
UNION ALL
SELECT 'engagement_total', engagement_id, '', sum({_SECONDS}) FROM companys GROUP BY 1, 2, 3
UNION ALL
SELECT 'position_total', position_id, '', sum({_SECONDS}) FROM companys GROUP BY 1, 2, 3
UNION ALL
SELECT 'project_budget', project_id, '', sum(units) FROM (
  SELECT project_id, units FROM priced
  UNION ALL
  SELECT project_id, cap_units FROM bill_lines WHERE type NOT IN ('time', 'clawback')
) AS budget GROUP BY 1, 2, 3
UNION ALL
SELECT 'credit_limit', company_id, '', sum(units) FROM (
  SELECT company_id, units FROM priced
  UNION ALL
  SELECT company_id, cap_units FROM bill_lines WHERE type NOT IN ('time', 'clawback')
  UNION ALL
  SELECT company_id, -cap_units FROM bill_lines
  WHERE credit_released_at IS NOT NULL AND type <> 'clawback'
) AS credit GROUP BY 1, 2, 3
UNION ALL
SELECT 'position_total', position_id, '', sum(position_units) FROM cap_leases GROUP BY 1, 2, 3
UNION ALL
SELECT 'project_budget', project_id, '', sum(budget_units) FROM cap_leases GROUP BY 1, 2, 3
UNION ALL
SELECT 'credit_limit', company_id, '', sum(credit_units) FROM cap_leases GROUP BY 1, 2, 3
"""  # noqa: S608 – our own constants

# Both sides are stacked and summed: no counter leaves the database but one that is wrong.
_COUNTERS = text(f"""
SELECT scope, scope_id, period, sum(kept) AS kept, sum(units) AS expected FROM (
  SELECT scope, scope_id, period, used AS kept, 0 AS units FROM cap_counters
  UNION ALL
  SELECT scope, scope_id, period, 0, units FROM ({_EXPECTED_COUNTERS}) AS expected
  UNION ALL
  SELECT scope, scope_id, period, 0, units
  FROM unnest(:scopes, :ids, :periods, :units) AS reserved (scope, scope_id, period, units)
) AS sides GROUP BY 1, 2, 3 HAVING sum(kept) <> sum(units) ORDER BY 1, 2, 3
""").bindparams(  # noqa: S608 – our own constants
    bindparam("scopes", type_=ARRAY(Text)),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("periods", type_=ARRAY(Text)),
    bindparam("units", type_=ARRAY(BigInteger)),
)


def _lines_match(side: str, billed: str) -> tuple[str, str, str]:
    """Seconds of an approval's lines = seconds of the entries that it pinned."""
    return (
        f"{side} lines hold the approved seconds",
        "SELECT count(*) FROM approvals",
        f"""
SELECT a.id AS approval, coalesce(l.seconds, 0) AS lines, coalesce(e.seconds, 0) AS entries
FROM approvals a
LEFT JOIN (SELECT approval_id, sum(worked_seconds) AS seconds FROM {side}_lines
           WHERE type = 'time' GROUP BY 1) l ON l.approval_id = a.id
LEFT JOIN (SELECT approval_id, sum({_SECONDS}) AS seconds FROM time_entries
           WHERE state = 'approved' AND {billed} GROUP BY 1) e ON e.approval_id = a.id
WHERE coalesce(l.seconds, 0) <> coalesce(e.seconds, 0)
""",  # noqa: S608 – our own constants
    )


def _rounded_once(side: str) -> tuple[str, str, str]:
    """Per engagement, week and rate: minutes and money are the one rounding of the seconds."""
    return (
        f"{side} lines are rounded once",
        f"SELECT count(*) FROM {side}_lines",  # noqa: S608 – our own constants
        f"""
SELECT engagement_id AS engagement, week_starts_at AS week, {side}_rate_minor AS rate,
       sum(worked_seconds) AS seconds, sum(minutes) AS minutes
FROM {side}_lines WHERE type IN ('time', 'correction') GROUP BY 1, 2, 3
HAVING sum(minutes) <> floor((sum(worked_seconds) + 30) / 60)
    OR sum({side}_minor) <> floor((2 * sum(minutes) * {side}_rate_minor + 60) / 120)
""",  # noqa: S608 – our own constants
    )


_IDENTITIES = (
    _lines_match("bill", "NOT at_platform_cost"),
    _lines_match("pay", "true"),
    _rounded_once("bill"),
    _rounded_once("pay"),
    (
        "approvals are posted as their lines",
        "SELECT count(*) FROM approvals",
        """
SELECT a.id AS approval FROM approvals a LEFT JOIN adjustments j ON j.approval_id = a.id
LEFT JOIN (SELECT approval_id, sum(bill_minor) AS minor FROM bill_lines GROUP BY 1) b
  ON b.approval_id = a.id
LEFT JOIN (SELECT approval_id, sum(pay_minor) AS minor FROM pay_lines GROUP BY 1) p
  ON p.approval_id = a.id
LEFT JOIN (
  SELECT g.key, sum(e.amount_minor) FILTER (WHERE c.key LIKE 'asset:unbilled:%') AS unbilled,
         -sum(e.amount_minor) FILTER (WHERE c.key LIKE 'liability:trainer%payable'
                                      OR c.key LIKE 'asset:receivable:trainer:%') AS payable
  FROM posting_groups g JOIN ledger_entries e ON e.group_id = g.id
  JOIN ledger_accounts c ON c.id = e.account_id
  WHERE g.source IN ('approval', 'adjustment') GROUP BY 1
) l ON l.key = coalesce(j.id, a.id)::text
WHERE coalesce(b.minor, 0) <> coalesce(l.unbilled, 0)
   OR coalesce(p.minor, 0) <> coalesce(l.payable, 0)
""",
    ),
    (
        "an approved adjustment is one line a side, of its engagement, and no other is one",
        "SELECT count(*) FROM adjustments",
        """
SELECT j.id AS adjustment, j.state AS state, b.lines AS bill, p.lines AS pay
FROM adjustments j
CROSS JOIN LATERAL (
  SELECT count(*) AS lines, coalesce(bool_and((type, approval_id, engagement_id, minutes)
         = (j.type, j.approval_id, j.engagement_id, coalesce(j.minutes, 0))
         AND (j.expense_minor IS NULL OR bill_minor = j.expense_minor)), true) AS same
  FROM bill_lines WHERE adjustment_id = j.id) b
CROSS JOIN LATERAL (
  SELECT count(*) AS lines, coalesce(bool_and((type, approval_id, engagement_id, minutes)
         = (j.type, j.approval_id, j.engagement_id, coalesce(j.minutes, 0))
         AND (j.expense_minor IS NULL OR pay_minor = j.expense_minor)), true) AS same
  FROM pay_lines WHERE adjustment_id = j.id) p
WHERE p.lines <> (j.state = 'approved')::int OR NOT p.same OR NOT b.same
   OR b.lines <> (j.state = 'approved' AND NOT j.at_platform_cost)::int
""",
    ),
    (
        "what is taken back is funded when all time approved before it is",
        "SELECT count(*) FROM adjustments",
        """
SELECT j.id AS adjustment, a.funded_at AS funded, earlier.waits AS "earlier time waits"
FROM adjustments j JOIN approvals a ON a.id = j.approval_id
CROSS JOIN LATERAL (
  SELECT EXISTS (
    SELECT FROM timesheets s JOIN approvals e ON e.timesheet_id = s.id
    WHERE s.engagement_id = j.engagement_id AND e.funded_at IS NULL
      AND e.approved_at <= a.approved_at AND NOT EXISTS (
        SELECT FROM adjustments o WHERE o.approval_id = e.id
        AND (o.type = 'clawback' OR o.type = 'correction' AND o.minutes < 0))) AS waits) earlier
WHERE (j.type = 'clawback' OR j.type = 'correction' AND j.minutes < 0)
  AND (a.funded_at IS NULL) <> earlier.waits
""",
    ),
    (
        "no trainer's time overlaps",
        "SELECT count(*) FROM time_entries WHERE state <> 'deleted'",
        """
SELECT id AS entry, started_at AS "from", before AS "while until"
FROM (SELECT id, started_at, lag(coalesce(ended_at, 'infinity')) OVER (
        PARTITION BY trainer_id ORDER BY started_at, id) AS before
      FROM time_entries WHERE state <> 'deleted') AS e
WHERE before > started_at
""",
    ),
    (
        "entries stand where their sheet does",
        "SELECT count(*) FROM time_entries WHERE timesheet_id IS NOT NULL",
        """
SELECT e.id AS entry, e.state AS state, s.state AS sheet
FROM time_entries e LEFT JOIN timesheets s ON s.id = e.timesheet_id
WHERE (e.state, coalesce(s.state, '')) NOT IN (
  ('recorded', 'open'), ('recorded', 'sent_back'), ('on_timesheet', 'submitted'),
  ('approved', 'approved'), ('running', ''), ('over_cap', ''), ('declined', ''), ('deleted', ''),
  ('contested', 'approved'), ('contested', 'contested'),
  ('declined', 'approved'), ('declined', 'contested'), ('declined', 'declined'))
""",
    ),
    (
        # Once for what nobody contested, and once for each contested entry that was allowed.
        "each sheet's rest was approved once",
        "SELECT count(*) FROM timesheets WHERE state NOT IN ('open', 'submitted', 'sent_back')",
        """
SELECT s.id AS sheet, s.state AS state, coalesce(a.rest, 0) AS approvals,
       coalesce(a.allowed, 0) AS allowed
FROM timesheets s
LEFT JOIN (SELECT a.timesheet_id, count(*) FILTER (WHERE c.id IS NULL) AS rest,
                  count(c.id) AS allowed
           FROM approvals a LEFT JOIN contests c ON c.approval_id = a.id
           WHERE NOT EXISTS (SELECT FROM adjustments j WHERE j.approval_id = a.id) GROUP BY 1) a
  ON a.timesheet_id = s.id
LEFT JOIN (SELECT e.timesheet_id, count(*) FILTER (WHERE c.id IS NULL) AS uncontested
           FROM time_entries e LEFT JOIN contests c ON c.entry_id = e.id
           WHERE e.timesheet_id IS NOT NULL GROUP BY 1) e
  ON e.timesheet_id = s.id
WHERE coalesce(a.rest, 0) <> (s.state = 'approved' AND coalesce(e.uncontested, 0) > 0)::int
   OR (coalesce(a.rest, 0) + coalesce(a.allowed, 0) > 0) <> (s.state = 'approved')
""",
    ),
    (
        "contested entries wait for one contest, and stand as it was decided",
        "SELECT count(*) FROM contests",
        """
SELECT e.id AS entry, e.state AS state, c.state AS contest
FROM time_entries e LEFT JOIN contests c ON c.entry_id = e.id
WHERE (e.state = 'contested' OR c.id IS NOT NULL) AND (
  (e.state, coalesce(c.state, '')) NOT IN (
    ('contested', 'awaits_answer'), ('contested', 'awaits_decision'),
    ('approved', 'approved'), ('approved', 'withdrawn'), ('declined', 'declined'))
  OR e.timesheet_id IS DISTINCT FROM c.timesheet_id
  OR e.approval_id IS DISTINCT FROM c.approval_id)
""",
    ),
    (
        "a sheet that waits or was declined holds nothing else",
        "SELECT count(*) FROM timesheets WHERE state IN ('contested', 'declined')",
        """
SELECT s.id AS sheet, s.state AS state, count(e.id) AS contested
FROM timesheets s
LEFT JOIN time_entries e ON e.timesheet_id = s.id AND e.state = 'contested'
WHERE s.state IN ('contested', 'declined')
GROUP BY s.id, s.state HAVING (count(e.id) > 0) <> (s.state = 'contested')
""",
    ),
    (
        "nothing said is lost",
        "SELECT count(DISTINCT root_id) FROM time_entries WHERE source = 'manual'",
        f"""
SELECT root_id AS entry, sum({_SECONDS}) AS kept,
       min(extract(epoch FROM said_ended_at - said_started_at)::bigint) AS said
FROM time_entries WHERE source = 'manual' AND state <> 'deleted'
GROUP BY root_id
HAVING sum({_SECONDS}) <> min(extract(epoch FROM said_ended_at - said_started_at)::bigint)
""",  # noqa: S608 – our own constants
    ),
)
