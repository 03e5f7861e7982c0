"""Rate cards: dated, never rewritten, the closest holds."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.domain.rate_caps import RateCaps
from app.domain.refusals import InvalidValues
from app.kit.paging import Cut
from app.projects import rate_cards
from tests.factories import people


async def finance(session: AsyncSession, now: datetime) -> FinanceActor:
    return FinanceActor((await people.user(session, now=now, door="finance")).id)


async def put(
    session: AsyncSession, actor: FinanceActor, now: datetime, **over: object
) -> rate_cards.RateCardFacts:
    said = {
        "domain": "*",
        "country_band": "*",
        "pay_cap": Money(30_000, "USD"),
        "bill_cap": Money(40_000, "USD"),
        "effective_at": None,
        **over,
    }
    return await rate_cards.set_rate_card(session, actor, **said, now=now)  # type: ignore[arg-type]


async def test_a_card_holds_from_its_instant_on(session: AsyncSession, now: datetime) -> None:
    actor = await finance(session, now)
    later = now + timedelta(days=1)
    await put(session, actor, now)
    await put(session, actor, now, domain="law", pay_cap=Money(1, "USD"), effective_at=later)

    async def caps(domain: str, at: datetime, currency: str = "USD") -> RateCaps:
        return await rate_cards.caps_at(
            session, domain=domain, country_band="A", currency=currency, at=at
        )

    before = now - timedelta(seconds=1)
    assert await caps("law", before) == RateCaps(20_000, 25_000)
    assert await caps("law", now) == RateCaps(30_000, 40_000)
    assert await caps("law", later) == RateCaps(1, 40_000)
    assert await caps("medicine", later) == RateCaps(30_000, 40_000)
    assert await caps("law", later, "EUR") == RateCaps(20_000, 25_000)
    page = await rate_cards.list_rate_cards(session, actor, Cut(1))
    assert [card.domain for card in page.items] == ["law"]
    page = await rate_cards.list_rate_cards(session, actor, Cut(1, page.last))
    assert ([card.domain for card in page.items], page.last) == (["*"], None)


async def test_what_a_card_may_not_say(session: AsyncSession, now: datetime) -> None:
    actor = await finance(session, now)
    await put(session, actor, now)
    for over, pointers in (
        ({}, ["#/effective_at"]),
        ({"effective_at": now - timedelta(hours=1)}, ["#/effective_at"]),
        (
            {"domain": "alchemy", "pay_cap": Money(1, "EUR")},
            ["#/domain", "#/bill_cap/currency"],
        ),
    ):
        with pytest.raises(InvalidValues) as refused:
            await put(session, actor, now, **over)
        assert [each.pointer for each in refused.value.errors] == pointers
