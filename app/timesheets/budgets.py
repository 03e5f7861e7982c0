"""The counters under the caps, and the only place where trainers' paths meet bill rates.

Money caps are counted here in seconds × bill rate and leave this file as minutes only.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.domain import caps
from app.domain.caps import CounterKey, Ground, Piece, Scope, Section, Tally
from app.domain.weeks import PayWeek, trainer_week_of, week_of
from app.engagements import bill_terms
from app.engagements import queries as engagements
from app.engagements.queries import EngagementFacts
from app.projects import bill_terms as project_terms
from app.projects import queries as projects
from app.timesheets import counters
from app.timesheets.bill_lines import BillLine
from app.timesheets.counters import Move
from app.timesheets.tables import TrainerWeekCap

Interval = tuple[datetime, datetime]
# Trainers see caps in minutes only; that money stands behind two of them stays with the company.
_TRAINERS_NAMES = {Scope.PROJECT_BUDGET: "project", Scope.CREDIT_LIMIT: "project"}


@dataclass(frozen=True, slots=True)
class CapLeft:
    """One cap as a trainer sees it; `cap_minutes` is None where it would tell of money."""

    cap: str
    cap_minutes: int | None
    left_minutes: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """Minutes left under each cap at an instant, and the cap that binds first."""

    caps: tuple[CapLeft, ...]
    binding_cap: str | None
    left_minutes: int | None
    pay_week_starts_at: datetime
    pay_week_ends_at: datetime
    trainer_week_starts_at: datetime
    trainer_week_ends_at: datetime


def trainers_name(scope: Scope | str) -> str:
    """The name of a cap on the trainer's side."""
    return _TRAINERS_NAMES.get(Scope(scope), str(scope))


@dataclass(slots=True)
class Held:
    """Counters under lock for one deed: decide with it, then `settle`."""

    engagement: EngagementFacts
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

    def short(
        self, started_at: datetime, ended_at: datetime, scopes: frozenset[Scope]
    ) -> Scope | None:
        """The first of these caps that lacks room for the whole time; None when it fits."""
        needed = Tally(dict(self.tally.left))
        needed.charge(caps.sections(self.ground, started_at, ended_at, scopes=scopes))
        return next((key.scope for key in sorted(needed.moved, key=lambda k: k.place)
                     if needed.left[key] < 0), None)  # fmt: skip

    def allowance(self, at: datetime) -> Allowance:
        """What is left for time at an instant that is among the held counters."""
        return _allowance(self.ground, self.agreed, self.tally.left, at)


async def hold(
    session: AsyncSession,
    engagement: EngagementFacts,
    intervals: Iterable[Interval],
    *,
    now: datetime,
) -> Held:
    """Lock every counter that time in these intervals can move, in the one order.

    READ COMMITTED is needed: the statements after this one see what others committed before.
    """
    ground = await ground_of(session, engagement)
    found = [s for start, end in intervals for s in caps.sections(ground, start, end)]
    keys = caps.keys_of(found)
    agreed = await _agreed(session, ground, found, now)
    used = await counters.lock(session, {key: agreed[key] for key in keys})
    return Held(engagement, ground, agreed, Tally({key: agreed[key] - used[key] for key in keys}))


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
    ground = await ground_of(session, engagement)
    found = caps.sections(ground, at, week_of(at, ground.pay_week).ends_at)[:1]
    keys = caps.keys_of(found)
    agreed = await _agreed(session, ground, found, now)
    used = await counters.read(session, keys)
    left = {key: agreed[key] - used.get(key, 0) for key in keys}
    return _allowance(ground, agreed, left, at)


