"""The counters under the caps, and the only place where trainers' paths meet bill rates.

Money caps are counted here in seconds × bill rate and leave this file as minutes only.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.companies import credit_terms
from app.companies.tables import CreditTerms
from app.domain import caps, limits
from app.domain.caps import CounterKey, Ground, Piece, Scope, Section, Tally
from app.domain.limits import DatedLimits
from app.domain.rates import DatedRate
from app.domain.weeks import PayWeek, week_of
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.queries import EngagementFacts
from app.engagements.tables import EngagementLimits
from app.projects.bill_terms import ProjectBillTerms
from app.projects.tables import Position
from app.timesheets import allowances, counters
from app.timesheets.allowances import Allowance
from app.timesheets.bill_lines import BillLine
from app.timesheets.counters import Move
from app.timesheets.tables import TrainerWeekCap

Interval = tuple[datetime, datetime]


@dataclass(slots=True)
class Held:
    """Counters under lock for one deed: decide with it, then `settle`."""

    ground: Ground
    agreed: dict[CounterKey, int]
    tally: Tally

    def split(self, started_at: datetime, ended_at: datetime) -> list[Piece]:
        """Use up what fits of the time, in order; all of it comes back in pieces."""
        return self.tally.split(caps.sections(self.ground, started_at, ended_at))

    def charge(
        self,
        started_at: datetime,
        ended_at: datetime,
        *,
        scopes: frozenset[Scope] = caps.ALL_SCOPES,
    ) -> None:
        """Use up, whether it fits or not."""
        self.tally.charge(caps.sections(self.ground, started_at, ended_at, scopes=scopes))

    def release(
        self,
        started_at: datetime,
        ended_at: datetime,
        *,
        scopes: frozenset[Scope] = caps.ALL_SCOPES,
    ) -> None:
        """Give back."""
        self.tally.release(caps.sections(self.ground, started_at, ended_at, scopes=scopes))

    def reach(self, started_at: datetime, ended_at: datetime) -> tuple[datetime, Scope | None]:
        """Until when time from `started_at` fits without a gap, and the cap that ends it, if any.

        Uses nothing up.
        """
        trial = Tally(dict(self.tally.left))
        pieces = trial.split(caps.sections(self.ground, started_at, ended_at))
        return caps.prefix(pieces, started_at)

    def short(
        self, started_at: datetime, ended_at: datetime, scopes: frozenset[Scope]
    ) -> Scope | None:
        """The first of these caps that lacks room for the whole time; None when it fits."""
        needed = Tally(dict(self.tally.left))
        needed.charge(caps.sections(self.ground, started_at, ended_at, scopes=scopes))
        return next((key.scope for key in sorted(needed.moved, key=lambda k: k.place)
                     if needed.left[key] < 0), None)  # fmt: skip

    def week_of(self, at: datetime) -> datetime:
        """The start of the pay week that holds an instant."""
        return week_of(at, self.ground.pay_week).starts_at

    def allowance(self, at: datetime) -> Allowance:
        """What is left for time at an instant that is among the held counters."""
        return allowances.of(self.ground, self.agreed, self.tally.left, at)


async def hold(
    session: AsyncSession,
    engagement: EngagementFacts,
    intervals: Iterable[Interval],
    *,
    now: datetime,
) -> Held:
    """Lock every counter that time in these intervals can move, in the one order.

    What is agreed is read after the lock: whoever raised or cut it while we waited is heard.
    READ COMMITTED is needed: each statement sees what others committed before it.
    """
    spans = list(intervals)
    bare = _ground(engagement, bill_rates=())
    keys = {key for start, end in spans for key in caps.keys_of_time(bare, start, end)}
    used = await counters.lock(session, keys)
    terms = await _terms_of(session, engagement, now)
    found = [s for start, end in spans for s in caps.sections(terms.ground, start, end)]
    agreed = _agreed(terms, found)
    left = {key: cap - used[key] for key, cap in agreed.items()}
    return Held(terms.ground, agreed, Tally(left))


async def settle(
    session: AsyncSession, held: Held, *, lifted: frozenset[Scope] = frozenset()
) -> None:
    """Move the counters by what was decided, in one relative UPDATE with the CHECK behind it.

    A counter's cap follows what is agreed, but never below what is used already. `lifted` are caps
    whose owner has agreed to this very time.
    """
    await counters.move(
        session,
        [
            Move(key, by, held.agreed[key], lift=key.scope in lifted)
            for key, by in held.tally.moved.items()
            if by
        ],
    )


async def allowance(
    session: AsyncSession, engagement: EngagementFacts, at: datetime, *, now: datetime
) -> Allowance:
    """What is left for time at `at`, read without a lock."""
    terms = await _terms_of(session, engagement, now)
    ground = terms.ground
    found = caps.sections(ground, at, week_of(at, ground.pay_week).ends_at)[:1]
    agreed = _agreed(terms, found)
    used = await counters.read(session, list(agreed))
    left = {key: cap - used.get(key, 0) for key, cap in agreed.items()}
    return allowances.of(ground, agreed, left, at)


async def release_credit(
    session: AsyncSession, company_id: UUID, bill_line_ids: Collection[UUID], *, now: datetime
) -> None:
    """Take lines whose invoice is paid out of the company's used credit; each line once."""
    key = CounterKey(Scope.CREDIT_LIMIT, company_id, "")
    used = await counters.lock(session, [key])
    released = await session.execute(
        update(BillLine)
        .where(
            BillLine.id.in_(list(bill_line_ids)),
            BillLine.company_id == company_id,
            BillLine.credit_released_at.is_(None),
        )
        .values(credit_released_at=now)
        .returning(BillLine.cap_units)
        .execution_options(synchronize_session=False)
    )
    units = sum(released.scalars())
    if units:
        # The cap itself is refreshed by the next time entry; here it must only not refuse.
        await counters.move(session, [Move(key, -units, used[key])])


