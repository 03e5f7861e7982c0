"""Minutes of an approved week are corrected by a line of their own, and money is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, OperationsActor, describe
from app.domain.adjustments import (
    TRAINER_WITHIN,
    AdjustmentState,
    AdjustmentType,
    ClawbackReason,
    CorrectionReason,
)
from app.domain.money import Money
from app.domain.permissions import Permission, require
from app.domain.refusals import AlreadyUsed
from app.engagements import queries as engagements
from app.engagements.queries import EngagementFacts
from app.timesheets import adjustments, applying, bill_lines, spending
from app.timesheets.adjustments import Adjustment, AdjustmentFacts, Filed
from app.timesheets.refusals import EvidenceUnknown, WeekNotApproved, currency_differs
from app.timesheets.tables import TimeEntry


@dataclass(frozen=True, slots=True)
class Correction:
    """So many minutes more, or fewer, in the week and at the rates of an instant; and why."""

    minutes: int
    worked_at: datetime
    reason_code: CorrectionReason
    reason: str


@dataclass(frozen=True, slots=True)
class Clawback:
    """What the company is credited; the trainer's part follows as of a bonus of the same sum.

    `evidence_ids` are time entries and adjustments of the engagement.
    """

    bill: Money
    reason_code: ClawbackReason
    reason: str
    evidence_ids: Sequence[UUID]


async def correct_hours(
    session: AsyncSession,
    actor: ClientActor | OperationsActor,
    engagement_id: UUID,
    correction_id: UUID,
    said: Correction,
    *,
    now: datetime,
) -> Filed:
    """Correct approved minutes at the dated rates of the time that was worked, both sides alike.

    More minutes are approved with that. Fewer need the trainer's consent when a company asks;
    operations decides itself, with its reason. The same id and words again change nothing.

    Raises NotAllowed, NotFound, AlreadyUsed, WeekNotApproved, CorrectionTooLarge, BudgetReached,
    CreditLimitReached.
    """
    engagement = await _engagement(session, actor, engagement_id)
    purse = await spending.hold(session, engagement, now=now)
    known = await adjustments.find(session, correction_id)
    if known is not None:
        if known.engagement_id != engagement.id or _correction_of(known) != said:
            raise AlreadyUsed
        return Filed(known, created=False)
    if said.worked_at > now:
        raise WeekNotApproved
    values: dict[str, Any] = {
        "id": correction_id,
        "type": AdjustmentType.CORRECTION.value,
        "reason_code": said.reason_code.value,
        "reason": said.reason,
        "minutes": said.minutes,
        "worked_at": said.worked_at,
    }
    if isinstance(actor, OperationsActor) or said.minutes > 0:
        done = await applying.file_approved(session, actor, engagement, purse, now=now, **values)
        return Filed(done, created=True)
    # What the company may learn now is refused now; the rest when it is consented to.
    await bill_lines.correction(session, engagement, said.minutes, said.worked_at)
    made = await adjustments.file(
        session,
        state=AdjustmentState.AWAITS_TRAINER.value,
        engagement_id=engagement.id,
        company_id=engagement.company_id,
        trainer_id=engagement.trainer_id,
        filed_by=describe(actor),
        filed_at=now,
        decide_by_at=now + TRAINER_WITHIN,
        **values,
    )
    if not made:
        raise AlreadyUsed
    return Filed(await adjustments.get(session, correction_id), created=True)


async def claw_back(
    session: AsyncSession,
    actor: OperationsActor,
    engagement_id: UUID,
    clawback_id: UUID,
    said: Clawback,
    *,
    now: datetime,
) -> Filed:
    """Take money back by a decision of operations, never for quality; it holds at once.

    What is still payable becomes less; what was paid out already, the trainer owes, and later
    payouts set it off. The same id and words again change nothing.

    Raises NotFound, AlreadyUsed, InvalidValues for another currency than the engagement's,
    EvidenceUnknown, ClawbackTooLarge.
    """
    engagement = await _engagement(session, actor, engagement_id)
    purse = await spending.hold(session, engagement, now=now)
    known = await adjustments.find(session, clawback_id)
    if known is not None:
        if not await _is_clawback(session, known, engagement, said):
            raise AlreadyUsed
        return Filed(known, created=False)
    if said.bill.currency != await bill_lines.currency_of(session, engagement.id):
        raise currency_differs()
    await _check_evidence(session, engagement, said.evidence_ids)
    done = await applying.file_approved(
        session,
        actor,
        engagement,
        purse,
        amount=said.bill,
        now=now,
        id=clawback_id,
        type=AdjustmentType.CLAWBACK.value,
        reason_code=said.reason_code.value,
        reason=said.reason,
        evidence_ids=[str(id_) for id_ in said.evidence_ids],
    )
    return Filed(done, created=True)


async def _engagement(
    session: AsyncSession, actor: ClientActor | OperationsActor, engagement_id: UUID
) -> EngagementFacts:
    if isinstance(actor, ClientActor):
        require(actor, Permission.APPROVE_TIME)
        return await engagements.of_company(session, actor.company_id, engagement_id)
    return await engagements.get_engagement(session, engagement_id)


def _correction_of(known: AdjustmentFacts) -> Correction | None:
    if known.minutes is None or known.worked_at is None or known.reason_code is None:
        return None
    return Correction(
        known.minutes, known.worked_at, CorrectionReason(known.reason_code), known.reason
    )


async def _is_clawback(
    session: AsyncSession, known: AdjustmentFacts, engagement: EngagementFacts, said: Clawback
) -> bool:
    if (
        known.type is not AdjustmentType.CLAWBACK
        or known.engagement_id != engagement.id
        or (known.reason_code, known.reason) != (said.reason_code, said.reason)
        or known.evidence_ids != [str(id_) for id_ in said.evidence_ids]
    ):
        return False
    billed = (await bill_lines.of_adjustments(session, [known.id]))[known.id].billed
    return (-billed.minor, billed.currency) == (said.bill.minor, said.bill.currency)


async def _check_evidence(
    session: AsyncSession, engagement: EngagementFacts, ids: Sequence[UUID]
) -> None:
    wanted, found = set(ids), 0
    for row in (TimeEntry, Adjustment):
        found += (
            await session.scalar(
                select(func.count())
                .select_from(row)
                .where(row.id.in_(wanted), row.engagement_id == engagement.id)
            )
            or 0
        )
    if not wanted or found != len(wanted):
        raise EvidenceUnknown
