"""Many entries in one call, from a phone that was away: each answered for itself.

New entries of one engagement are taken together, up to a hundred in a transaction, because a lock,
a look and a commit for each would cost ten times as much; what they come to is what `record_time`
would have made of them one after the other. Edits, deletions and whatever collides go one by one.
Between two transactions nothing is held, and what was committed stands: the same call again goes
on where it broke off, and finds everything else unchanged.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.caps import Piece, Scope
from app.domain.refusals import AlreadyUsed, Refusal
from app.domain.timesheets import EntryState
from app.engagements import queries as engagements
from app.engagements.queries import EngagementFacts
from app.kit.db import Database
from app.timesheets import admitting, batches, budgets, conflicts, entries, recording
from app.timesheets.admitting import Standing
from app.timesheets.batches import New
from app.timesheets.entries import Root
from app.timesheets.queries import EntryFacts, PieceFacts
from app.timesheets.recording import TimeSaid

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Item:
    """What the phone says of one entry: its time (an edit with `if_version`), or to delete it."""

    entry_id: UUID
    said: TimeSaid | None
    if_version: int | None = None

    @property
    def is_new(self) -> bool:
        """Whether it can be taken together with others."""
        return self.said is not None and self.if_version is None


class Outcome(StrEnum):
    """`over_cap`: kept, and a part of it or all waits for a decision."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    OVER_CAP = "over_cap"
    DELETED = "deleted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item. Seconds by what they are now; `refusal` only when refused."""

    entry_id: UUID
    outcome: Outcome
    version: int | None = None
    state: EntryState | None = None
    worked_seconds: int = 0
    over_cap_seconds: int = 0
    binding_cap: Scope | None = None
    refusal: Refusal | None = None


async def sync(
    database: Database, actor: TrainerActor, items: Sequence[Item], *, now: datetime
) -> list[Result]:
    """Take the items in transactions of its own; a result for each, in the order of the items.

    Items of one engagement are taken in order. Raises nothing for an item: its result says why.
    """
    results: dict[int, Result] = {}
    waiting: dict[UUID, list[int]] = defaultdict(list)

    async def take(numbers: Sequence[int]) -> None:
        found = await _together(database, actor, [items[n] for n in numbers], now=now)
        results.update(zip(numbers, found, strict=True))

    for number, item in enumerate(items):
        if item.said is not None and item.is_new:
            group = waiting[item.said.engagement_id]
            group.append(number)
            if len(group) == AT_ONCE:
                await take(waiting.pop(item.said.engagement_id))
            continue
        for group in waiting.values():
            await take(group)
        waiting.clear()
        results[number] = await _alone(database, actor, item, now=now)
    for group in waiting.values():
        await take(group)
    return [results[number] for number in range(len(items))]


async def _together(
    database: Database, actor: TrainerActor, items: Sequence[Item], *, now: datetime
) -> list[Result]:
    try:
        async with database.begin() as session:
            return await take_new(session, actor, items, now=now)
    except IntegrityError:
        # Another's id, or another call that wrote under the same one: seen one by one.
        return [await _alone(database, actor, item, now=now) for item in items]


async def _alone(database: Database, actor: TrainerActor, item: Item, *, now: datetime) -> Result:
    try:
        async with database.begin() as session:
            if item.said is None:
                await recording.delete_time(session, actor, item.entry_id, now=now)
                return Result(item.entry_id, Outcome.DELETED)
            done = await recording.record_time(
                session, actor, item.entry_id, item.said, if_version=item.if_version, now=now
            )
            return _result(done.entry, unchanged=done.unchanged)
    except Refusal as refusal:
        return Result(item.entry_id, Outcome.REFUSED, refusal=refusal)
    except IntegrityError:
        return Result(item.entry_id, Outcome.REFUSED, refusal=AlreadyUsed())


async def take_new(
    session: AsyncSession, actor: TrainerActor, items: Sequence[Item], *, now: datetime
) -> list[Result]:
    """Take new items of one engagement under one lock. Raises IntegrityError: none is taken."""
    first = items[0].said
    assert first is not None
    try:
        engagement = await engagements.of_trainer(session, actor.trainer_id, first.engagement_id)
    except Refusal as refusal:
        return [Result(item.entry_id, Outcome.REFUSED, refusal=refusal) for item in items]
    batch = await _Batch.begin(session, actor, engagement, items, now)
    results = [await batch.take(item) for item in items]
    await batches.write_new(session, engagement, batch.new, now=now)
    await budgets.settle(session, batch.held)
    return results


