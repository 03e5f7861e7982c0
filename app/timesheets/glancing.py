"""What is left, at a glance: one statement, for the screen that phones show most.

The reading that says what is right is `for_trainers.get_allowance`; tests hold the two against each
other. Where a shared cap might bind it looks more closely, so this one leaves it to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain import caps
from app.domain.actor import TrainerActor
from app.domain.caps import SHARED, CounterKey, Ground, Scope
from app.domain.weeks import PayWeek, week_of
from app.identity import authentication
from app.kit import crypto
from app.kit.calls import Calls
from app.timesheets import budgets, cap_terms
from app.timesheets.for_trainers import TrainerAllowance

_PERIODS_BACK = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Glance:
    """Who asked, and what is left for her."""

    actor: TrainerActor
    allowance: TrainerAllowance


async def get_allowance(
    calls: Calls, token: str, engagement_id: UUID, *, now: datetime
) -> Glance | None:
    """What is left for time worked now; None when that takes a closer look, or she may not see."""
    row = await calls.row(
        _GLANCE, crypto.fingerprint(token), engagement_id, now, now - _PERIODS_BACK
    )
    if row is None:
        return None
    bare = Ground(
        row["trainer_id"], engagement_id, row["position_id"], row["project_id"], row["company_id"],
        PayWeek(row["pay_week_timezone"], row["pay_week_first_day"]), (),
    )  # fmt: skip
    terms = cap_terms.terms_of(row, bare, now)
    found = caps.sections(terms.ground, now, week_of(now, bare.pay_week).ends_at)[:1]
    agreed = terms.agreed(found)
    used = {
        CounterKey(Scope(scope), owner, period): units
        for scope, owner, period, units in zip(
            row["scopes"], row["owners"], row["periods"], row["used"], strict=True
        )
    }
    own = dict(zip(SHARED, row["own"], strict=True))
    held = budgets.seen(terms, agreed, used, own)
    (weights,) = (dict(section.weights) for section in found)
    if any(budgets.seems_to_bind(held, key, weights) for key in held.beyond):
        return None
    return Glance(
        TrainerActor(row["trainer_id"], row["user_id"]),
        TrainerAllowance(
            engagement_id, held.allowance(now), row["pay_week_timezone"], row["own_timezone"]
        ),
    )


_CALLER = authentication.LIVE_TRAINER.format(hashed="$1", now="$3").strip()
_GLANCE = f"""
WITH who AS (
  SELECT u.id AS user_id, g.subject_id AS trainer_id
  {_CALLER}
)
SELECT who.user_id, e.trainer_id, e.position_id, e.project_id, e.company_id, e.pay_week_timezone,
  e.pay_week_first_day, t.timezone AS own_timezone, p.total_minutes AS position_minutes,
  p.seats_taken AS crowd, b.budget_minor, c.credit_minor, w.weekly_minutes AS trainer_week_minutes,
  r.*, l.*, k.*, coalesce(h.own, ARRAY[0, 0, 0]::bigint[]) AS own
FROM who JOIN engagements e ON e.id = $2 AND e.trainer_id = who.trainer_id
JOIN trainers t ON t.id = e.trainer_id
JOIN positions p ON p.id = e.position_id
LEFT JOIN project_bill_terms b ON b.project_id = e.project_id
LEFT JOIN trainer_week_caps w ON w.trainer_id = e.trainer_id
LEFT JOIN LATERAL (
  SELECT credit_limit_minor AS credit_minor FROM credit_terms
  WHERE company_id = e.company_id AND effective_at <= $3
  ORDER BY effective_at DESC LIMIT 1) AS c ON true
LEFT JOIN LATERAL (
  SELECT ARRAY[position_units, budget_units, credit_units] AS own FROM cap_leases
  WHERE engagement_id = e.id) AS h ON true
CROSS JOIN LATERAL (
  SELECT array_agg(effective_at ORDER BY effective_at) AS rates_from,
         array_agg(bill_minor ORDER BY effective_at) AS rates,
         array_agg(currency ORDER BY effective_at) AS currencies
  FROM engagement_bill_terms WHERE engagement_id = e.id) AS r
CROSS JOIN LATERAL (
  SELECT array_agg(effective_at ORDER BY effective_at) AS limits_from,
         array_agg(weekly_minutes ORDER BY effective_at) AS weekly,
         array_agg(total_minutes ORDER BY effective_at) AS total
  FROM engagement_limits WHERE engagement_id = e.id) AS l
CROSS JOIN LATERAL (
  SELECT coalesce(array_agg(k.scope), '{{}}') AS scopes, coalesce(array_agg(k.scope_id), '{{}}')
    AS owners, coalesce(array_agg(k.period), '{{}}') AS periods, coalesce(array_agg(k.used), '{{}}')
    AS used
  FROM (VALUES
    ('trainer_week', e.trainer_id, to_char($4::timestamptz, 'YYYY-MM-DD'), 'Z'),
    ('engagement_week', e.id, to_char($4::timestamptz, 'YYYY-MM-DD'), 'Z'),
    ('engagement_total', e.id, '', ''), ('position_total', e.position_id, '', ''),
    ('project_budget', e.project_id, '', ''), ('credit_limit', e.company_id, '', ''))
    AS f (scope, scope_id, first, last)
  JOIN cap_counters k ON k.scope = f.scope AND k.scope_id = f.scope_id
    AND k.period >= f.first AND k.period <= f.last) AS k
"""  # noqa: S608 – our own constants
