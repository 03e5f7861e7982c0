"""Making, withdrawing, declining, expiring offers."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.fee_terms import FeeTerms
from app.companies.tables import BillingProfile
from app.domain.actor import ClientActor, CompanyRole, TrainerActor
from app.domain.hiring import DeclineReason
from app.domain.money import Money
from app.domain.refusals import IllegalMove, InvalidValues, NotAllowed, NotFound
from app.domain.weekdays import Weekday
from app.hiring import (
    answering,
    applying,
    deciding,
    expiring,
    for_companies,
    for_trainers,
    offering,
)
from app.hiring.applying import Wish
from app.hiring.offering import PayWeek, Terms
from app.hiring.refusals import (
    BillRateAboveCap,
    BillRateNotOffered,
    CurrencyNotYours,
    OfferExpired,
    OfferOpen,
    PositionNotOpen,
)
from app.hiring.tables import OfferStep
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.projects.rate_cards import RateCard
from app.projects.refusals import SeatsTaken
from app.projects.tables import Position, Project
from tests.factories import people, work


@dataclass
class Applied:
    """An application for an open position."""

    client: ClientActor
    trainer: TrainerActor
    project: Project
    position: Position
    id: UUID


@pytest_asyncio.fixture
async def applied(session: AsyncSession, now: datetime) -> Applied:
    company = await people.company(session, now=now)
    owner = await people.owner_of(session, company.id)
    project = await work.project(session, company, now=now)
    position = await work.position(session, project, now=now, bill_rate_cap_minor=18_000)
    trainer = await people.trainer(session, now=now)
    actor = TrainerActor(trainer.id, trainer.user_id)
    id_ = new_id()
    await applying.apply(session, actor, id_, Wish(position.id, None, None), now=now)
    client = ClientActor(company.id, owner, None, CompanyRole.OWNER)
    return Applied(client, actor, project, position, id_)


def terms(now: datetime, **over: Any) -> Terms:
    return Terms(
        bill=over.pop("bill", Money(15_000, "USD")),
        weekly_minutes=over.pop("weekly_minutes", 1200),
        total_minutes=over.pop("total_minutes", None),
        starts_on=over.pop("starts_on", now.date()),
        ends_on=over.pop("ends_on", None),
        expires_at=over.pop("expires_at", None),
        **over,
    )


async def states(session: AsyncSession, applied: Applied, offer_id: UUID) -> tuple[str, str]:
    application = await for_companies.get_application(session, applied.client, applied.id)
    steps = await session.scalars(
        select(OfferStep.state).where(OfferStep.offer_id == offer_id).order_by(OfferStep.id)
    )
    return application.state, steps.all()[-1]


async def test_both_sides_of_an_offer(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    session.add(
        FeeTerms(
            id=new_id(), company_id=applied.client.company_id, fee_bps=1_111,
            effective_at=now - timedelta(days=1),
        )
    )  # fmt: skip
    offer_id = await offering.make_offer(
        session, applied.client, applied.id, terms(now, bill=Money(15_001, "USD")), now=now
    )
    theirs = await for_companies.get_offer(session, applied.client, offer_id, now=now)
    hers = await for_trainers.get_offer(session, applied.trainer, offer_id, now=now)
    assert theirs.bill_minor == 15_001
    assert hers.pay_minor == 15_001 * 8_889 // 10_000
    assert (hers.state, theirs.state) == ("sent", "sent")
    assert hers.expires_at == now + timedelta(days=7)
    assert (hers.pay_week_timezone, hers.pay_week_first_day) == ("Europe/Berlin", Weekday.MONDAY)
    assert (await for_trainers.list_offers(session, applied.trainer, Cut(), now=now)).items == [
        hers
    ]
    application = await for_trainers.get_application(session, applied.trainer, applied.id)
    assert (application.state, application.open_offer_id) == ("offered", offer_id)
    seen = await for_companies.get_application(session, applied.client, applied.id)
    assert seen.open_offer_id == offer_id


async def test_an_offer_takes_what_is_said(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    applied.position.ends_on = now.date() + timedelta(days=100)
    said = terms(
        now,
        total_minutes=3000,
        weekly_minutes=600,
        starts_on=now.date() - timedelta(days=13),
        expires_at=now + timedelta(days=1),
        pay_week=PayWeek("Asia/Tokyo", Weekday.SUNDAY),
    )
    offer_id = await offering.make_offer(session, applied.client, applied.id, said, now=now)
    seen = await for_companies.get_offer(session, applied.client, offer_id, now=now)
    assert (seen.weekly_minutes, seen.total_minutes) == (600, 3000)
    assert seen.ends_on == applied.position.ends_on
    assert seen.expires_at == now + timedelta(days=1)
    assert (seen.pay_week_timezone, seen.pay_week_first_day) == ("Asia/Tokyo", Weekday.SUNDAY)


async def test_without_a_billing_profile_the_pay_week_is_utc(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    profile = await session.get(BillingProfile, applied.client.company_id)
    await session.delete(profile)
    offer_id = await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    seen = await for_companies.get_offer(session, applied.client, offer_id, now=now)
    assert seen.pay_week_timezone == "UTC"


@pytest.mark.parametrize(
    ("over", "codes"),
    [
        ({"weekly_minutes": 1201}, {"more_than_position"}),
        ({"starts_on": date(2020, 1, 1)}, {"starts_too_early"}),
        (
            {"weekly_minutes": 5000, "starts_on": date(2020, 1, 1), "ends_on": date(2019, 1, 1)},
            {"more_than_position", "starts_too_early", "ends_before_start"},
        ),
    ],
)
async def test_all_that_does_not_fit_is_named(
    session: AsyncSession, applied: Applied, now: datetime, over: dict[str, Any], codes: set[str]
) -> None:
    with pytest.raises(InvalidValues) as refused:
        await offering.make_offer(session, applied.client, applied.id, terms(now, **over), now=now)
    assert {e.code for e in refused.value.errors} == codes


async def test_a_company_is_refused_on_bill_caps_only(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    async def offer(minor: int, currency: str = "USD") -> None:
        said = terms(now, bill=Money(minor, currency))
        await offering.make_offer(session, applied.client, applied.id, said, now=now)

    with pytest.raises(BillRateAboveCap) as above:
        await offer(18_001)
    assert above.value.facts == {"bill_cap_minor": 18_000, "currency": "USD"}
    assert "180,00 USD" in above.value.sentence("de")
    with pytest.raises(CurrencyNotYours):
        await offer(15_000, "EUR")
    with pytest.raises(BillRateNotOffered):
        await offer(99)

    session.add(
        RateCard(
            id=new_id(), domain="medicine", country_band="*", currency="USD",
            pay_cap_minor=10_000, bill_cap_minor=17_000, effective_at=now - timedelta(hours=1),
        )
    )  # fmt: skip
    await session.flush()
    with pytest.raises(BillRateAboveCap) as above:
        await offer(17_001)
    assert above.value.facts["bill_cap_minor"] == 17_000
    # 125.01 would pay 100.00; 125.02 pays 100.01, beyond the pay cap, and no figure is named.
    with pytest.raises(BillRateNotOffered) as refused:
        await offer(12_502)
    assert refused.value.facts == {}
    assert not any(c.isdigit() for c in refused.value.sentence("en") + refused.value.sentence("de"))
    await offer(12_501)


async def test_one_open_offer_at_a_time(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    first = await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    with pytest.raises(OfferOpen):
        await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    with pytest.raises(IllegalMove):
        await deciding.decline(
            session, applied.client, applied.id, reason=DeclineReason.RATE, explanation="x",
            now=now,
        )  # fmt: skip
    await offering.withdraw_offer(session, applied.client, first, now=now)
    assert await states(session, applied, first) == ("shortlisted", "withdrawn")
    second = await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    await answering.decline(session, applied.trainer, second, now=now)
    assert await states(session, applied, second) == ("shortlisted", "declined")
    for attempt in (
        offering.withdraw_offer(session, applied.client, second, now=now),
        answering.decline(session, applied.trainer, first, now=now),
    ):
        with pytest.raises(IllegalMove):
            await attempt


async def test_an_offer_ends_by_the_clock(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    offer_id = await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    later = now + timedelta(days=7)
    early = later - timedelta(microseconds=1)
    assert offer_id not in await expiring.due(session, now=early)
    await expiring.expire(session, offer_id, now=early)
    assert await states(session, applied, offer_id) == ("offered", "sent")

    # Nobody may answer any more, although the sweep has not come by.
    seen = await for_trainers.get_offer(session, applied.trainer, offer_id, now=later)
    assert seen.state == "expired"
    with pytest.raises(OfferExpired):
        await answering.decline(session, applied.trainer, offer_id, now=later)
    with pytest.raises(OfferExpired):
        await offering.withdraw_offer(session, applied.client, offer_id, now=later)

    assert offer_id in await expiring.due(session, now=later)
    await expiring.expire(session, offer_id, now=later)
    await expiring.expire(session, offer_id, now=later)
    assert await states(session, applied, offer_id) == ("shortlisted", "expired")
    assert offer_id not in await expiring.due(session, now=later)


async def test_an_expired_offer_does_not_wait_for_the_sweep(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    first = await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    later = now + timedelta(days=8)
    said = terms(later)
    second = await offering.make_offer(session, applied.client, applied.id, said, now=later)
    assert await states(session, applied, first) == ("offered", "expired")
    await applying.withdraw(session, applied.trainer, applied.id, now=later)
    assert await states(session, applied, second) == ("withdrawn", "declined")


async def test_withdrawing_after_expiry_says_expired(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    offer_id = await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    later = now + timedelta(days=8)
    await applying.withdraw(session, applied.trainer, applied.id, now=later)
    assert await states(session, applied, offer_id) == ("withdrawn", "expired")


async def test_no_offer_without_a_seat_or_an_open_project(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    applied.position.seats_taken = applied.position.seats
    await session.flush()
    with pytest.raises(SeatsTaken):
        await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    applied.project.state = "paused"
    await session.flush()
    with pytest.raises(PositionNotOpen):
        await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)


async def test_offers_are_their_owners(
    session: AsyncSession, applied: Applied, now: datetime
) -> None:
    rival = await people.company(session, now=now)
    other = ClientActor(rival.id, new_id(), None, CompanyRole.OWNER)
    someone = await people.trainer(session, now=now)
    stranger = TrainerActor(someone.id, someone.user_id)
    offer_id = await offering.make_offer(session, applied.client, applied.id, terms(now), now=now)
    for attempt in (
        offering.make_offer(session, other, applied.id, terms(now), now=now),
        offering.withdraw_offer(session, other, offer_id, now=now),
        for_companies.get_offer(session, other, offer_id, now=now),
        answering.decline(session, stranger, offer_id, now=now),
        for_trainers.get_offer(session, stranger, offer_id, now=now),
        for_trainers.get_application(session, stranger, applied.id),
        expiring.expire(session, new_id(), now=now),
    ):
        with pytest.raises(NotFound):
            await attempt
    reviewer = replace(applied.client, role=CompanyRole.REVIEWER)
    with pytest.raises(NotAllowed):
        await for_companies.get_offer(session, reviewer, offer_id, now=now)
    viewer = replace(applied.client, role=CompanyRole.VIEWER)
    with pytest.raises(NotAllowed):
        await offering.make_offer(session, viewer, applied.id, terms(now), now=now)
    with pytest.raises(NotAllowed):
        await offering.withdraw_offer(session, viewer, offer_id, now=now)