@dataclass(slots=True)
class _Batch:
    """What is known under the lock, kept up as items are taken."""

    session: AsyncSession
    actor: TrainerActor
    engagement: EngagementFacts
    now: datetime
    held: budgets.Held
    under: dict[UUID, EntryFacts]
    near: list["_Taken"]
    new: list[New] = field(default_factory=list)
    taken: dict[UUID, tuple[TimeSaid, Result]] = field(default_factory=dict)
    standing: Standing | None = None

    @classmethod
    async def begin(
        cls,
        session: AsyncSession,
        actor: TrainerActor,
        engagement: EngagementFacts,
        items: Sequence[Item],
        now: datetime,
    ) -> "_Batch":
        """Lock what all of them can move, then read what stands."""
        said = [i.said for i in items if i.said and _shape(engagement, i.said) is None]
        spans = [(each.started_at, each.ended_at) for each in said]
        held = await budgets.hold(session, engagement, spans, now=now)
        under, near = await batches.look_many(
            session,
            [item.entry_id for item in items],
            actor.trainer_id,
            min((start for start, _ in spans), default=now),
            max((end for _, end in spans), default=now + timedelta(seconds=1)),
        )
        return cls(
            session, actor, engagement, now, held, under,
            sorted(_Taken(p.started_at, p.ended_at, p.root_id) for p in near),
        )  # fmt: skip

    async def take(self, item: Item) -> Result:
        """One after the other, as `record_time` would."""
        assert item.said is not None
        try:
            return await self._take(item.entry_id, item.said)
        except Refusal as refusal:
            return Result(item.entry_id, Outcome.REFUSED, refusal=refusal)

    async def _take(self, entry_id: UUID, said: TimeSaid) -> Result:
        unshaped = _shape(self.engagement, said)
        if unshaped is not None:
            raise unshaped
        if entry_id in self.taken:
            before, result = self.taken[entry_id]
            if before != said:
                raise AlreadyUsed(**conflicts.with_earlier(entry_id, before, said))
            return _again(result)
        entry = self.under.get(entry_id)
        if recording.stands(entry, self.actor, entry_id, said, None):
            assert entry is not None
            return _result(entry, unchanged=True)
        admitting.check_end(self.engagement, said.ended_at, now=self.now)
        admitting.check_pauses(self.engagement, said.started_at, said.ended_at)
        if self.standing is None:
            self.standing = await admitting.standing(self.session, self.engagement)
        self.standing.check(said.ended_at)
        self._check_free(said)
        pieces = self.held.split(said.started_at, said.ended_at)
        root = Root(entry_id, "manual", said.started_at, said.ended_at, said.note,
                    said.task_reference)  # fmt: skip
        self.new.append(New(root, pieces))
        insort(self.near, _Taken(said.started_at, said.ended_at, entry_id))
        result = _of_pieces(entry_id, pieces)
        self.taken[entry_id] = (said, result)
        return result

    def _check_free(self, said: TimeSaid) -> None:
        """Raise TimeOverlaps. What is near does not overlap itself, so two neighbours tell."""
        place = bisect_left(self.near, _Taken(said.started_at, None, UUID(int=0)))
        for other in self.near[max(0, place - 1) : place + 1]:
            if other.started_at < said.ended_at and (
                other.ended_at is None or other.ended_at > said.started_at
            ):
                raise entries.overlaps(other.entry_id, other.started_at, other.ended_at)


@dataclass(frozen=True, slots=True)
class _Taken:
    """Time that is taken; None while it runs. Sorted by its start, which no two share."""

    started_at: datetime
    ended_at: datetime | None
    entry_id: UUID

    def __lt__(self, other: "_Taken") -> bool:
        return self.started_at < other.started_at


def _shape(engagement: EngagementFacts, said: TimeSaid) -> Refusal | None:
    try:
        admitting.check_shape(engagement, said.started_at, said.ended_at)
    except Refusal as refusal:
        return refusal
    return None


def _again(result: Result) -> Result:
    return Result(
        result.entry_id, Outcome.UNCHANGED, result.version, result.state, result.worked_seconds,
        result.over_cap_seconds, result.binding_cap,
    )  # fmt: skip


def _of_pieces(entry_id: UUID, pieces: Sequence[Piece]) -> Result:
    over = [piece for piece in pieces if piece.binding is not None]
    first = EntryState.RECORDED if pieces[0].binding is None else EntryState.OVER_CAP
    return Result(
        entry_id,
        Outcome.OVER_CAP if over else Outcome.ACCEPTED,
        version=1,
        state=first,
        worked_seconds=sum(piece.seconds for piece in pieces),
        over_cap_seconds=sum(piece.seconds for piece in over),
        binding_cap=over[0].binding if over else None,
    )


def _result(entry: EntryFacts, *, unchanged: bool) -> Result:
    over: list[PieceFacts] = [p for p in entry.pieces if p.state is EntryState.OVER_CAP]
    written = Outcome.OVER_CAP if over else Outcome.ACCEPTED
    return Result(
        entry.root.root_id,
        Outcome.UNCHANGED if unchanged else written,
        version=entry.version,
        state=entry.state,
        worked_seconds=entry.worked_seconds,
        over_cap_seconds=sum(piece.worked_seconds for piece in over),
        binding_cap=over[0].binding_cap if over else None,
    )