@dataclass(frozen=True, slots=True)
class _Terms:
    """Everything agreed about an engagement's time, read at once."""

    ground: Ground
    now: datetime
    limits: tuple[DatedLimits, ...]
    position_minutes: int | None
    budget_minor: int | None
    credit_minor: int
    trainer_week_minutes: int

    def units(self, scope: Scope, worked_at: datetime) -> int:
        """A cap in units. A week's is that of the week worked, a total's what holds now."""
        match scope:
            case Scope.TRAINER_WEEK:
                return caps.cap_units(self.trainer_week_minutes)
            case Scope.ENGAGEMENT_WEEK:
                week = week_of(worked_at, self.ground.pay_week)
                return caps.cap_units(limits.weekly_in(self.limits, week))
            case Scope.ENGAGEMENT_TOTAL:
                return caps.cap_units(limits.in_force(self.limits, self.now).total_minutes)
            case Scope.POSITION_TOTAL:
                return caps.cap_units(self.position_minutes)
            case Scope.PROJECT_BUDGET:
                return caps.money_cap_units(self.budget_minor)
            case Scope.CREDIT_LIMIT:
                return caps.money_cap_units(self.credit_minor)


def _ground(engagement: EngagementFacts, *, bill_rates: tuple[DatedRate, ...]) -> Ground:
    return Ground(
        trainer_id=engagement.trainer_id,
        engagement_id=engagement.id,
        position_id=engagement.position_id,
        project_id=engagement.project_id,
        company_id=engagement.company_id,
        pay_week=PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day),
        bill_rates=bill_rates,
    )


async def _terms_of(session: AsyncSession, engagement: EngagementFacts, now: datetime) -> _Terms:
    row = (
        await session.execute(
            _TERMS,
            {
                "engagement": engagement.id,
                "trainer": engagement.trainer_id,
                "position": engagement.position_id,
                "project": engagement.project_id,
                "company": engagement.company_id,
                "now": now,
            },
        )
    ).one()
    rates = zip(row.rates_from, row.rates, row.currencies, strict=True)
    return _Terms(
        ground=_ground(engagement, bill_rates=tuple(DatedRate(*rate) for rate in rates)),
        now=now,
        limits=tuple(
            DatedLimits(*each) for each in zip(row.limits_from, row.weekly, row.total, strict=True)
        ),
        position_minutes=row.position_minutes,
        budget_minor=row.budget_minor,
        credit_minor=(
            credit_terms.DEFAULT_CREDIT_LIMIT_MINOR
            if row.credit_minor is None
            else row.credit_minor
        ),
        trainer_week_minutes=(
            caps.DEFAULT_TRAINER_WEEK_MINUTES
            if row.trainer_week_minutes is None
            else row.trainer_week_minutes
        ),
    )


def _agreed(terms: _Terms, found: Sequence[Section]) -> dict[CounterKey, int]:
    agreed: dict[CounterKey, int] = {}
    for section in found:
        for key, _ in section.weights:
            if key not in agreed:
                agreed[key] = terms.units(key.scope, section.started_at)
    return agreed


def _dated(
    column: InstrumentedAttribute[Any],
    effective_at: InstrumentedAttribute[datetime],
    engagement_id: InstrumentedAttribute[UUID],
) -> ScalarSelect[Any]:
    """All values of a dated column of one engagement, oldest first."""
    return (
        select(func.array_agg(aggregate_order_by(column, effective_at)))
        .where(engagement_id == bindparam("engagement"))
        .scalar_subquery()
    )


def _rates(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    return _dated(column, EngagementBillTerms.effective_at, EngagementBillTerms.engagement_id)


def _limits(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    return _dated(column, EngagementLimits.effective_at, EngagementLimits.engagement_id)


_TERMS = select(
    _rates(EngagementBillTerms.effective_at).label("rates_from"),
    _rates(EngagementBillTerms.bill_minor).label("rates"),
    _rates(EngagementBillTerms.currency).label("currencies"),
    _limits(EngagementLimits.effective_at).label("limits_from"),
    _limits(EngagementLimits.weekly_minutes).label("weekly"),
    _limits(EngagementLimits.total_minutes).label("total"),
    select(Position.total_minutes)
    .where(Position.id == bindparam("position"))
    .scalar_subquery()
    .label("position_minutes"),
    select(ProjectBillTerms.budget_minor)
    .where(ProjectBillTerms.project_id == bindparam("project"))
    .scalar_subquery()
    .label("budget_minor"),
    select(CreditTerms.credit_limit_minor)
    .where(
        CreditTerms.company_id == bindparam("company"), CreditTerms.effective_at <= bindparam("now")
    )
    .order_by(CreditTerms.effective_at.desc())
    .limit(1)
    .scalar_subquery()
    .label("credit_minor"),
    select(TrainerWeekCap.weekly_minutes)
    .where(TrainerWeekCap.trainer_id == bindparam("trainer"))
    .scalar_subquery()
    .label("trainer_week_minutes"),
)
