"""From an accepted offer to an engagement, and to its end."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole, TrainerActor
from app.domain.engagements import EndReason
from app.domain.money import Money
from app.domain.refusals import IllegalMove, NotAllowed, NotFound
from app.domain.weekdays import Weekday
from app.engagements import (
    bill_terms,
    ending,
    for_companies,
    for_trainers,
    opening,
    pay_terms,
    proof,
    queries,
)
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.tables import Engagement, EngagementStep
from app.hiring import answering, applying, offering
from app.hiring import for_trainers as hiring
from app.hiring.applying import Wish
from app.hiring.offering import PayWeek, Terms
from app.hiring.pay_terms import OfferPayTerms
from app.hiring.refusals import (
    CredentialNotVerified,
    OfferExpired,
    PositionNotOpen,
    RequirementsNotMet,
)
from app.hiring.tables import Application, Offer
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.kit.proof import Identity
from app.projects.refusals import SeatsTaken
from app.projects.tables import Position, Project
from app.trainers.tables import Capacity, Credential, Trainer
from tests.factories import people, work


@dataclass
class Offered:
    """An open offer to a trainer whose credential is verified."""

    client: ClientActor
    trainer: TrainerActor
    project: Project
    position: Position
    credential: Credential
    application_id: UUID
    id: UUID


@pytest_asyncio.fixture
async def offered(session: AsyncSession, now: datetime) -> Offered:
    company = await people.company(session, now=now)
    owner = await people.owner_of(session, company.id)
    project = await work.project(session, company, now=now)
    position = await work.position(
        session, project, now=now, seats=2, requirements={"credentials": ["us_npi"]}
    )
    person = await people.trainer(session, now=now)
    credential = await people.credential(session, person.id, now=now)
    trainer = TrainerActor(person.id, person.user_id)
    client = ClientActor(company.id, owner, None, CompanyRole.OWNER)
    application_id = new_id()
    await applying.apply(session, trainer, application_id, Wish(position.id, None, None), now=now)
    terms = Terms(
        bill=Money(15_001, "USD"),
        weekly_minutes=900,
        total_minutes=4000,
        starts_on=now.date() - timedelta(days=7),
        ends_on=None,
        expires_at=None,
        pay_week=PayWeek("America/New_York", Weekday.SUNDAY),
    )
    id_ = await offering.make_offer(session, client, application_id, terms, now=now)
    return Offered(client, trainer, project, position, credential, application_id, id_)


async def seats_taken(session: AsyncSession, offered: Offered) -> int:
    taken = await session.scalar(
        select(Position.seats_taken).where(Position.id == offered.position.id)
    )
    assert taken is not None
    return taken


async def committed(session: AsyncSession, offered: Offered) -> int:
    minutes = await session.scalar(
        select(Capacity.committed_minutes).where(Capacity.trainer_id == offered.trainer.trainer_id)
    )
    assert minutes is not None
    return minutes


async def test_an_accepted_offer_opens_an_engagement_on_its_terms(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    opened = await opening.open_from_offer(session, offered.trainer, offered.id, now=now)
    assert opened.new
    facts = await queries.get_engagement(session, opened.engagement_id)
    assert (facts.id, facts.state) == (offered.id, "active")
    assert (facts.pay_week_timezone, facts.pay_week_first_day) == ("America/New_York", 7)
    assert facts.opened_at == now
    assert await seats_taken(session, offered) == 1
    assert await committed(session, offered) == 900

    # Terms hold from the first day's midnight in New York, which lies before the acceptance.
    bill = await bill_terms.rates_of(session, offered.id)
    pay = await pay_terms.rates_of(session, offered.id)
    assert [(r.minor, r.currency) for r in bill] == [(15_001, "USD")]
    assert [(r.minor, r.currency) for r in pay] == [(12_000, "USD")]
    began = bill[0].effective_at
    assert began == pay[0].effective_at
    assert began.astimezone(UTC).hour in (4, 5)
    assert began.date() == facts.starts_on
    limits = (await queries.limits_of_many(session, [offered.id], began))[offered.id]
    assert (limits.weekly_minutes, limits.total_minutes) == (900, 4000)

    hers = await for_trainers.get_engagement(session, offered.trainer, offered.id, now=now)
    theirs = await for_companies.get_engagement(session, offered.client, offered.id, now=now)
    assert (hers.pay.minor, theirs.bill.minor) == (12_000, 15_001)
    page = Cut()
    assert (await for_trainers.list_engagements(session, offered.trainer, page, now=now)).items == [
        hers
    ]
    assert (await for_companies.list_engagements(session, offered.client, page, now=now)).items == [
        theirs
    ]
    application = await hiring.get_application(session, offered.trainer, offered.application_id)
    assert (application.state, application.open_offer_id) == ("hired", None)
    offer = await hiring.get_offer(session, offered.trainer, offered.id, now=now)
    assert (offer.state, offer.decided_at) == ("accepted", now)


async def test_a_second_acceptance_shows_the_first(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    first = await opening.open_from_offer(session, offered.trainer, offered.id, now=now)
    later = now + timedelta(days=30)
    again = await opening.open_from_offer(session, offered.trainer, offered.id, now=later)
    assert (again.engagement_id, again.new) == (first.engagement_id, False)
    assert await session.scalar(select(func.count()).select_from(Engagement)) == 1
    assert await seats_taken(session, offered) == 1
    assert await committed(session, offered) == 900
    with pytest.raises(IllegalMove):
        await answering.decline(session, offered.trainer, offered.id, now=now)
    with pytest.raises(IllegalMove):
        await applying.withdraw(session, offered.trainer, offered.application_id, now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "claimed"},
        {"state": "unknown"},
        {"expires_on": datetime(2020, 1, 1, tzinfo=UTC).date()},
    ],
)
async def test_acceptance_needs_verified_and_unexpired_credentials(
    session: AsyncSession, offered: Offered, now: datetime, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(offered.credential, name, value)
    await session.flush()
    async with session.begin_nested() as attempt:
        with pytest.raises(CredentialNotVerified) as refused:
            await opening.open_from_offer(session, offered.trainer, offered.id, now=now)
        await attempt.rollback()
    assert [e.code for e in refused.value.errors] == ["credential_not_met"]
    assert refused.value.errors[0].en
    assert refused.value.errors[0].de
    assert await seats_taken(session, offered) == 0


async def test_other_requirements_are_named_as_such(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    await session.execute(update(Trainer).values(country="FR"))
    offered.position.requirements = {
        **offered.position.requirements,
        "countries": ["DE"],
    }
    await session.flush()
    with pytest.raises(RequirementsNotMet) as refused:
        await opening.open_from_offer(session, offered.trainer, offered.id, now=now)
    assert [e.code for e in refused.value.errors] == ["country_not_met"]


async def test_no_acceptance_after_the_end_or_of_another_s(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    stranger = await people.trainer(session, now=now)
    with pytest.raises(NotFound):
        await opening.open_from_offer(
            session, TrainerActor(stranger.id, stranger.user_id), offered.id, now=now
        )
    with pytest.raises(OfferExpired):
        await opening.open_from_offer(
            session, offered.trainer, offered.id, now=now + timedelta(days=7)
        )
    await answering.decline(session, offered.trainer, offered.id, now=now)
    with pytest.raises(IllegalMove):
        await opening.open_from_offer(session, offered.trainer, offered.id, now=now)


async def test_no_acceptance_without_a_seat(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    offered.position.seats_taken = offered.position.seats
    await session.flush()
    with pytest.raises(SeatsTaken):
        await opening.open_from_offer(session, offered.trainer, offered.id, now=now)


async def test_no_acceptance_in_a_paused_project(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    offered.project.state = "paused"
    await session.flush()
    with pytest.raises(PositionNotOpen):
        await opening.open_from_offer(session, offered.trainer, offered.id, now=now)


async def test_an_end_frees_the_seat_and_the_minutes(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    await opening.open_from_offer(session, offered.trainer, offered.id, now=now)
    rival = await people.company(session, now=now)
    other = ClientActor(rival.id, new_id(), None, CompanyRole.OWNER)
    viewer = replace(offered.client, role=CompanyRole.VIEWER)
    for actor, refusal in ((other, NotFound), (viewer, NotAllowed)):
        with pytest.raises(refusal):
            await ending.end(
                session, actor, offered.id, reason=EndReason.OTHER, explanation="x", now=now
            )

    async def end() -> None:
        await ending.end(
            session, offered.client, offered.id, reason=EndReason.WORK_DONE,
            explanation="The round is complete.", now=now,
        )  # fmt: skip

    await end()
    facts = await queries.of_trainer(session, offered.trainer.trainer_id, offered.id)
    assert (facts.state, facts.ended_at, facts.end_reason_code) == ("ended", now, "work_done")
    assert facts.end_explanation == "The round is complete."
    assert await seats_taken(session, offered) == 0
    assert await committed(session, offered) == 0
    steps = await session.scalars(
        select(EngagementStep.state)
        .where(EngagementStep.engagement_id == offered.id)
        .order_by(EngagementStep.id)
    )
    assert steps.all() == ["active", "ended"]
    with pytest.raises(IllegalMove):
        await end()


async def breaches(session: AsyncSession) -> dict[str, Identity]:
    return {each.name: each for each in await proof.prove(session) if not each.holds}


async def test_the_proof_holds_and_names_what_breaks_it(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    await opening.open_from_offer(session, offered.trainer, offered.id, now=now)
    identities = await proof.prove(session)
    assert [each.name for each in identities if not each.holds] == []
    changed = "changed terms hold as agreed, on both sides"  # nobody has changed any here
    assert all(each.checked for each in identities if each.name != changed)

    async def broken_by(*statements: object) -> set[str]:
        async with session.begin_nested() as attempt:
            for statement in statements:
                await session.execute(statement)  # type: ignore[call-overload]
            found = set(await breaches(session))
            await attempt.rollback()
        return found

    seats = "seats taken = engagements that have not ended"
    accepted = "one engagement per accepted offer"
    hired = "applications hired = offers accepted"
    pay = "offered pay is what the bill rate leaves"
    promised = "promised minutes = weekly minutes of engagements that have not ended"
    same = "an engagement begins with the terms of its offer"
    assert await broken_by(update(Position).values(seats_taken=0)) == {seats}
    assert await broken_by(update(Offer).values(state="expired")) == {accepted, hired}
    assert await broken_by(update(Application).values(state="shortlisted")) == {hired}
    assert await broken_by(update(OfferPayTerms).values(pay_minor=12_001)) == {pay, same}
    assert await broken_by(update(OfferPayTerms).values(currency="EUR")) == {pay}
    assert await broken_by(update(EngagementBillTerms).values(bill_minor=1)) == {same}
    assert await broken_by(update(Capacity).values(committed_minutes=901)) == {promised}
    assert await broken_by(Capacity.__table__.delete()) == {promised}
    stranger = await people.trainer(session, now=now)
    assert await broken_by(update(Engagement).values(trainer_id=stranger.id)) == {
        accepted,
        promised,
    }


async def test_an_accepted_offer_without_an_engagement_is_a_breach(
    session: AsyncSession, offered: Offered, now: datetime
) -> None:
    await session.execute(
        update(Offer).where(Offer.id == offered.id).values(state="accepted", decided_at=now)
    )
    assert set(await breaches(session)) == {
        "one engagement per accepted offer",
        "applications hired = offers accepted",
    }


async def test_an_offer_without_terms_is_a_breach(session: AsyncSession, offered: Offered) -> None:
    await session.execute(OfferPayTerms.__table__.delete())
    assert set(await breaches(session)) == {"offered pay is what the bill rate leaves"}
