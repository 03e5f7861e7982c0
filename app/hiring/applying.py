"""A trainer applies, or takes an application back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import queries as companies
from app.domain import offered_rates, rate_caps
from app.domain.actor import TrainerActor, describe
from app.domain.hiring import (
    DECIDE_WITHIN,
    ApplicationEvent,
    ApplicationState,
    OfferEvent,
    OfferState,
    state_at,
)
from app.domain.money import Money
from app.domain.refusals import AlreadyUsed, NotFound
from app.domain.requirements import Stage
from app.hiring import admitting, asking, moves
from app.hiring.pay_terms import ApplicationPayTerms
from app.hiring.refusals import (
    AlreadyApplied,
    AskingRateAboveCap,
    AskingRateNeeded,
)
from app.hiring.tables import Application, ApplicationStep
from app.kit.ids import new_id
from app.matching import people
from app.projects import queries as projects
from app.projects import rate_cards
from app.projects.queries import PositionFacts
from app.trainers import pay_terms as asking_pay


@dataclass(frozen=True, slots=True)
class Wish:
    """What the trainer says. Without `asking_pay` her profile's rate holds."""

    position_id: UUID
    asking_pay: Money | None
    note: str | None


async def apply(
    session: AsyncSession, actor: TrainerActor, application_id: UUID, wish: Wish, *, now: datetime
) -> bool:
    """Apply under an id that the phone minted. True when new, False when it was there already.

    Raises AlreadyUsed (the id has other content), NotFound, PositionNotOpen, SeatsTaken,
    AlreadyApplied, RequirementsNotMet, AskingRateNeeded, AskingRateAboveCap.
    """
    if await _is_there(session, actor, application_id, wish):
        return False
    position = await projects.published_position(session, wish.position_id)
    if position is None:
        raise NotFound
    admitting.refuse_unless_open(position, now=now)
    admitting.refuse_unless_free(position)
    await admitting.refuse_unmet(
        session, trainer_id=actor.trainer_id, position=position, now=now, stage=Stage.CLAIM
    )
    rate = await _rate(session, actor, position, wish, now=now)
    if not await _insert(session, actor, application_id, wish, position, now=now):
        # A retry of the same request was faster, or she applied under another id.
        if await _is_there(session, actor, application_id, wish):
            return False
        raise AlreadyApplied
    await asking.write_asking(
        session,
        application_id,
        position.company_id,
        rate,
        said=wish.asking_pay is not None,
        now=now,
    )
    return True


async def withdraw(
    session: AsyncSession, actor: TrainerActor, application_id: UUID, *, now: datetime
) -> None:
    """Take an application back; an open offer is declined by it.

    Raises NotFound, IllegalMove.
    """
    application = await moves.application_of_trainer(session, actor.trainer_id, application_id)
    if application.state == ApplicationState.OFFERED:
        offer = await moves.open_offer_of(session, application)
        assert offer is not None, "an offered application has an open offer"
        over = state_at(OfferState(offer.state), offer.expires_at, now) is OfferState.EXPIRED
        event = OfferEvent.EXPIRE if over else OfferEvent.DECLINE
        await moves.end_offer(session, application, offer, event, actor, now=now)
    await moves.move_application(session, application, ApplicationEvent.WITHDRAW, actor, now=now)


async def _is_there(
    session: AsyncSession, actor: TrainerActor, application_id: UUID, wish: Wish
) -> bool:
    """Whether this very application exists. Raises AlreadyUsed for the id with other content."""
    found = (
        await session.execute(
            select(
                Application.trainer_id,
                Application.position_id,
                Application.note,
                ApplicationPayTerms.asking_pay_minor,
                ApplicationPayTerms.currency,
                ApplicationPayTerms.said,
            )
            .join(ApplicationPayTerms, ApplicationPayTerms.application_id == Application.id)
            .where(Application.id == application_id)
        )
    ).one_or_none()
    if found is None:
        return False
    said = Money(found.asking_pay_minor, found.currency) if found.said else None
    same = (actor.trainer_id, wish.position_id, wish.note, wish.asking_pay) == (
        found.trainer_id,
        found.position_id,
        found.note,
        said,
    )
    if not same:
        raise AlreadyUsed
    return True


async def _rate(
    session: AsyncSession,
    actor: TrainerActor,
    position: PositionFacts,
    wish: Wish,
    *,
    now: datetime,
) -> Money:
    """What she asks an hour in the company's currency, within the platform's pay cap."""
    company = await companies.get_company(session, position.company_id)
    rate = wish.asking_pay or await asking_pay.asking_pay(session, actor.trainer_id)
    if rate is None or rate.currency != company.currency:
        raise AskingRateNeeded(currency=company.currency)
    trainer = await people.trainer_facts(session, actor.trainer_id)
    assert trainer is not None, "she was asked for her requirements before"
    caps = await rate_cards.caps_at(
        session,
        domain=position.domain,
        country_band=rate_caps.band_of(trainer.country),
        currency=company.currency,
        at=now,
    )
    if offered_rates.broken_by_asking(rate.minor, card_pay_minor=caps.pay_cap_minor):
        raise AskingRateAboveCap(pay_cap_minor=caps.pay_cap_minor, currency=company.currency)
    return rate


async def _insert(
    session: AsyncSession,
    actor: TrainerActor,
    application_id: UUID,
    wish: Wish,
    position: PositionFacts,
    *,
    now: datetime,
) -> bool:
    """Write the application. False when its id or a live one for the position is there."""
    written = await session.scalar(
        insert(Application)
        .values(
            id=application_id,
            position_id=position.id,
            company_id=position.company_id,
            trainer_id=actor.trainer_id,
            state=ApplicationState.SUBMITTED,
            note=wish.note,
            decide_by_at=now + DECIDE_WITHIN,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Application.id)
    )
    if written is None:
        return False
    session.add(
        ApplicationStep(
            id=new_id(),
            application_id=application_id,
            event="submit",
            state=ApplicationState.SUBMITTED,
            actor=describe(actor),
            at=now,
        )
    )
    await session.flush()
    return True
