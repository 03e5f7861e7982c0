"""Engagements are read by their owners only, and their terms by date."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.rates import DatedRate
from app.domain.refusals import NotFound
from app.engagements import bill_terms, pay_terms, queries
from app.engagements.tables import EngagementLimits
from app.kit.ids import new_id
from app.kit.paging import Cut
from tests.factories import people, work


async def test_reads_are_scoped(session: AsyncSession, now: datetime) -> None:
    company = await people.company(session, now=now)
    other = await people.company(session, now=now)
    trainer = await people.trainer(session, now=now)
    stranger = await people.trainer(session, now=now)
    position = await work.position(session, await work.project(session, company, now=now), now=now)
    engagement = await work.engagement(session, position, trainer.id, now=now)

    facts = await queries.get_engagement(session, engagement.id)
    assert facts == await queries.of_trainer(session, trainer.id, engagement.id)
    assert facts == await queries.of_company(session, company.id, engagement.id)
    assert (facts.position_title, facts.project_title) == (
        "Emergency physician",
        "Clinical answers",
    )
    assert facts.company_name == company.legal_name
    for attempt in (
        queries.of_trainer(session, stranger.id, engagement.id),
        queries.of_company(session, other.id, engagement.id),
        queries.get_engagement(session, new_id()),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await queries.list_of_trainer(session, trainer.id, Cut())).items == [facts]
    assert (await queries.list_of_company(session, company.id, Cut())).items == [facts]
    assert (await queries.list_of_trainer(session, stranger.id, Cut())).items == []
    assert (await queries.list_of_company(session, other.id, Cut())).items == []


async def test_terms_hold_from_their_instant_on(session: AsyncSession, now: datetime) -> None:
    company = await people.company(session, now=now)
    trainer = await people.trainer(session, now=now)
    position = await work.position(session, await work.project(session, company, now=now), now=now)
    engagement = await work.engagement(
        session, position, trainer.id, now=now, bill_minor=15_000, pay_minor=12_000
    )
    change = now + timedelta(days=7)
    await bill_terms.add_rate(session, engagement.id, DatedRate(change, 16_000, "USD"))
    await pay_terms.add_rate(session, engagement.id, DatedRate(change, 12_800, "USD"))
    session.add(
        EngagementLimits(
            id=new_id(), engagement_id=engagement.id, weekly_minutes=600, effective_at=change
        )
    )
    await session.flush()

    assert [r.minor for r in await bill_terms.rates_of(session, engagement.id)] == [15_000, 16_000]
    assert [r.minor for r in await pay_terms.rates_of(session, engagement.id)] == [12_000, 12_800]
    assert (await bill_terms.rate_at(session, engagement.id, now)).minor == 15_000
    assert (await pay_terms.rate_at(session, engagement.id, change)).minor == 12_800
    assert (await queries.limits_of_many(session, [engagement.id], now))[
        engagement.id
    ].weekly_minutes == 1200
    assert (await queries.limits_of_many(session, [engagement.id], change))[
        engagement.id
    ].weekly_minutes == 600
    long_ago = now - timedelta(days=400)
    assert (await queries.limits_of_many(session, [engagement.id], long_ago))[
        engagement.id
    ].weekly_minutes == 1200
    with pytest.raises(LookupError):
        await bill_terms.rate_at(session, engagement.id, long_ago)
