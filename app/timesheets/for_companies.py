"""What a company reads of hours: minutes and their bill side."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.adjustments import AdjustmentState
from app.domain.contests import ContestState
from app.domain.permissions import Permission, require
from app.domain.timesheets import SheetState
from app.kit.paging import Cut, Page
from app.timesheets import adjustments, bill_lines, contests, queries
from app.timesheets.adjustments import AdjustmentFacts
from app.timesheets.bill_lines import Billed
from app.timesheets.contests import ContestFacts
from app.timesheets.queries import PieceFacts, SheetFacts


@dataclass(frozen=True, slots=True)
class CompanySheet:
    """A sheet with what it comes to; until it is approved, with what it would come to now."""

    facts: SheetFacts
    amount: Billed


@dataclass(frozen=True, slots=True)
class CompanyOverCap:
    """Time beyond a cap with what it would come to by itself."""

    piece: PieceFacts
    amount: Billed


@dataclass(frozen=True, slots=True)
class CompanyAdjustment:
    """An adjustment with what it is billed; None while it waits, and when it is not billed."""

    facts: AdjustmentFacts
    amount: Billed | None


async def list_timesheets(
    session: AsyncSession,
    actor: ClientActor,
    page: Cut,
    *,
    state: SheetState | None = None,
    engagement_id: UUID | None = None,
) -> Page[CompanySheet]:
    """The company's timesheets, newest week first. Raises NotAllowed."""
    require(actor, Permission.READ_TIME)
    found = await queries.list_sheets_of_company(
        session, actor.company_id, page, state=state, engagement_id=engagement_id
    )
    amounts = await bill_lines.amounts(session, found.items)
    return Page([CompanySheet(facts, amounts[facts.id]) for facts in found.items], found.last)


async def get_timesheet(
    session: AsyncSession, actor: ClientActor, sheet_id: UUID
) -> tuple[CompanySheet, list[PieceFacts]]:
    """One timesheet and what stands on it. Raises NotAllowed, NotFound."""
    require(actor, Permission.READ_TIME)
    facts = await queries.sheet_of_company(session, actor.company_id, sheet_id)
    pieces = await queries.pieces_on_sheet(session, sheet_id)
    return await with_amount(session, facts), pieces


async def with_amount(session: AsyncSession, facts: SheetFacts) -> CompanySheet:
    """A sheet that the caller has read for this company, with what it comes to."""
    return CompanySheet(facts, (await bill_lines.amounts(session, [facts]))[facts.id])


async def list_over_cap(
    session: AsyncSession, actor: ClientActor, page: Cut
) -> Page[CompanyOverCap]:
    """Time beyond a cap that waits for a decision, newest first. Raises NotAllowed."""
    require(actor, Permission.READ_TIME)
    found = await queries.list_over_cap_of_company(session, actor.company_id, page)
    amounts = await bill_lines.estimates(session, found.items)
    return Page([CompanyOverCap(piece, amounts[piece.id]) for piece in found.items], found.last)


async def with_estimate(session: AsyncSession, piece: PieceFacts) -> CompanyOverCap:
    """Time that the caller has read for this company, with what it would come to by itself."""
    return CompanyOverCap(piece, (await bill_lines.estimates(session, [piece]))[piece.id])


async def list_contests(
    session: AsyncSession, actor: ClientActor, page: Cut, *, state: ContestState | None = None
) -> Page[ContestFacts]:
    """What the company contested, newest first. Raises NotAllowed."""
    require(actor, Permission.READ_TIME)
    return await contests.list_of_company(session, actor.company_id, page, state=state)


async def contests_on(session: AsyncSession, facts: SheetFacts) -> list[ContestFacts]:
    """The contests of a sheet that the caller has read for this company."""
    return (await contests.of_sheets(session, [facts.id])).get(facts.id, [])


async def list_adjustments(
    session: AsyncSession, actor: ClientActor, page: Cut, *, state: AdjustmentState | None = None
) -> Page[CompanyAdjustment]:
    """What changed in approved time, newest first. Raises NotAllowed."""
    require(actor, Permission.READ_TIME)
    found = await adjustments.list_of_company(session, actor.company_id, page, state=state)
    return Page(await _with_sums(session, found.items), found.last)


async def adjustments_on(session: AsyncSession, facts: SheetFacts) -> list[CompanyAdjustment]:
    """The adjustments on a sheet that the caller has read for this company."""
    found = (await adjustments.of_sheets(session, [facts.id])).get(facts.id, [])
    return await _with_sums(session, found)


async def with_sum(session: AsyncSession, facts: AdjustmentFacts) -> CompanyAdjustment:
    """An adjustment that the caller has read for this company, with what it is billed."""
    return (await _with_sums(session, [facts]))[0]


async def _with_sums(
    session: AsyncSession, found: Sequence[AdjustmentFacts]
) -> list[CompanyAdjustment]:
    amounts = await bill_lines.of_adjustments(session, [facts.id for facts in found])
    return [CompanyAdjustment(facts, amounts.get(facts.id)) for facts in found]
