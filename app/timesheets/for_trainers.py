"""What a trainer reads of hours: her minutes, their pay side, and what is left under her caps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.adjustments import AdjustmentState
from app.domain.contests import ContestState
from app.domain.refusals import NotFound
from app.domain.timesheets import EntryState
from app.engagements import queries as engagements
from app.kit.paging import Cut, Page
from app.timesheets import adjustments, budgets, contests, entries, pay_lines, queries
from app.timesheets.adjustments import AdjustmentFacts
from app.timesheets.allowances import Allowance
from app.timesheets.contests import ContestFacts
from app.timesheets.pay_lines import Earned
from app.timesheets.queries import EntryFacts, PieceFacts, SheetFacts
from app.trainers import queries as trainers


@dataclass(frozen=True, slots=True)
class TrainerSheet:
    """A sheet with what it comes to; until it is approved, with what it would come to now."""

    facts: SheetFacts
    amount: Earned
    own_timezone: str


@dataclass(frozen=True, slots=True)
class TrainerAllowance:
    """What is left in one engagement, and the zones in which its weeks are shown."""

    engagement_id: UUID
    allowance: Allowance
    pay_week_timezone: str
    own_timezone: str


@dataclass(frozen=True, slots=True)
class TrainerAdjustment:
    """An adjustment with what she earns by it; None while it waits, and when it is declined."""

    facts: AdjustmentFacts
    amount: Earned | None


@dataclass(frozen=True, slots=True)
class Zones:
    """In which zones a trainer reads her hours: her own, and the pay week's by engagement."""

    own: str
    pay_week: Mapping[UUID, str]


async def zones_of(
    session: AsyncSession, actor: TrainerActor, pieces: Sequence[PieceFacts]
) -> Zones:
    """For time that the caller has read for this trainer."""
    return Zones(
        await trainers.timezone_of(session, actor.trainer_id),
        await engagements.pay_week_timezones(session, {piece.engagement_id for piece in pieces}),
    )


async def list_timesheets(
    session: AsyncSession, actor: TrainerActor, page: Cut
) -> Page[TrainerSheet]:
    """The trainer's timesheets, newest week first."""
    found = await queries.list_sheets_of_trainer(session, actor.trainer_id, page)
    amounts = await pay_lines.amounts(session, found.items)
    zone = await trainers.timezone_of(session, actor.trainer_id)
    return Page([TrainerSheet(facts, amounts[facts.id], zone) for facts in found.items], found.last)


async def with_amount(
    session: AsyncSession, actor: TrainerActor, facts: SheetFacts
) -> TrainerSheet:
    """A sheet that the caller has read for this trainer, with what it comes to."""
    amounts = await pay_lines.amounts(session, [facts])
    zone = await trainers.timezone_of(session, actor.trainer_id)
    return TrainerSheet(facts, amounts[facts.id], zone)


async def get_allowance(
    session: AsyncSession, actor: TrainerActor, engagement_id: UUID, *, now: datetime
) -> TrainerAllowance:
    """What is left for time worked now. Raises NotFound."""
    engagement = await engagements.of_trainer(session, actor.trainer_id, engagement_id)
    allowance = await budgets.allowance(session, engagement, now, now=now)
    zone = await trainers.timezone_of(session, actor.trainer_id)
    return TrainerAllowance(engagement_id, allowance, engagement.pay_week_timezone, zone)


async def get_time(session: AsyncSession, actor: TrainerActor, entry_id: UUID) -> EntryFacts:
    """One entry under the id that her phone minted. Raises NotFound, also once it is deleted."""
    entry = await entries.load(session, entry_id)
    if entry is None or entry.root.trainer_id != actor.trainer_id:
        raise NotFound
    if entry.root.root_id != entry_id or entry.root.state is EntryState.DELETED:
        raise NotFound
    return entry


async def list_time(
    session: AsyncSession, actor: TrainerActor, page: Cut, *, engagement_id: UUID | None = None
) -> Page[PieceFacts]:
    """Everything that she logged and did not delete, newest first, in pieces."""
    return await queries.list_pieces_of_trainer(
        session, actor.trainer_id, page, engagement_id=engagement_id
    )


async def list_contests(
    session: AsyncSession, actor: TrainerActor, page: Cut, *, state: ContestState | None = None
) -> Page[ContestFacts]:
    """Contests of her hours, newest first."""
    return await contests.list_of_trainer(session, actor.trainer_id, page, state=state)


async def contests_of(
    session: AsyncSession, pieces: Sequence[PieceFacts]
) -> dict[UUID, ContestFacts]:
    """By piece, for time that the caller has read for this trainer."""
    return await contests.of_entries(session, [piece.id for piece in pieces])


async def contests_on(
    session: AsyncSession, sheets: Sequence[TrainerSheet]
) -> dict[UUID, list[ContestFacts]]:
    """By sheet, for sheets that the caller has read for this trainer."""
    return await contests.of_sheets(session, [sheet.facts.id for sheet in sheets])


async def list_adjustments(
    session: AsyncSession, actor: TrainerActor, page: Cut, *, state: AdjustmentState | None = None
) -> Page[TrainerAdjustment]:
    """What changed in her approved time, newest first."""
    found = await adjustments.list_of_trainer(session, actor.trainer_id, page, state=state)
    amounts = await pay_lines.of_adjustments(session, [facts.id for facts in found.items])
    return Page(
        [TrainerAdjustment(facts, amounts.get(facts.id)) for facts in found.items], found.last
    )


async def with_sum(session: AsyncSession, facts: AdjustmentFacts) -> TrainerAdjustment:
    """An adjustment that the caller has read for this trainer, with what she earns by it."""
    amounts = await pay_lines.of_adjustments(session, [facts.id])
    return TrainerAdjustment(facts, amounts.get(facts.id))
