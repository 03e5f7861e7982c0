"""The counters under the caps, and the only place where trainers' paths meet bill rates.

Money caps are counted here in seconds × bill rate and leave this file as minutes only.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import caps, limits
from app.domain import leases as slices
from app.domain.caps import CounterKey, Ground, Piece, Scope, Section, Tally
from app.domain.hours import seconds_between
from app.domain.timesheets import LATEST_AHEAD, RESERVE_SLICE
from app.domain.weeks import week_of
from app.engagements.queries import EngagementFacts
from app.timesheets import allowances, cap_terms, counters, leases
from app.timesheets.allowances import Allowance
from app.timesheets.bill_lines import BillLine
from app.timesheets.cap_terms import Terms
from app.timesheets.counters import Move
from app.timesheets.leases import Lease

Interval = tuple[datetime, datetime]
# Nothing beyond is charged by anybody: time is logged when it is over, a timer reserves a little.
_FURTHEST = LATEST_AHEAD + RESERVE_SLICE


@dataclass(slots=True)
class Held:
    """Counters under lock for one deed: decide with it, then `settle`.

    With a `lease`, what is left of the shared caps is what is left of it, and it is enough; their
    counters are not locked. Without one they are, and `slices` are what may be taken in advance.
    `beyond`: units of shared caps that are left too, but not for this deed. `cut`: the times that
    were asked for, in sections already.
    """

    ground: Ground
    agreed: dict[CounterKey, int]
    tally: Tally
    beyond: dict[CounterKey, int]
    lease: Lease | None = None
    crowd: int = 0
    weekly: dict[CounterKey, int] = field(default_factory=dict)
    cut: Mapping[Interval, list[Section]] = field(default_factory=dict)

    def split(self, started_at: datetime, ended_at: datetime) -> list[Piece]:
        """Use up what fits of the time, in order; all of it comes back in pieces."""
        found = self.cut.get((started_at, ended_at))
        if found is None:
            found = caps.sections(self.ground, started_at, ended_at)
        return self.tally.split(found)

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
        left = {key: rest + self.beyond.get(key, 0) for key, rest in self.tally.left.items()}
        return allowances.of(self.ground, self.agreed, left, at)


async def hold(
    session: AsyncSession,
    engagement: EngagementFacts,
    intervals: Iterable[Interval],
    *,
    now: datetime,
    whole: bool = False,
) -> Held:
    """Lock every counter that time in these intervals can move, in the one order.

    Of shared caps the engagement's own lease is enough where it covers all that can be charged;
    `whole`: lock their counters anyway, because a cap itself is to be moved.
    What is agreed is read after the lock: whoever raised or cut it while we waited is heard.
    READ COMMITTED is needed: each statement sees what others committed before it.
    """
    spans = list(intervals)
    bare = cap_terms.ground(engagement)
    keys = caps.keys_of_times(bare, spans)
    shared = {key for key in keys if key.scope in caps.SHARED}
    used = await counters.lock(session, keys - shared)
    terms = await cap_terms.read(session, engagement, now)
    if shared and not whole:
        held = await _by_lease(session, terms, spans, used)
        if held is not None:
            return held
    if shared:
        used |= await counters.lock(session, shared)
        terms = await cap_terms.read(session, engagement, now)
    return await _by_counters(session, terms, spans, used)


async def _by_lease(
    session: AsyncSession, terms: Terms, spans: Sequence[Interval], used: dict[CounterKey, int]
) -> Held | None:
    """With the shared caps from the engagement's own lease; None when it has too little, or when
    one of them was cut below what its counter says: then it may have to give back."""
    cut = _cut(terms, spans)
    found = _all(cut)
    agreed = terms.agreed(found)
    capped = {key.scope: cap for key, cap in agreed.items()}
    lease = await leases.hold(session, terms.ground, _most(terms, found), capped)
    if lease is None:
        return None
    left = {
        key: lease.free[key.scope] if key.scope in caps.SHARED else cap - used[key]
        for key, cap in agreed.items()
    }
    beyond = {
        key: agreed[key] - lease.counted[key.scope] for key in agreed if key.scope in caps.SHARED
    }
    held = Held(terms.ground, agreed, Tally(left), beyond, lease=lease, cut=cut)
    await _show_what_binds(session, held, found)
    return held


async def _by_counters(
    session: AsyncSession, terms: Terms, spans: Sequence[Interval], used: dict[CounterKey, int]
) -> Held:
    """With the shared counters themselves; where one runs short, all its leases are taken back."""
    cut = _cut(terms, spans)
    found = _all(cut)
    agreed = terms.agreed(found)
    left = {key: cap - used[key] for key, cap in agreed.items()}
    most = _most(terms, found)
    shared = sorted((k for k in agreed if k.scope in caps.SHARED), key=lambda k: k.place)
    short = [key for key in shared if left[key] < most[key.scope]]
    for key in short:
        # Looked at first: a spent cap is asked for often, and then nobody holds any of it.
        if await leases.leased(session, key):
            left[key] += await leases.take_back(session, key)
    own = await leases.free_units(session, terms.ground.engagement_id)
    beyond = {key: own[key.scope] for key in shared if key not in short}
    held = Held(
        terms.ground,
        agreed,
        Tally(left),
        beyond,
        crowd=terms.crowd,
        weekly=_weekly(terms, found),
        cut=cut,
    )
    await _show_what_binds(session, held, found)
    return held


async def _show_what_binds(session: AsyncSession, held: Held, found: Sequence[Section]) -> None:
    """What others hold in advance is left as well. It is counted only where it can matter: where
    a shared cap would otherwise seem to bind first."""
    weights = {section.weights for section in found}
    for key in sorted(held.beyond, key=lambda key: key.place):
        if any(seems_to_bind(held, key, dict(each)) for each in weights):
            everybodys = await leases.leased(session, key)
            if held.lease is None:
                held.beyond[key] = everybodys
            else:
                held.beyond[key] += everybodys - held.lease.free[key.scope]


def seems_to_bind(held: Held, key: CounterKey, weights: Mapping[CounterKey, int]) -> bool:
    """Whether this shared cap leaves less than one's own, as far as one's own lease tells."""
    if key not in weights:
        return False
    own = min(
        held.tally.left[each] // weight
        for each, weight in weights.items()
        if each.scope not in caps.SHARED
    )
    return (held.tally.left[key] + held.beyond[key]) // weights[key] < own


async def settle(
    session: AsyncSession, held: Held, *, lifted: frozenset[Scope] = frozenset()
) -> None:
    """Move the counters by what was decided, in one relative UPDATE with the CHECK behind it.

    A counter's cap follows what is agreed, but never below what is used already. `lifted` are caps
    whose owner has agreed to this very time. Shared caps are moved in the lease that is held; else
    in their counters, with a slice for next time where there is room.
    """
    moved = {key: by for key, by in held.tally.moved.items() if by}
    shared = {key.scope: by for key, by in moved.items() if key.scope in caps.SHARED}
    if held.lease is not None:
        await leases.spend(session, held.ground, shared)
        moved = {key: by for key, by in moved.items() if key.scope not in caps.SHARED}
        taken: dict[Scope, int] = {}
    else:
        taken = _slices(held) if any(by > 0 for by in shared.values()) and not lifted else {}
        await leases.fill(session, held.ground, taken)
    await counters.move(
        session,
        [
            Move(key, by + taken.get(key.scope, 0), held.agreed[key], lift=key.scope in lifted)
            for key, by in moved.items()
        ],
    )


def _slices(held: Held) -> dict[Scope, int]:
    """What to take of each shared cap in advance, for time like that which was charged."""
    return {
        key.scope: slices.slice_of(
            held.tally.left[key], week=held.weekly.get(key, 0), crowd=held.crowd,
            held=held.beyond.get(key, 0),
        )
        for key, by in held.tally.moved.items()
        if key.scope in caps.SHARED and by > 0
    }  # fmt: skip


def _cut(terms: Terms, spans: Sequence[Interval]) -> dict[Interval, list[Section]]:
    return {span: caps.sections(terms.ground, *span) for span in spans}


def _all(cut: Mapping[Interval, list[Section]]) -> list[Section]:
    return [section for sections in cut.values() for section in sections]


def _most(terms: Terms, found: Sequence[Section]) -> dict[Scope, int]:
    """The most that can be charged of each shared cap."""
    most = dict.fromkeys(caps.SHARED, 0)
    furthest = terms.now + _FURTHEST
    for section in found:
        seconds = seconds_between(section.started_at, min(section.ended_at, furthest))
        for key, weight in section.weights:
            if key.scope in most:
                most[key.scope] += max(0, seconds) * weight
    return most


def _weekly(terms: Terms, found: Sequence[Section]) -> dict[CounterKey, int]:
    """A full week of this engagement, in units of each shared counter, at its latest rate."""
    if not found:
        return {}
    latest = max(found, key=lambda section: section.started_at)
    seconds = caps.cap_units(limits.in_force(terms.limits, terms.now).weekly_minutes)
    return {key: seconds * weight for key, weight in latest.weights if key.scope in caps.SHARED}


async def allowance(
    session: AsyncSession, engagement: EngagementFacts, at: datetime, *, now: datetime
) -> Allowance:
    """What is left for time at `at`, read without a lock."""
    terms = await cap_terms.read(session, engagement, now)
    found = caps.sections(terms.ground, at, week_of(at, terms.ground.pay_week).ends_at)[:1]
    agreed = terms.agreed(found)
    used = await counters.read(session, list(agreed))
    own = await leases.free_units(session, engagement.id)
    held = seen(terms, agreed, used, own)
    await _show_what_binds(session, held, found)
    return held.allowance(at)


def seen(
    terms: Terms,
    agreed: dict[CounterKey, int],
    used: Mapping[CounterKey, int],
    own: Mapping[Scope, int],
) -> Held:
    """Counters as somebody looks at them who does nothing: `own` is free in her lease."""
    left = {key: cap - used.get(key, 0) for key, cap in agreed.items()}
    beyond = {key: own[key.scope] for key in agreed if key.scope in caps.SHARED}
    return Held(terms.ground, agreed, Tally(left), beyond)


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
