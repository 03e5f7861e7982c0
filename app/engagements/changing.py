"""A company changes the rate of an engagement, or takes a proposal back.

The one file here in which the client's door touches the trainer's side: what the new bill rate
leaves of pay decides whether she has to consent, and is never given back.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import permissions, terms
from app.domain.actor import ClientActor, SystemActor, describe
from app.domain.engagements import EngagementState
from app.domain.money import Money
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.rates import DatedRate
from app.domain.refusals import FieldProblem, InvalidValues
from app.domain.terms import TermsEvent, TermsState
from app.domain.weeks import PayWeek
from app.engagements import bill_terms, holding, pay_terms, terms_changes
from app.engagements.refusals import EngagementEnded, TermsProposed
from app.engagements.tables import Engagement
from app.engagements.terms_changes import TermsChange
from app.hiring import pricing
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.projects import queries as projects


async def change_terms(
    session: AsyncSession,
    actor: ClientActor,
    engagement_id: UUID,
    bill: Money,
    effective_on: date | None,
    *,
    now: datetime,
) -> UUID:
    """Give an engagement another bill rate from a day on (None: the next pay week) and return the
    change's id. The same again answers the same change.

    A change that lowers the trainer's pay is proposed and holds only with her consent. Raises
    NotAllowed, NotFound, EngagementEnded, TermsProposed, InvalidValues, CurrencyNotYours,
    BillRateAboveCap, BillRateNotOffered.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    row = await holding.of_company(session, actor.company_id, engagement_id)
    if row.state == EngagementState.ENDED:
        raise EngagementEnded
    newest_bill = (await bill_terms.rates_of(session, engagement_id))[-1]
    newest_pay = (await pay_terms.rates_of(session, engagement_id))[-1]
    position = await projects.get_position(session, row.position_id)
    assert position is not None, "an engagement's position is never deleted"
    pay = await pricing.pay_within_caps(session, position, row.trainer_id, bill, now=now)
    begins = terms.beginning(
        effective_on,
        PayWeek(row.pay_week_timezone, row.pay_week_first_day),
        lowers_pay=pay.minor < newest_pay.minor,
        now=now,
    )
    standing = await _standing(session, engagement_id, bill, newest_bill, begins)
    if standing is not None:
        return standing
    if begins is None:
        raise InvalidValues(errors=[_too_early()])
    if begins.effective_at <= newest_bill.effective_at:
        raise InvalidValues(errors=[_change_coming()])
    if bill.minor == newest_bill.minor:
        raise InvalidValues(errors=[_unchanged()])
    change = TermsChange(
        id=new_id(),
        engagement_id=engagement_id,
        state=TermsState.PROPOSED.value if begins.consent_by_at else TermsState.AGREED.value,
        effective_at=begins.effective_at,
        consent_by_at=begins.consent_by_at,
        created_at=now,
        decided_at=None if begins.consent_by_at else now,
        decided_by=None if begins.consent_by_at else describe(actor),
    )
    session.add(change)
    await session.flush()
    await bill_terms.write_changed(session, change.id, bill)
    if pay.minor != newest_pay.minor:
        # Where her pay stays the same, there is nothing for her to see.
        await pay_terms.write_changed(session, change.id, pay)
        await _tell(session, row, change, now=now)
    if change.state == TermsState.AGREED:
        at = change.effective_at
        await bill_terms.add_rate(session, engagement_id, DatedRate(at, bill.minor, bill.currency))
        if pay.minor != newest_pay.minor:
            await pay_terms.add_rate(session, engagement_id, DatedRate(at, pay.minor, pay.currency))
    return change.id


async def withdraw(
    session: AsyncSession, actor: ClientActor, change_id: UUID, *, now: datetime
) -> None:
    """Take a proposed change back; again changes nothing.

    Raises NotAllowed, NotFound, IllegalMove.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    await terms_changes.of_company(session, actor.company_id, change_id)
    engagement, change = await terms_changes.hold(session, change_id)
    if change.state == TermsState.WITHDRAWN:
        return
    terms_changes.move(change, TermsEvent.WITHDRAW, actor, now=now)
    to = telling.trainer(engagement.trainer_id)
    news = News(Kind.TERMS_WITHDRAWN, engagement.id, to, stage=str(change.id))
    await telling.tell(session, news, now=now)


async def expire(session: AsyncSession, change_id: UUID, *, now: datetime) -> None:
    """End a proposed change that nobody answered in time; one answered meanwhile stays."""
    engagement, change = await terms_changes.hold(session, change_id)
    if change.state != TermsState.PROPOSED or change.consent_by_at is None:
        return
    if change.consent_by_at > now:
        return
    terms_changes.move(change, TermsEvent.EXPIRE, SystemActor("consent_deadline"), now=now)
    to = telling.company(engagement.company_id, Permission.WRITE_HIRING)
    news = News(Kind.TERMS_EXPIRED, engagement.id, to, stage=str(change.id))
    await telling.tell(session, news, now=now)


async def _standing(
    session: AsyncSession,
    engagement_id: UUID,
    bill: Money,
    newest: DatedRate,
    begins: terms.Beginning | None,
) -> UUID | None:
    """The change that says just this already. Raises TermsProposed when another one is open."""
    if newest.minor == bill.minor and begins and begins.effective_at == newest.effective_at:
        return await terms_changes.agreed_at(session, engagement_id, newest.effective_at)
    waiting = await terms_changes.open_of(session, engagement_id)
    if waiting is None:
        return None
    proposed = (await bill_terms.changed(session, [waiting.id]))[waiting.id]
    if proposed == bill and begins and begins.effective_at == waiting.effective_at:
        return waiting.id
    raise TermsProposed


async def _tell(
    session: AsyncSession, row: Engagement, change: TermsChange, *, now: datetime
) -> None:
    proposed = change.consent_by_at is not None
    kind = Kind.TERMS_PROPOSED if proposed else Kind.TERMS_CHANGED
    news = News(
        kind,
        row.id,
        telling.trainer(row.trainer_id),
        stage=str(change.id),
        deadline_at=change.consent_by_at,
    )
    await telling.tell(session, news, now=now)


def _too_early() -> FieldProblem:
    return FieldProblem(
        "#/effective_on",
        "effective_too_early",
        "This day begins too soon. Rates change two hours ahead at least, and where the trainer "
        "has to consent two days more.",
        "Dieser Tag beginnt zu früh. Sätze ändern sich frühestens in zwei Stunden, und wo "
        "Zustimmung nötig ist, zwei Tage später.",
    )


def _change_coming() -> FieldProblem:
    return FieldProblem(
        "#/effective_on",
        "change_coming",
        "A change is agreed that begins on this day or later. Choose a later day.",
        "Es ist schon eine Änderung vereinbart, die an diesem Tag oder später beginnt. Wählen Sie "
        "einen späteren Tag.",
    )


def _unchanged() -> FieldProblem:
    return FieldProblem(
        "#/bill_rate",
        "rate_unchanged",
        "This is the rate that holds then anyway.",
        "Das ist der Satz, der dann ohnehin gilt.",
    )
