"""Locking applications and offers, and moving them with their history.

Every verb locks the application first and its offer second, so that no two of them can wait for
each other; whoever comes second sees the state that the first one left.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, describe
from app.domain.hiring import (
    APPLICATION_MOVES,
    DECIDE_WITHIN,
    OFFER_MOVES,
    ApplicationEvent,
    ApplicationState,
    OfferEvent,
    OfferState,
)
from app.domain.lifecycles import step
from app.domain.refusals import NotFound
from app.hiring.tables import Application, ApplicationStep, Offer, OfferStep
from app.kit.ids import new_id


async def application_of_company(
    session: AsyncSession, company_id: UUID, application_id: UUID
) -> Application:
    """The company's application, locked. Raises NotFound."""
    return await _application(
        session, Application.id == application_id, Application.company_id == company_id
    )


async def application_of_trainer(
    session: AsyncSession, trainer_id: UUID, application_id: UUID
) -> Application:
    """The trainer's application, locked. Raises NotFound."""
    return await _application(
        session, Application.id == application_id, Application.trainer_id == trainer_id
    )


async def offer_of_company(
    session: AsyncSession, company_id: UUID, offer_id: UUID
) -> tuple[Application, Offer]:
    """The company's offer and its application, both locked. Raises NotFound."""
    return await _offer(session, Offer.id == offer_id, Offer.company_id == company_id)


async def offer_of_trainer(
    session: AsyncSession, trainer_id: UUID, offer_id: UUID
) -> tuple[Application, Offer]:
    """The trainer's offer and its application, both locked. Raises NotFound."""
    return await _offer(session, Offer.id == offer_id, Offer.trainer_id == trainer_id)


async def any_offer(session: AsyncSession, offer_id: UUID) -> tuple[Application, Offer]:
    """For the clock: any offer and its application, both locked. Raises NotFound."""
    return await _offer(session, Offer.id == offer_id)


async def open_offer_of(session: AsyncSession, application: Application) -> Offer | None:
    """The one offer of a locked application that is still `sent`, locked."""
    found: Offer | None = await session.scalar(
        select(Offer)
        .where(Offer.application_id == application.id, Offer.state == OfferState.SENT)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found


async def move_application(
    session: AsyncSession,
    application: Application,
    event: ApplicationEvent,
    actor: Actor,
    *,
    now: datetime,
) -> None:
    """One legal move and its history row. Raises IllegalMove."""
    state = step("application", APPLICATION_MOVES, ApplicationState(application.state), event)
    application.state = state
    application.decide_by_at = now + DECIDE_WITHIN
    await record_application(session, application, event, actor, now=now)


async def record_application(
    session: AsyncSession, application: Application, event: str, actor: Actor, *, now: datetime
) -> None:
    """The history row of the state that an application has just reached."""
    session.add(
        ApplicationStep(
            id=new_id(),
            application_id=application.id,
            event=event,
            state=application.state,
            actor=describe(actor),
            at=now,
        )
    )
    await session.flush()


async def move_offer(
    session: AsyncSession, offer: Offer, event: OfferEvent, actor: Actor, *, now: datetime
) -> None:
    """One legal move that decides an offer, and its history row. Raises IllegalMove."""
    offer.state = step("offer", OFFER_MOVES, OfferState(offer.state), event)
    offer.decided_at = now
    await record_offer(session, offer, event, actor, now=now)


async def record_offer(
    session: AsyncSession, offer: Offer, event: str, actor: Actor, *, now: datetime
) -> None:
    """The history row of the state that an offer has just reached."""
    session.add(
        OfferStep(
            id=new_id(),
            offer_id=offer.id,
            event=event,
            state=offer.state,
            actor=describe(actor),
            at=now,
        )
    )
    await session.flush()


async def end_offer(
    session: AsyncSession,
    application: Application,
    offer: Offer,
    event: OfferEvent,
    actor: Actor,
    *,
    now: datetime,
) -> None:
    """End an offer unaccepted; the application is shortlisted again. Raises IllegalMove."""
    await move_offer(session, offer, event, actor, now=now)
    await move_application(session, application, ApplicationEvent.OFFER_ENDED, actor, now=now)


async def _application(session: AsyncSession, *conditions: ColumnElement[bool]) -> Application:
    found: Application | None = await session.scalar(
        select(Application)
        .where(*conditions)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def _offer(
    session: AsyncSession, *conditions: ColumnElement[bool]
) -> tuple[Application, Offer]:
    application_id = await session.scalar(select(Offer.application_id).where(*conditions))
    if application_id is None:
        raise NotFound
    application = await _application(session, Application.id == application_id)
    offer: Offer | None = await session.scalar(
        select(Offer).where(*conditions).with_for_update().execution_options(populate_existing=True)
    )
    assert offer is not None, "offers are never deleted"
    return application, offer
