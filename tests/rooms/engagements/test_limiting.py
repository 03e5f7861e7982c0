"""A company raises and cuts minutes while hours stand against them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole
from app.domain.engagements import EndReason
from app.domain.money import Money
from app.domain.refusals import InvalidValues, NotAllowed, NotFound
from app.engagements import ending, limiting, queries
from app.engagements import proof as engagement_proof
from app.engagements.limiting import Change
from app.engagements.refusals import EngagementEnded
from app.projects import posting
from app.timesheets import budgets
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, assert_proven, log, states


async def change(session: AsyncSession, at: Deal, **what: object) -> None:
    said = Change(**what)  # type: ignore[arg-type]
    await limiting.change_limit(session, at.client, at.engagement.id, said, now=NOW)


async def left(session: AsyncSession, at: Deal) -> tuple[str | None, int | None]:
    engagement = await queries.get_engagement(session, at.engagement.id)
    found = await budgets.allowance(session, engagement, NOW, now=NOW)
    return found.binding_cap, found.left_minutes


async def test_a_raise_holds_at_once(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=120)
    assert states(await log(session, at, MONDAY, 3))[1][0] == "over_cap"
    await change(session, at, weekly_minutes=300)
    assert await left(session, at) == ("engagement_week", 180)
    assert states(await log(session, at, MONDAY + 5 * HOUR, 3)) == [("recorded", 180, None)]
    await assert_proven(session)


async def test_who_waited_for_other_changes_comes_after_them(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=120)
    for seconds, minutes in ((0, 300), (1, 350), (-5, 400)):
        await limiting.change_limit(
            session, at.client, at.engagement.id, Change(weekly_minutes=minutes),
            now=NOW + timedelta(seconds=seconds),
        )  # fmt: skip
    found = await queries.limits_of(session, at.engagement.id)
    assert [each.weekly_minutes for each in found] == [120, 300, 400]


async def test_a_cut_waits_for_the_next_week(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=120)
    await change(session, at, weekly_minutes=60)
    assert await left(session, at) == ("engagement_week", 120)
    coming = await queries.coming_limits_of_many(session, [at.engagement.id], NOW)
    assert coming[at.engagement.id].weekly_minutes == 60
    assert coming[at.engagement.id].effective_at > NOW
    next_week = NOW + timedelta(days=7)
    engagement = await queries.get_engagement(session, at.engagement.id)
    found = await budgets.allowance(session, engagement, next_week, now=next_week)
    assert found.left_minutes == 60


async def test_below_what_is_used_nothing_is_left_and_nothing_negative(
    session: AsyncSession,
) -> None:
    at = await deal(session, now=NOW, weekly_minutes=600, budget_minor=400_000)
    await log(session, at, MONDAY, 3)
    await change(session, at, total_minutes=60, sets_total=True)
    assert await left(session, at) == ("engagement_total", 0)
    assert states(await log(session, at, MONDAY + 5 * HOUR)) == [
        ("over_cap", 60, "engagement_total")
    ]
    await change(session, at, sets_total=True)
    assert await left(session, at) == ("engagement_week", 420)
    await posting.change_budget(session, at.client, at.project.id, Money(1_000, "USD"), now=NOW)
    assert await left(session, at) == ("project", 0)
    await posting.change_budget(session, at.client, at.project.id, None, now=NOW)
    assert await left(session, at) == ("engagement_week", 420)
    await assert_proven(session)


async def test_what_is_promised_follows(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=120)
    for weekly in (60, 600, 30):
        await change(session, at, weekly_minutes=weekly)
        (promised,) = [i for i in await engagement_proof.prove(session) if "promised" in i.name]
        assert promised.holds, promised
    await ending.end(
        session, at.client, at.engagement.id, reason=EndReason.WORK_DONE,
        explanation="Done, thank you.", now=NOW,
    )  # fmt: skip
    (promised,) = [i for i in await engagement_proof.prove(session) if "promised" in i.name]
    assert promised.holds, promised
    with pytest.raises(EngagementEnded):
        await change(session, at, weekly_minutes=300)
    assert states(await log(session, at, MONDAY)) == [("recorded", 60, None)]


async def test_whose_it_is_not(session: AsyncSession) -> None:
    at, rival = await deal(session, now=NOW), await deal(session, now=NOW)
    said = Change(weekly_minutes=60)
    with pytest.raises(NotFound):
        await limiting.change_limit(session, rival.client, at.engagement.id, said, now=NOW)
    viewer = ClientActor(at.company.id, uuid4(), None, CompanyRole.VIEWER)
    with pytest.raises(NotAllowed):
        await limiting.change_limit(session, viewer, at.engagement.id, said, now=NOW)
    with pytest.raises(InvalidValues):
        await posting.change_budget(session, at.client, at.project.id, Money(5, "EUR"), now=NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE engagement_limits SET weekly_minutes = weekly_minutes + 1",
        "UPDATE engagement_limits SET effective_at = effective_at - interval '1 day'",
        "UPDATE engagement_limits SET total_minutes = 1",
        "DELETE FROM engagement_limits",
        "TRUNCATE engagement_limits",
    ],
)
@pytest.mark.parametrize("said_now", [None, "-infinity", "now"])
async def test_what_was_in_force_stays_for_ever(
    session: AsyncSession, statement: str, said_now: str | None
) -> None:
    """Whatever a statement says that the time is: the engagement's own history knows better."""
    at = await deal(session, now=NOW - timedelta(days=3), weekly_minutes=120)
    await change(session, at, weekly_minutes=300)
    before = await queries.limits_of(session, at.engagement.id)
    instant = NOW.isoformat() if said_now == "now" else said_now or ""
    await session.execute(select(func.set_config("lehrwerk.now", instant, True)))
    with pytest.raises(DBAPIError, match="never"):
        async with session.begin_nested():
            await session.execute(text(statement))
    assert await queries.limits_of(session, at.engagement.id) == before


async def test_what_is_still_to_come_may_change(session: AsyncSession) -> None:
    """A cut that waits is replaced by another and taken back; what held is kept."""
    at = await deal(session, now=NOW - timedelta(days=3), weekly_minutes=120)
    (first,) = await queries.limits_of(session, at.engagement.id)
    for weekly in (60, 30, 240):
        await change(session, at, weekly_minutes=weekly)
        found = await queries.limits_of(session, at.engagement.id)
        assert (found[0], len(found)) == (first, 2)
        assert found[1].weekly_minutes == weekly
