"""A company gives a trainer a bonus, once for each id that it mints."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.adjustments import AdjustmentType
from app.domain.money import Money
from app.domain.permissions import Permission, require
from app.domain.refusals import AlreadyUsed
from app.engagements import queries as engagements
from app.engagements.queries import EngagementFacts
from app.timesheets import adjustments, applying, bill_lines, spending
from app.timesheets.adjustments import AdjustmentFacts, Filed
from app.timesheets.refusals import currency_differs


@dataclass(frozen=True, slots=True)
class Bonus:
    """What the company pays, and why; the trainer reads the reason."""

    bill: Money
    reason: str


async def give_bonus(
    session: AsyncSession,
    actor: ClientActor,
    engagement_id: UUID,
    bonus_id: UUID,
    said: Bonus,
    *,
    now: datetime,
) -> Filed:
    """Give a bonus: it is approved with that, and the fee is taken as from time.

    The same id and words again, however often and at once, answer what was given first. A bonus may
    be given when the engagement has ended.

    Raises NotAllowed, NotFound, AlreadyUsed for an id with other words, InvalidValues for another
    currency than the engagement's, BudgetReached, CreditLimitReached.
    """
    require(actor, Permission.APPROVE_TIME)
    engagement = await engagements.of_company(session, actor.company_id, engagement_id)
    known = await adjustments.find(session, bonus_id)
    if known is None:
        purse = await spending.hold(session, engagement, now=now)
        # Whoever gave it while we waited for the lock has given it for us too.
        known = await adjustments.find(session, bonus_id)
        if known is None:
            await _check_currency(session, engagement, said)
            bonus = await applying.file_approved(
                session,
                actor,
                engagement,
                purse,
                amount=said.bill,
                now=now,
                id=bonus_id,
                type=AdjustmentType.BONUS.value,
                reason=said.reason,
            )
            return Filed(bonus, created=True)
    if not await _is_said(session, known, engagement, said):
        raise AlreadyUsed
    return Filed(known, created=False)


async def _check_currency(session: AsyncSession, engagement: EngagementFacts, said: Bonus) -> None:
    if said.bill.currency != await bill_lines.currency_of(session, engagement.id):
        raise currency_differs()


async def _is_said(
    session: AsyncSession, known: AdjustmentFacts, engagement: EngagementFacts, said: Bonus
) -> bool:
    """Whether exactly this was given before, for this engagement."""
    if (known.type, known.engagement_id, known.reason) != (
        AdjustmentType.BONUS, engagement.id, said.reason
    ):  # fmt: skip
        return False
    billed = (await bill_lines.of_adjustments(session, [known.id]))[known.id]
    return billed.billed == said.bill
