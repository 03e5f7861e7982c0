"""Webhooks that never arrived come by the other way, once, and have the same effect."""

from dataclasses import replace

from sqlalchemy import func, select, update

from app.domain.errands import Errand
from app.gateways.payments import PaymentsUnavailable
from app.gateways.statements import NoticePage
from app.gateways.stripe.statements import StripeStatements
from app.jobs import missed_events, stripe_events
from app.jobs.toolbox import Toolbox
from app.kit.inbox import InboxEvent
from app.main import reach_outside
from app.payouts.tables import Payout, PayoutAccount
from app.settings import Settings
from tests.factories.jobs import queued
from tests.rooms.reconciling.conftest import Desk


def toolbox(desk: Desk, settings: Settings) -> Toolbox:
    outside = replace(
        reach_outside(settings), payments=desk.stage.payments, statements=desk.statements
    )
    return Toolbox(settings, desk.stage.database, desk.stage.clock, outside)


async def test_a_payout_whose_webhooks_are_lost_is_settled_all_the_same(
    desk: Desk, settings: Settings
) -> None:
    tools = toolbox(desk, settings)
    letters = desk.stage.sim.letters
    letters.answers = [500] * 200
    await desk.paid_out()
    await desk.stage.sim.session()
    await desk.pass_days(3)  # the page expires, the bank has the payout; nobody is told
    for _ in range(2):
        await missed_events.fetch_missed_events(tools, {})
    async with desk.stage.database.begin() as session:
        kept = (await session.scalars(select(InboxEvent))).all()
        waiting = await queued(session, Errand.HANDLE_STRIPE_EVENT)
    found = {(event.source, event.kind) for event in kept}
    assert {("stripe-connect", "payout.paid"), ("stripe", "checkout.session.expired")} <= found
    assert {kind for _, kind in found} - set(stripe_events.LOOKS)  # those of no use are kept too
    assert len(kept) == len(waiting)  # each once, however often it was found
    told = {delivery.event["id"]: delivery.event for delivery in letters.deliveries}
    for event in kept:
        about = told[event.provider_event_id]
        assert (event.body["type"], event.body.get("data")) == (about["type"], about.get("data"))
        assert event.body.get("account") == about.get("account")
    for payload in waiting:
        await stripe_events.handle_stripe_event(tools, payload)
    async with desk.stage.database.begin() as session:
        assert await session.scalar(select(Payout.state)) == "settled"
        open_ = select(func.count()).select_from(InboxEvent).where(InboxEvent.handled_at.is_(None))
        assert await session.scalar(open_) == 0
    assert (await desk.reconcile()).is_reconciled


async def test_a_lost_thin_event_is_found_too(desk: Desk, settings: Settings) -> None:
    """Whether it was delivered the provider does not say: what is here already is not stored again,
    at whichever address it came."""
    tools = toolbox(desk, settings)
    stage = desk.stage
    async with stage.database.begin() as session:
        await session.execute(update(PayoutAccount).values(ready=False, fetched_at=None))
    for _ in range(2):
        await missed_events.fetch_missed_events(tools, {})
    async with stage.database.begin() as session:
        kept = (
            await session.scalars(select(InboxEvent).where(InboxEvent.kind.startswith("v2.")))
        ).all()
        waiting = await queued(session, Errand.HANDLE_STRIPE_EVENT)
    told = {d.event["id"]: d.event for d in stage.sim.letters.deliveries}
    assert kept
    for event in kept:
        assert (event.source, event.body) == ("stripe-connect", told[event.provider_event_id])
    for payload in waiting:
        await stripe_events.handle_stripe_event(tools, payload)
    async with stage.database.begin() as session:
        assert await session.scalar(select(PayoutAccount.ready))


async def test_thin_events_come_page_after_page(desk: Desk) -> None:
    client = desk.stage.sim.client()
    found = [
        [each.id for each in page.data]
        for limit in (1, 100)
        if (page := await client.v2.core.events.list_async({"limit": limit}))
    ]
    assert len(found[0]) == 1 < len(found[1])
    first = await client.v2.core.events.list_async({"limit": 1})
    assert [each.id async for each in first.auto_paging_iter()] == found[1]
    kinds = ["v2.core.account[requirements].updated"]
    of_a_kind = await client.v2.core.events.list_async({"limit": 1, "types": kinds})
    assert {each.type async for each in of_a_kind.auto_paging_iter()} == set(kinds)
    later = await client.v2.core.events.list_async({"created": {"gt": "2126-01-01T00:00:00Z"}})
    assert later.data == []


class _Silent(StripeStatements):
    async def undelivered(self, *args: object, **named: object) -> NoticePage:
        raise PaymentsUnavailable("silent")


async def test_it_is_asked_four_times_a_day_and_silence_holds_no_job(
    desk: Desk, settings: Settings
) -> None:
    tools = toolbox(desk, settings)
    for _ in range(2):
        await missed_events.look_for_missed_events(tools)
    async with desk.stage.database.begin() as session:
        assert await queued(session, Errand.FETCH_MISSED_EVENTS) == [{}]
    silent = replace(tools.outside, statements=_Silent(desk.stage.sim.client()))
    await missed_events.fetch_missed_events(replace(tools, outside=silent), {})
    async with desk.stage.database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(InboxEvent)) == 0
