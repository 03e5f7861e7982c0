"""Seats and offers under many hands at once, on real connections."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole, TrainerActor
from app.domain.money import Money
from app.domain.refusals import Refusal
from app.engagements import opening, proof
from app.engagements.tables import Engagement
from app.hiring import answering, applying, offering
from app.hiring.applying import Wish
from app.hiring.offering import Terms
from app.hiring.tables import Application, Offer, OfferStep
from app.kit.db import Database
from app.kit.ids import new_id
from app.projects.tables import Position
from tests.factories import people, work
from tests.races.waiting import waiting_for_locks


@dataclass
class Field:
    """A position with seats, and an open offer for each of its applicants."""

    client: ClientActor
    position_id: UUID
    offers: list[tuple[TrainerActor, UUID, UUID]]  # trainer, application, offer


def terms(now: datetime) -> Terms:
    return Terms(Money(15_000, "USD"), 600, None, now.date(), None, None)


async def sow(database: Database, *, now: datetime, seats: int, applicants: int) -> Field:
    async with database.begin() as session:
        company = await people.company(session, now=now)
        owner = await people.owner_of(session, company.id)
        client = ClientActor(company.id, owner, None, CompanyRole.OWNER)
        project = await work.project(session, company, now=now)
        position = await work.position(session, project, now=now, seats=seats)
        offers = []
        for _ in range(applicants):
            person = await people.trainer(session, now=now)
            actor = TrainerActor(person.id, person.user_id)
            offer = await work.offer(session, position, person.id, now=now)
            offers.append((actor, offer.application_id, offer.id))
    return Field(client, position.id, offers)


async def outcome(database: Database, verb: Callable[[AsyncSession], Awaitable[object]]) -> str:
    """`done`, or the code of the refusal; in a transaction of its own."""
    try:
        async with database.begin() as session:
            await verb(session)
    except Refusal as refusal:
        return refusal.code
    return "done"


async def prove(database: Database) -> None:
    async with database.begin() as session:
        assert [each for each in await proof.prove(session) if not each.holds] == []


async def test_five_seats_and_thirty_acceptances(database: Database, now: datetime) -> None:
    field = await sow(database, now=now, seats=5, applicants=30)
    results = await asyncio.gather(
        *(
            outcome(
                database,
                lambda s, actor=actor, id_=offer_id: opening.open_from_offer(
                    s, actor, id_, now=now
                ),
            )
            for actor, _, offer_id in field.offers
        )
    )
    assert Counter(results) == {"done": 5, "seats_taken": 25}
    async with database.begin() as session:
        position = await session.get_one(Position, field.position_id)
        assert position.seats_taken == 5
        assert await session.scalar(select(func.count()).select_from(Engagement)) == 5
        # Who came too late still has her offer, should a seat become free.
        states = await session.scalars(select(Offer.state))
        assert Counter(states) == {"accepted": 5, "sent": 25}
    await prove(database)


async def test_one_offer_accepted_twenty_times_at_once(database: Database, now: datetime) -> None:
    field = await sow(database, now=now, seats=5, applicants=1)
    actor, _, offer_id = field.offers[0]
    found: list[opening.Opened] = []

    async def accept(session: AsyncSession) -> None:
        found.append(await opening.open_from_offer(session, actor, offer_id, now=now))

    results = await asyncio.gather(*(outcome(database, accept) for _ in range(20)))
    assert Counter(results) == {"done": 20}
    assert Counter(each.new for each in found) == {True: 1, False: 19}
    assert {each.engagement_id for each in found} == {offer_id}
    async with database.begin() as session:
        assert (await session.get_one(Position, field.position_id)).seats_taken == 1
    await prove(database)


async def test_accept_decline_and_withdraw_at_once(database: Database, now: datetime) -> None:
    field = await sow(database, now=now, seats=30, applicants=10)
    verbs = [
        verb
        for actor, application_id, offer_id in field.offers
        for verb in (
            lambda s, a=actor, o=offer_id: opening.open_from_offer(s, a, o, now=now),
            lambda s, a=actor, o=offer_id: answering.decline(s, a, o, now=now),
            lambda s, o=offer_id: offering.withdraw_offer(s, field.client, o, now=now),
            lambda s, a=actor, i=application_id: applying.withdraw(s, a, i, now=now),
        )
    ]
    attempts = [outcome(database, verb) for verb in verbs]
    results = Counter(await asyncio.gather(*attempts))
    assert set(results) <= {"done", "illegal_move"}
    async with database.begin() as session:
        decided = await session.execute(
            select(OfferStep.offer_id, func.count()).group_by(OfferStep.offer_id)
        )
        # Each offer was decided exactly once.
        assert [count for _, count in decided] == [1] * 10
    await prove(database)


async def test_retries_at_once_all_find_the_one_application(
    database: Database, now: datetime
) -> None:
    async with database.begin() as session:
        company = await people.company(session, now=now)
        position = await work.position(
            session, await work.project(session, company, now=now), now=now
        )
        person = await people.trainer(session, now=now)
    actor = TrainerActor(person.id, person.user_id)
    wish, id_ = Wish(position.id, None, "once"), new_id()

    async def apply() -> bool:
        async with database.begin() as session:
            return await applying.apply(session, actor, id_, wish, now=now)

    async with database.begin() as first:
        assert await applying.apply(first, actor, id_, wish, now=now)
        retries = [asyncio.create_task(apply()) for _ in range(8)]
        # Each has looked, found nothing, and waits at the insert for the first to commit.
        await waiting_for_locks(database, len(retries))
    assert await asyncio.gather(*retries) == [False] * 8


async def test_one_application_from_many_ids(database: Database, now: datetime) -> None:
    async with database.begin() as session:
        company = await people.company(session, now=now)
        position = await work.position(
            session, await work.project(session, company, now=now), now=now
        )
        person = await people.trainer(session, now=now)
    actor = TrainerActor(person.id, person.user_id)
    wish = Wish(position.id, None, "once")
    ids = [new_id() for _ in range(12)]
    results = await asyncio.gather(
        *(
            outcome(database, lambda s, i=id_: applying.apply(s, actor, i, wish, now=now))
            for id_ in ids
        )
    )
    assert Counter(results) == {"done": 1, "already_applied": 11}
    won = {ids[results.index("done")]}
    async with database.begin() as session:
        assert set(await session.scalars(select(Application.id))) == won


async def test_one_open_offer_from_many_hands(database: Database, now: datetime) -> None:
    field = await sow(database, now=now, seats=5, applicants=1)
    _, application_id, offer_id = field.offers[0]
    async with database.begin() as session:
        await offering.withdraw_offer(session, field.client, offer_id, now=now)
    results = await asyncio.gather(
        *(
            outcome(
                database,
                lambda s: offering.make_offer(s, field.client, application_id, terms(now), now=now),
            )
            for _ in range(12)
        )
    )
    assert Counter(results) == {"done": 1, "offer_open": 11}
