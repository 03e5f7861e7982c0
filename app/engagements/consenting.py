"""A trainer consents to a lower rate, or declines it.

The one file beside opening.py in which the trainer's door touches the company's side: the bill
rate of what she consents to is copied among the dated terms, and nothing of it is given back.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.engagements import EngagementState
from app.domain.money import Money
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.rates import DatedRate
from app.domain.terms import TermsEvent, TermsState
from app.engagements import bill_terms, pay_terms, terms_changes
from app.engagements.refusals import ConsentTooLate, EngagementEnded
from app.engagements.tables import Engagement
from app.engagements.terms_changes import TermsChange
from app.notices import telling
from app.notices.telling import News


async def consent(
    session: AsyncSession, actor: TrainerActor, change_id: UUID, *, now: datetime
) -> None:
    """Agree to proposed terms: they hold from their day on. Again changes nothing.

    Raises NotFound, ConsentTooLate, EngagementEnded, IllegalMove.
    """
    engagement, change = await _hold(session, actor, change_id)
    if change.state == TermsState.CONSENTED:
        return
    _check_open(engagement, change, now)
    terms_changes.move(change, TermsEvent.CONSENT, actor, now=now)
    bill = (await bill_terms.changed(session, [change.id]))[change.id]
    pay = (await pay_terms.changed(session, [change.id]))[change.id]
    await bill_terms.add_rate(session, engagement.id, _dated(change, bill))
    await pay_terms.add_rate(session, engagement.id, _dated(change, pay))
    await _tell(session, Kind.TERMS_CONSENTED, engagement, change, now=now)


async def decline(
    session: AsyncSession, actor: TrainerActor, change_id: UUID, *, now: datetime
) -> None:
    """Say no to proposed terms: the old ones stay. Again changes nothing.

    Raises NotFound, ConsentTooLate, EngagementEnded, IllegalMove.
    """
    engagement, change = await _hold(session, actor, change_id)
    if change.state == TermsState.DECLINED:
        return
    _check_open(engagement, change, now)
    terms_changes.move(change, TermsEvent.DECLINE, actor, now=now)
    await _tell(session, Kind.TERMS_DECLINED, engagement, change, now=now)


async def _hold(
    session: AsyncSession, actor: TrainerActor, change_id: UUID
) -> tuple[Engagement, TermsChange]:
    await terms_changes.of_trainer(session, actor.trainer_id, change_id)
    return await terms_changes.hold(session, change_id)


def _check_open(engagement: Engagement, change: TermsChange, now: datetime) -> None:
    if change.state == TermsState.PROPOSED and engagement.state == EngagementState.ENDED:
        raise EngagementEnded
    over = change.consent_by_at is not None and change.consent_by_at <= now
    if change.state == TermsState.EXPIRED or (change.state == TermsState.PROPOSED and over):
        raise ConsentTooLate


def _dated(change: TermsChange, rate: Money) -> DatedRate:
    return DatedRate(change.effective_at, rate.minor, rate.currency)


async def _tell(
    session: AsyncSession,
    kind: Kind,
    engagement: Engagement,
    change: TermsChange,
    *,
    now: datetime,
) -> None:
    to = telling.company(engagement.company_id, Permission.WRITE_HIRING)
    await telling.tell(session, News(kind, engagement.id, to, stage=str(change.id)), now=now)
