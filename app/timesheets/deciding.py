"""Time beyond a cap: whoever owns the cap agrees or declines, and on silence operations does."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import caps
from app.domain.actor import ClientActor, OperationsActor, describe
from app.domain.caps import Scope
from app.domain.lifecycles import step
from app.domain.permissions import Permission, require
from app.domain.refusals import NotFound
from app.domain.timesheets import (
    DECIDE_WITHIN,
    ENTRY_MOVES,
    EntryEvent,
    EntryState,
    OverCapReason,
)
from app.engagements import queries as engagements
from app.timesheets import announcing, budgets, counters, sheets
from app.timesheets.queries import PIECE_COLUMNS, PieceFacts, read_piece, span_of
from app.timesheets.refusals import (
    CreditLimitReached,
    DecidedElsewhere,
    ExplanationNeeded,
    VersionDiffers,
)
from app.timesheets.tables import TimeEntry

Decider = ClientActor | OperationsActor


@dataclass(frozen=True, slots=True)
class Decision:
    """`allow`, or not: then with a reason and a sentence that the trainer reads."""

    allow: bool
    reason: OverCapReason | None = None
    explanation: str | None = None


async def decide_over_cap(
    session: AsyncSession, actor: Decider, piece_id: UUID, decision: Decision, *, now: datetime
) -> PieceFacts:
    """Agree to time beyond a cap, or decline it. The same decision again changes nothing.

    The company lifts its own caps, operations the trainer's week. If another's cap is passed as
    well, the agreement is kept and the time goes on to wait for the other. After `decide_by_at`
    operations may decide in the company's place; what it allows then is never billed.

    Raises NotAllowed, NotFound, DecidedElsewhere, ExplanationNeeded, CreditLimitReached,
    VersionDiffers when the trainer edits at the same moment, IllegalMove.
    """
    if not decision.allow and not (decision.reason and decision.explanation):
        raise ExplanationNeeded
    if isinstance(actor, ClientActor):
        require(actor, Permission.APPROVE_TIME)
    piece = await _read(session, actor, piece_id)
    if decision.allow:
        decided = await _allow(session, actor, piece, now=now)
    else:
        decided = await _decline(session, actor, piece, decision, now=now)
    await announcing.over_cap_decided(session, decided, now=now)
    return decided


async def _decline(
    session: AsyncSession, actor: Decider, piece: PieceFacts, decision: Decision, *, now: datetime
) -> PieceFacts:
    await counters.hold_engagements(session, [piece.engagement_id])
    before, piece = piece, await _read(session, actor, piece.id)
    if piece.state is EntryState.DECLINED:
        return piece
    _check_unchanged(before, piece)
    declined = step("time entry", ENTRY_MOVES, piece.state, EntryEvent.DECLINE)
    _check_decider(actor, piece, now)
    return await _write(
        session,
        piece,
        actor,
        now,
        state=declined.value,
        decision_reason_code=decision.reason,
        decision_explanation=decision.explanation,
    )


async def _allow(
    session: AsyncSession, actor: Decider, piece: PieceFacts, *, now: datetime
) -> PieceFacts:
    """Counters before the entry, as everywhere, so that nobody waits in a circle."""
    before, end = piece, span_of(piece).ended_at
    engagement = await engagements.get_engagement(session, piece.engagement_id)
    held = await budgets.hold(session, engagement, [(piece.started_at, end)], now=now, whole=True)
    piece = await _read(session, actor, piece.id)
    if piece.state is not EntryState.OVER_CAP and _agreed_by(actor, piece):
        return piece
    _check_unchanged(before, piece)
    allowed = step("time entry", ENTRY_MOVES, piece.state, EntryEvent.ALLOW)
    _check_decider(actor, piece, now)
    company_agreed_at = now if isinstance(actor, ClientActor) else piece.company_agreed_at
    operations_agreed_at = now if isinstance(actor, OperationsActor) else piece.operations_agreed_at
    at_platform_cost = (
        isinstance(actor, OperationsActor)
        and piece.binding_cap is not Scope.TRAINER_WEEK
        and company_agreed_at is None
    )
    lifted = (caps.COMPANY_LIFTS if company_agreed_at else frozenset()) | (
        caps.OPERATIONS_LIFTS if operations_agreed_at else frozenset()
    )
    counted = caps.PLATFORM_COST_SCOPES if at_platform_cost else caps.ALL_SCOPES
    short = held.short(piece.started_at, end, counted - lifted)
    agreements = {
        "company_agreed_at": company_agreed_at,
        "operations_agreed_at": operations_agreed_at,
    }
    if short is not None:
        if short is Scope.CREDIT_LIMIT and isinstance(actor, ClientActor):
            raise CreditLimitReached
        return await _write(
            session,
            piece,
            actor,
            now,
            **agreements,
            binding_cap=short.value,
            decide_by_at=now + DECIDE_WITHIN,
        )
    held.charge(piece.started_at, end, scopes=counted)
    sheet_id = await sheets.taking(session, engagement, piece.started_at, now=now)
    written = await _write(
        session,
        piece,
        actor,
        now,
        **agreements,
        state=allowed.value,
        timesheet_id=sheet_id,
        at_platform_cost=at_platform_cost,
    )
    await budgets.settle(session, held, lifted=lifted)
    return written


def _check_unchanged(before: PieceFacts, piece: PieceFacts) -> None:
    """The locks were taken for the hours read before them; others, edited since, need another yes.

    Raises VersionDiffers.
    """
    if span_of(before) != span_of(piece):
        raise VersionDiffers(version=piece.version)


def _check_decider(actor: Decider, piece: PieceFacts, now: datetime) -> None:
    overdue = piece.decide_by_at is not None and piece.decide_by_at <= now
    if isinstance(actor, ClientActor) and piece.decider != "company":
        raise DecidedElsewhere(decider="operations")
    if isinstance(actor, OperationsActor) and piece.decider != "operations" and not overdue:
        raise DecidedElsewhere(decider="the company")


def _agreed_by(actor: Decider, piece: PieceFacts) -> bool:
    agreed = (
        piece.company_agreed_at if isinstance(actor, ClientActor) else piece.operations_agreed_at
    )
    return agreed is not None


async def _read(session: AsyncSession, actor: Decider, piece_id: UUID) -> PieceFacts:
    """A piece that has been over a cap. Raises NotFound for anything else, or another's."""
    statement = select(*PIECE_COLUMNS).where(
        TimeEntry.id == piece_id,
        TimeEntry.binding_cap.is_not(None),
        TimeEntry.state.not_in([EntryState.DELETED.value, EntryState.RUNNING.value]),
    )
    if isinstance(actor, ClientActor):
        statement = statement.where(TimeEntry.company_id == actor.company_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return read_piece(row)


async def _write(
    session: AsyncSession, piece: PieceFacts, actor: Decider, now: datetime, **values: object
) -> PieceFacts:
    row = (
        await session.execute(
            update(TimeEntry)
            .where(TimeEntry.id == piece.id)
            .values(
                decided_by=describe(actor),
                changed_at=now,
                version=TimeEntry.version + 1,
                **values,
            )
            .returning(*PIECE_COLUMNS)
            .execution_options(synchronize_session=False)
        )
    ).one()
    return read_piece(row)
