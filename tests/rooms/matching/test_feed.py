"""The feed: what fits a trainer, what nearly does, and what each pays her."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain.actor import TrainerActor
from app.domain.money import Money
from app.domain.refusals import NotFound
from app.domain.requirements import Need
from app.kit.ids import new_id
from app.kit.paging import RankCut
from app.matching import feed
from app.matching.feed import Feed
from app.projects.rate_cards import RateCard
from app.projects.tables import Position
from app.trainers.tables import Trainer
from tests.factories import people, work


class Market:
    """One company's positions and one trainer who looks at them."""

    def __init__(self, session: AsyncSession, now: datetime, company: Company) -> None:
        self.session, self.now, self.company = session, now, company

    async def add(self, state: str = "open", **over: Any) -> Position:
        project = await work.project(self.session, self.company, now=self.now, state=state)
        return await work.position(self.session, project, now=self.now, **over)

    async def feed(self, trainer: Trainer, page: RankCut | None = None) -> Feed:
        actor = TrainerActor(trainer.id, trainer.user_id)
        return await feed.list_feed(self.session, actor, page or RankCut(200), now=self.now)


@pytest.fixture
async def market(session: AsyncSession, now: datetime) -> Market:
    return Market(session, now, await people.company(session, now=now))


async def test_only_open_positions_with_a_seat_left(market: Market, now: datetime) -> None:
    yesterday = now.date() - timedelta(days=1)
    shown = await market.add()
    for hidden in (
        {"state": "draft"},
        {"state": "paused"},
        {"state": "closed"},
        {"seats": 2, "seats_taken": 2},
        {"ends_on": yesterday},
    ):
        await market.add(**hidden)
    last_day = await market.add(ends_on=now.date())
    trainer = await people.trainer(market.session, now=now)
    got = await market.feed(trainer)
    assert {each.position.id for each in got.page.items} == {shown.id, last_day.id}


async def test_ranked_with_parts_that_add_up_and_pages_that_meet(
    market: Market, now: datetime
) -> None:
    for cap in (14_000, 16_000, 18_000, 24_000, 18_000):
        await market.add(bill_rate_cap_minor=cap)
    trainer = await people.trainer(market.session, now=now)
    whole = (await market.feed(trainer)).page.items
    assert len(whole) == 5
    assert [each.pay_rate_up_to.minor for each in whole][:1] == [19_200]
    assert all(sum(part.points for part in each.parts) == each.score for each in whole)
    first = await market.feed(trainer, RankCut(2))
    assert first.page.last is not None
    second = await market.feed(trainer, RankCut(200, first.page.last))
    assert [*first.page.items, *second.page.items] == list(whole)
    assert second.near_misses == []


async def test_a_claim_is_enough_and_what_must_be_verified_is_said(
    market: Market, now: datetime
) -> None:
    position = await market.add(requirements={"credentials": ["us_npi"]})
    trainer = await people.trainer(market.session, now=now)
    (miss,) = (await market.feed(trainer)).near_misses
    assert miss.position.id == position.id
    assert [each.requirement for each in miss.unmet] == [Need.CREDENTIAL]
    assert miss.awaiting == []
    await people.credential(market.session, trainer.id, now=now, state="claimed")
    got = await market.feed(trainer)
    (item,) = got.page.items
    assert (list(item.unmet), list(got.near_misses)) == ([], [])
    assert [each.found for each in item.awaiting] == ["claimed"]


async def test_near_misses_miss_exactly_one(market: Market, now: datetime) -> None:
    dear = await market.add(bill_rate_cap_minor=13_000)
    await market.add(bill_rate_cap_minor=13_000, requirements={"countries": ["US"]})
    far = await market.add(requirements={"countries": ["US"]})
    trainer = await people.trainer(market.session, now=now)
    got = await market.feed(trainer)
    assert got.page.items == []
    assert {each.position.id: each.unmet[0].requirement for each in got.near_misses} == {
        dear.id: Need.RATE,
        far.id: Need.COUNTRY,
    }
    rate = next(each.unmet[0] for each in got.near_misses if each.position.id == dear.id)
    assert rate.opens_en == "Ask for 104.00 USD or less."


async def test_what_it_pays_her_obeys_the_rate_card_of_her_country(
    market: Market, now: datetime
) -> None:
    await market.add()
    market.session.add(
        RateCard(
            id=new_id(), domain="*", country_band="B", currency="USD",
            pay_cap_minor=12_000, bill_cap_minor=25_000, effective_at=now,
        )
    )  # fmt: skip
    german = await people.trainer(market.session, now=now)
    polish = await people.trainer(market.session, now=now, country="PL")
    (one,) = (await market.feed(german)).page.items
    (other,) = (await market.feed(polish)).page.items
    assert one.pay_rate_up_to == Money(14_400, "USD")
    assert other.pay_rate_up_to == Money(12_000, "USD")


async def test_a_position_by_its_id(market: Market, now: datetime) -> None:
    asked = {"credentials": ["us_npi"], "languages": [{"code": "en", "level": 3}]}
    paused = await market.add(state="paused", requirements=asked)
    draft = await market.add(state="draft")
    trainer = await people.trainer(market.session, now=now)
    actor = TrainerActor(trainer.id, trainer.user_id)
    got = await feed.get_position(market.session, actor, paused.id, now=now)
    assert [each.requirement for each in got.checks] == [
        Need.CREDENTIAL,
        Need.LANGUAGE,
        Need.RATE,
        Need.HOURS,
        Need.START,
    ]
    assert [each.requirement for each in got.offered.unmet] == [Need.CREDENTIAL]
    for hidden in (draft.id, new_id()):
        with pytest.raises(NotFound):
            await feed.get_position(market.session, actor, hidden, now=now)
