"""A trainer claims what she laid out for the work, once for each id that she mints."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor, describe
from app.domain.adjustments import COMPANY_WITHIN, AdjustmentState, AdjustmentType
from app.domain.money import Money
from app.domain.refusals import AlreadyUsed
from app.engagements import queries as engagements
from app.timesheets import adjustments, pay_lines
from app.timesheets.adjustments import AdjustmentFacts, Filed
from app.timesheets.refusals import currency_differs


@dataclass(frozen=True, slots=True)
class Claim:
    """What was laid out, for what, and where the receipt is found. Both sides see it alike."""

    amount: Money
    reason: str
    evidence_reference: str


async def claim_expense(
    session: AsyncSession,
    actor: TrainerActor,
    engagement_id: UUID,
    expense_id: UUID,
    said: Claim,
    *,
    now: datetime,
) -> Filed:
    """Claim an expense; the company has five days to agree, then operations decides.

    The same id and words again answer the claim as it stands. Raises NotFound, AlreadyUsed for an
    id with other words, InvalidValues for another currency than the engagement's.
    """
    engagement = await engagements.of_trainer(session, actor.trainer_id, engagement_id)
    if said.amount.currency != await pay_lines.currency_of(session, engagement.id):
        raise currency_differs()
    created = await adjustments.file(
        session,
        id=expense_id,
        type=AdjustmentType.EXPENSE.value,
        state=AdjustmentState.AWAITS_COMPANY.value,
        engagement_id=engagement.id,
        company_id=engagement.company_id,
        trainer_id=engagement.trainer_id,
        reason=said.reason,
        evidence_reference=said.evidence_reference,
        expense_minor=said.amount.minor,
        currency=said.amount.currency,
        filed_by=describe(actor),
        filed_at=now,
        decide_by_at=now + COMPANY_WITHIN,
    )
    known = await adjustments.get(session, expense_id)
    if (known.type, known.engagement_id, _said_of(known)) != (
        AdjustmentType.EXPENSE, engagement.id, said
    ):  # fmt: skip
        raise AlreadyUsed
    return Filed(known, created)


def _said_of(known: AdjustmentFacts) -> Claim | None:
    if known.expense_minor is None or known.currency is None or known.evidence_reference is None:
        return None
    return Claim(Money(known.expense_minor, known.currency), known.reason, known.evidence_reference)