async def release_credit(
    session: AsyncSession, company_id: UUID, bill_line_ids: Collection[UUID]
) -> None:
    """Take lines whose invoice is paid out of the company's used credit; each line once."""
    key = CounterKey(Scope.CREDIT_LIMIT, company_id, "")
    used = await counters.lock(session, {key: 0})
    released = await session.execute(
        update(BillLine)
        .where(
            BillLine.id.in_(list(bill_line_ids)),
            BillLine.company_id == company_id,
            BillLine.credit_released.is_(False),
        )
        .values(credit_released=True)
        .returning(BillLine.worked_seconds, BillLine.bill_rate_minor)
        .execution_options(synchronize_session=False)
    )
    units = sum(seconds * rate for seconds, rate in released)
    if units:
        # The cap itself is refreshed by the next time entry; here it must only not refuse.
        await counters.move(session, [Move(key, -units, used[key])])


async def ground_of(session: AsyncSession, engagement: EngagementFacts) -> Ground:
    """Whose counters an engagement moves."""
    return Ground(
        trainer_id=engagement.trainer_id,
        engagement_id=engagement.id,
        position_id=engagement.position_id,
        project_id=engagement.project_id,
        company_id=engagement.company_id,
        pay_week=PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day),
        bill_rates=tuple(await bill_terms.rates_of(session, engagement.id)),
    )


async def _agreed(
    session: AsyncSession, ground: Ground, found: Sequence[Section], now: datetime
) -> dict[CounterKey, int]:
    """The caps in units. An engagement's limits are those that held when the work was done."""
    position = await projects.get_position(session, ground.position_id)
    assert position is not None
    budget = await project_terms.project_budget(session, ground.project_id)
    terms = await credit_terms.current(session, ground.company_id, now)
    weekly = await session.scalar(
        select(TrainerWeekCap.weekly_minutes).where(TrainerWeekCap.trainer_id == ground.trainer_id)
    )
    agreed: dict[CounterKey, int] = {}
    limits_of_weeks: dict[datetime, engagements.Limits] = {}
    for section in found:
        if section.week_starts_at not in limits_of_weeks:
            limits_of_weeks[section.week_starts_at] = await engagements.limits_at(
                session, ground.engagement_id, section.started_at
            )
        limits = limits_of_weeks[section.week_starts_at]
        units = {
            Scope.TRAINER_WEEK: caps.cap_units(
                caps.DEFAULT_TRAINER_WEEK_MINUTES if weekly is None else weekly
            ),
            Scope.ENGAGEMENT_WEEK: caps.cap_units(limits.weekly_minutes),
            Scope.ENGAGEMENT_TOTAL: caps.cap_units(limits.total_minutes),
            Scope.POSITION_TOTAL: caps.cap_units(position.total_minutes),
            Scope.PROJECT_BUDGET: caps.money_cap_units(budget.minor if budget else None),
            Scope.CREDIT_LIMIT: caps.money_cap_units(terms.credit_limit_minor),
        }
        for key, _ in section.weights:
            agreed.setdefault(key, units[key.scope])
    return agreed


def _allowance(
    ground: Ground, agreed: dict[CounterKey, int], left: dict[CounterKey, int], at: datetime
) -> Allowance:
    pay_week = week_of(at, ground.pay_week)
    trainer_week = trainer_week_of(at)
    section = caps.sections(ground, at, pay_week.ends_at)[0]
    minutes: dict[Scope, int] = {
        key.scope: caps.minutes_left(left[key], weight)
        for key, weight in section.weights
        if agreed[key] != caps.NO_CAP
    }
    shown: dict[str, CapLeft] = {}
    for key, weight in section.weights:
        if key.scope not in minutes:
            continue
        name = trainers_name(key.scope)
        money = caps.is_money(key.scope)
        before = shown.get(name)
        shown[name] = CapLeft(
            cap=name,
            cap_minutes=None if money else agreed[key] // weight // 60,
            left_minutes=min(minutes[key.scope], before.left_minutes)
            if before
            else minutes[key.scope],
        )
    binding = caps.least(minutes)
    return Allowance(
        caps=tuple(shown.values()),
        binding_cap=trainers_name(binding) if binding else None,
        left_minutes=minutes[binding] if binding else None,
        pay_week_starts_at=pay_week.starts_at,
        pay_week_ends_at=pay_week.ends_at,
        trainer_week_starts_at=trainer_week.starts_at,
        trainer_week_ends_at=trainer_week.ends_at,
    )
