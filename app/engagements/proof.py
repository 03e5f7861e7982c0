"""What must be true of hiring and engagements, each with the rows that break it."""

from sqlalchemy import BigInteger, Integer, Subquery, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.domain.engagements import EngagementState
from app.domain.hiring import ApplicationState, OfferState
from app.domain.rates import pay_from_bill
from app.domain.terms import HOLDING, TermsState
from app.engagements.bill_terms import ChangedBillTerms, EngagementBillTerms
from app.engagements.pay_terms import ChangedPayTerms, EngagementPayTerms
from app.engagements.tables import Engagement, EngagementLimits
from app.engagements.terms_changes import TermsChange
from app.hiring.bill_terms import OfferBillTerms
from app.hiring.pay_terms import OfferPayTerms
from app.hiring.tables import Application, Offer
from app.kit.proof import Identity
from app.projects.tables import Position
from app.trainers.tables import Capacity


async def prove(session: AsyncSession) -> list[Identity]:
    """Every identity of hiring and engagements."""
    return [
        await _seats(session),
        await _one_engagement_per_acceptance(session),
        await _hired_by_acceptance(session),
        await _pay_within_bill(session),
        await _same_terms_as_offered(session),
        await _changed_terms(session),
        await _promised_minutes(session),
    ]


async def _seats(session: AsyncSession) -> Identity:
    """A position's seats taken are its engagements that have not ended."""
    working = (
        select(Engagement.position_id, func.count().label("working"))
        .where(Engagement.state != EngagementState.ENDED)
        .group_by(Engagement.position_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            Position.id,
            Position.seats_taken,
            cast(func.coalesce(working.c.working, 0), Integer).label("working"),
        ).outerjoin(working, working.c.position_id == Position.id)
    )
    found = rows.all()
    return Identity(
        "seats taken = engagements that have not ended",
        len(found),
        tuple(
            f"position {row.id}: {row.seats_taken} taken, {row.working} at work"
            for row in found
            if row.seats_taken != row.working
        ),
    )


async def _one_engagement_per_acceptance(session: AsyncSession) -> Identity:
    """An accepted offer has one engagement, for the same people; no other offer has any."""
    rows = await session.execute(
        select(Offer.id, Offer.state, Engagement.id.label("engagement_id"))
        .outerjoin(Engagement, Engagement.offer_id == Offer.id)
        .where(or_(Offer.state == OfferState.ACCEPTED, Engagement.id.is_not(None)))
        .add_columns(
            (Offer.trainer_id == Engagement.trainer_id).label("same_trainer"),
            (Offer.company_id == Engagement.company_id).label("same_company"),
            (Offer.position_id == Engagement.position_id).label("same_position"),
        )
    )
    found = rows.all()
    breaches = []
    for row in found:
        if row.engagement_id is None:
            breaches.append(f"offer {row.id}: accepted, but without an engagement")
        elif row.state != OfferState.ACCEPTED:
            breaches.append(f"engagement {row.engagement_id}: its offer is {row.state}")
        elif not (row.same_trainer and row.same_company and row.same_position):
            breaches.append(f"engagement {row.engagement_id}: not for whom its offer was")
    return Identity("one engagement per accepted offer", len(found), tuple(breaches))


async def _hired_by_acceptance(session: AsyncSession) -> Identity:
    """An application is hired exactly when one of its offers is accepted."""
    accepted = (
        select(Offer.application_id, func.count().label("accepted"))
        .where(Offer.state == OfferState.ACCEPTED)
        .group_by(Offer.application_id)
        .subquery()
    )
    rows = await session.execute(
        select(Application.id, Application.state, accepted.c.accepted)
        .outerjoin(accepted, accepted.c.application_id == Application.id)
        .where(
            or_(
                Application.state == ApplicationState.HIRED,
                accepted.c.accepted.is_not(None),
            )
        )
    )
    found = rows.all()
    return Identity(
        "applications hired = offers accepted",
        len(found),
        tuple(
            f"application {row.id}: {row.state} with {row.accepted or 0} accepted offers"
            for row in found
            if (row.state, row.accepted) != (ApplicationState.HIRED, 1)
        ),
    )


async def _pay_within_bill(session: AsyncSession) -> Identity:
    """No offer pays more than its bill rate leaves after the fee of the moment it was made."""
    rows = await session.execute(
        select(
            Offer.id,
            Offer.company_id,
            Offer.created_at,
            OfferBillTerms.bill_minor,
            OfferBillTerms.currency.label("bill_currency"),
            OfferPayTerms.pay_minor,
            OfferPayTerms.currency.label("pay_currency"),
        )
        .outerjoin(OfferBillTerms, OfferBillTerms.offer_id == Offer.id)
        .outerjoin(OfferPayTerms, OfferPayTerms.offer_id == Offer.id)
    )
    found = rows.all()
    fees = await fee_terms.every_fee(session)
    breaches = []
    for row in found:
        if row.bill_minor is None or row.pay_minor is None:
            breaches.append(f"offer {row.id}: without terms")
            continue
        fee_bps = fee_terms.in_force(fees.get(row.company_id, ()), row.created_at)
        if row.bill_currency != row.pay_currency:
            breaches.append(f"offer {row.id}: billed and paid in two currencies")
        elif row.pay_minor > pay_from_bill(row.bill_minor, fee_bps):
            breaches.append(f"offer {row.id}: pays more than its bill rate leaves")
    return Identity("offered pay is what the bill rate leaves", len(found), tuple(breaches))


async def _same_terms_as_offered(session: AsyncSession) -> Identity:
    """The first terms of an engagement are those of its offer, on both sides."""
    first_bill = _first(EngagementBillTerms)
    first_pay = _first(EngagementPayTerms)
    rows = await session.execute(
        select(
            Engagement.id,
            (first_bill.c.bill_minor == OfferBillTerms.bill_minor).label("same_bill"),
            (first_pay.c.pay_minor == OfferPayTerms.pay_minor).label("same_pay"),
        )
        .outerjoin(OfferBillTerms, OfferBillTerms.offer_id == Engagement.offer_id)
        .outerjoin(OfferPayTerms, OfferPayTerms.offer_id == Engagement.offer_id)
        .outerjoin(first_bill, first_bill.c.engagement_id == Engagement.id)
        .outerjoin(first_pay, first_pay.c.engagement_id == Engagement.id)
    )
    found = rows.all()
    return Identity(
        "an engagement begins with the terms of its offer",
        len(found),
        tuple(
            f"engagement {row.id}: other terms than offered"
            for row in found
            if not (row.same_bill and row.same_pay)
        ),
    )


async def _changed_terms(session: AsyncSession) -> Identity:
    """A change that was agreed or consented to stands among the dated terms."""
    rows = await session.execute(
        select(
            TermsChange.id,
            TermsChange.state,
            ChangedBillTerms.bill_minor.label("said_bill"),
            EngagementBillTerms.bill_minor.label("bill"),
            ChangedPayTerms.pay_minor.label("said_pay"),
            EngagementPayTerms.pay_minor.label("pay"),
        )
        .outerjoin(ChangedBillTerms, ChangedBillTerms.change_id == TermsChange.id)
        .outerjoin(ChangedPayTerms, ChangedPayTerms.change_id == TermsChange.id)
        .outerjoin(
            EngagementBillTerms,
            and_(
                EngagementBillTerms.engagement_id == TermsChange.engagement_id,
                EngagementBillTerms.effective_at == TermsChange.effective_at,
            ),
        )
        .outerjoin(
            EngagementPayTerms,
            and_(
                EngagementPayTerms.engagement_id == TermsChange.engagement_id,
                EngagementPayTerms.effective_at == TermsChange.effective_at,
            ),
        )
    )
    found = rows.all()
    return Identity(
        "changed terms hold as agreed, on both sides",
        len(found),
        tuple(
            f"terms change {row.id}: {row.state}, and other rates stand"
            for row in found
            if TermsState(row.state) in HOLDING
            and (row.bill, row.pay) != (row.said_bill, row.said_pay)
        ),
    )


async def _promised_minutes(session: AsyncSession) -> Identity:
    """A trainer's promised minutes a week are those of her engagements that have not ended."""
    newest = (
        select(EngagementLimits.engagement_id, EngagementLimits.weekly_minutes)
        .ext(distinct_on(EngagementLimits.engagement_id))
        .order_by(EngagementLimits.engagement_id, EngagementLimits.effective_at.desc())
        .subquery()
    )
    agreed = (
        select(
            Engagement.trainer_id,
            cast(func.sum(newest.c.weekly_minutes), BigInteger).label("minutes"),
        )
        .join(newest, newest.c.engagement_id == Engagement.id)
        .where(Engagement.state != EngagementState.ENDED)
        .group_by(Engagement.trainer_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            func.coalesce(Capacity.trainer_id, agreed.c.trainer_id).label("trainer_id"),
            func.coalesce(Capacity.committed_minutes, 0).label("promised"),
            func.coalesce(agreed.c.minutes, 0).label("agreed"),
        )
        .select_from(Capacity)
        .join(agreed, agreed.c.trainer_id == Capacity.trainer_id, full=True)
    )
    found = rows.all()
    return Identity(
        "promised minutes = weekly minutes of engagements that have not ended",
        len(found),
        tuple(
            f"trainer {row.trainer_id}: {row.promised} promised, {row.agreed} agreed"
            for row in found
            if row.promised != row.agreed
        ),
    )


def _first(terms: type[EngagementBillTerms] | type[EngagementPayTerms]) -> Subquery:
    """The oldest terms of each engagement."""
    return (
        select(terms)
        .ext(distinct_on(terms.engagement_id))
        .order_by(terms.engagement_id, terms.effective_at)
        .subquery()
    )
