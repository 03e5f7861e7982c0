"""Stripe's statement beside the books, from a real simulator, on good days and bad."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.books import crossing
from app.domain import chart
from app.domain.reconciling import PLATFORM, Cause, DifferenceKind
from app.gateways.payments import PaymentsUnavailable
from app.gateways.statements import StatementPage
from app.gateways.stripe.statements import StripeStatements
from app.ledger import posting
from app.ledger import queries as ledger
from app.ledger.posting import Entry
from app.reconciling import fetching, proof, queries, running
from app.reconciling.tables import StatementEntry, StatementWatermark
from tests.rooms.reconciling.conftest import Desk

START = 10_000_000


async def _books_hold(desk: Desk) -> None:
    async with desk.stage.database.begin() as session:
        for identity in await crossing.prove(session):
            if "Stripe" in identity.name or "connected" in identity.name:
                assert identity.holds, identity


async def test_a_payout_agrees_on_every_day_of_its_way(desk: Desk) -> None:
    payout = await desk.paid_out()
    found = await desk.reconcile()
    assert found.is_reconciled, await desk.differences()
    assert desk.balances(found) == {
        ("us", "available"): (START - 120_000, START - 120_000),
        ("us", "pending"): (0, 0),
    }
    assert found.run is not None
    # The top-up, the transfer here and there, the bank payout.
    assert (found.run.lines_compared, found.run.lines_matched) == (4, 4)
    assert (found.run.accounts_done, found.run.accounts_total) == (2, 2)
    standing = {each.account_key: each.balance_minor for each in found.standings}
    assert standing[chart.bank_transit(desk.stage.account)] == 120_000
    await _books_hold(desk)
    await desk.pass_days(3)
    await desk.stage.bank_says(payout.bank_payout_id or "")
    assert (await desk.reconcile()).standings == []
    await desk.stage.sim.order(f"payouts/{payout.bank_payout_id}/fail")
    await desk.stage.bank_says(payout.bank_payout_id or "")
    found = await desk.reconcile()
    assert found.is_reconciled, await desk.differences()
    assert desk.balances(found)["her", "held"] == (120_000, 120_000)
    await _books_hold(desk)


async def test_a_difference_has_a_first_day_a_cause_and_a_last_day(desk: Desk) -> None:
    await desk.stage.top_up()
    opened = await desk.stage.sim.session(100_000)
    await desk.stage.sim.order(f"checkout/{opened.id}/pay")
    found = await desk.reconcile()
    assert not found.is_reconciled
    (young,) = await desk.differences()
    assert (young.kind, young.cause) == (DifferenceKind.MISSING_IN_LEDGER, Cause.UNDER_WAY)
    assert (young.provider_minor, young.provider_fee_minor) == (100_000 - 2_930, 2_930)
    async with desk.stage.database.begin() as session:
        assert not await session.scalar(text("SELECT count(*) FROM notices"))
    await desk.pass_days(1)
    await desk.reconcile()
    (old,) = await desk.differences()
    assert (old.cause, old.first_seen_at) == (Cause.PAYMENT_NOT_BOOKED, young.first_seen_at)
    async with desk.stage.database.begin() as session:
        told = await session.scalar(text("SELECT count(*) FROM notices"))
        assert told == 1  # finance, of this run
        await posting.post(
            session,
            source="stripe",
            key=old.reference,
            description="booked by hand",
            effective_at=desk.now(),
            now=desk.now(),
            entries=[
                Entry(chart.STRIPE_PENDING, "USD", 100_000 - 2_930),
                Entry(chart.EXPENSE_PROCESSING, "USD", 2_930),
                Entry("liability:client:prepaid", "USD", -100_000),
            ],
        )
    await desk.reconcile()
    assert await desk.differences() == []
    (gone,) = await desk.differences(is_open=False)
    assert gone.id == young.id
    assert gone.resolved_at is not None


async def test_a_posting_that_never_happened_and_one_that_is_wrong_are_named(desk: Desk) -> None:
    await desk.paid_out()
    async with desk.stage.database.begin() as session:
        for key, minor in (("transfer:tr_invented", 500), ("transfer:tr_reversed", 700)):
            group = await posting.post(
                session,
                source="stripe",
                key=key,
                description="invented",
                effective_at=desk.now(),
                now=desk.now(),
                entries=[
                    Entry(chart.connected(desk.stage.account), "USD", minor),
                    Entry(chart.STRIPE_AVAILABLE, "USD", -minor),
                ],
            )
        await posting.reverse(
            session,
            group,
            source="correction",
            key="tr_reversed",
            description="it was not so",
            effective_at=desk.now(),
            now=desk.now(),
        )
    found = await desk.reconcile()
    named = await desk.differences()
    assert {each.reference for each in named} == {"transfer:tr_invented"}
    assert {(each.account == PLATFORM, each.ledger_minor) for each in named} == {
        (True, -500),
        (False, 500),
    }
    assert {each.kind for each in named} == {DifferenceKind.MISSING_AT_PROVIDER}
    assert not found.is_reconciled
    assert desk.balances(found)["her", "held"] == (0, 500)


@pytest.mark.slow
async def test_our_own_payout_is_on_its_way_until_our_bank_has_it(desk: Desk) -> None:
    await desk.stage.top_up()
    client = desk.stage.sim.client()
    for amount in (7_000, 9_000):
        await client.v1.payouts.create_async(params={"amount": amount, "currency": "usd"})
    paid = (await client.v1.payouts.list_async()).data
    found = await desk.reconcile()
    assert found.is_reconciled, await desk.differences()
    assert [each.balance_minor for each in found.standings] == [16_000]
    await desk.pass_days(3)
    found = await desk.reconcile()
    assert found.is_reconciled
    assert found.standings == []
    await desk.stage.sim.order(f"payouts/{paid[0].id}/fail")
    found = await desk.reconcile()
    assert found.is_reconciled, await desk.differences()
    async with desk.stage.database.begin() as session:
        sums = await ledger.balances(session, [chart.BANK])
    assert sums == {(chart.BANK, "USD"): -START + 7_000}
    await _books_hold(desk)


class _Torn(StripeStatements):
    """Answers one page, then nothing for a while."""

    left = 1
    asked: list[str | None]

    async def entries(
        self, account: str | None, *, since: datetime, after: str | None
    ) -> StatementPage:
        self.asked.append(after)
        if account is None:
            if self.left == 0:
                raise PaymentsUnavailable("torn")
            self.left -= 1
        return await super().entries(account, since=since, after=after)


async def test_a_fetch_that_was_cut_short_goes_on_at_its_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.gateways.stripe.statements._PAGE", 2)
    for _ in range(5):
        await desk.stage.top_up(1_000)
    torn = _Torn(desk.stage.sim.client(retries=0))
    torn.asked = []
    run_id = await desk.ordered()
    database, clock = desk.stage.database, desk.stage.clock
    with pytest.raises(PaymentsUnavailable):
        await running.carry_out(database, torn, run_id, clock=clock)
    async with database.begin() as session:
        run = await queries.get_run(session, run_id)
        assert (run.state, run.accounts_done, run.problem) == ("fetching", 0, "torn")
        kept = await session.scalar(select(func.count()).select_from(StatementEntry))
        assert kept == 2
        mark = await session.get_one(StatementWatermark, PLATFORM)
        assert mark.asked_at is None
        cursor = mark.cursor
    assert await desk.ordered() == run_id  # the one under way is the answer
    await desk.stage.top_up(1_000)  # what is new meanwhile moves no page
    torn.asked, torn.left = [], 10
    await running.carry_out(database, torn, run_id, clock=clock)
    assert torn.asked[:2][0] == cursor is not None
    assert len(torn.asked) == 3  # two pages that were left, and her account's
    found = await desk.reconcile()  # the next one brings the newest
    assert found.is_reconciled
    assert found.run is not None
    assert found.run.lines_compared == 6


@pytest.mark.slow
async def test_the_proof_names_what_differs_once_it_is_no_longer_young(desk: Desk) -> None:
    await desk.paid_out()
    opened = await desk.stage.sim.session(100_000)
    await desk.stage.sim.order(f"checkout/{opened.id}/pay")
    async with desk.stage.database.begin() as session:
        assert [(each.checked, each.holds) for each in await proof.prove(session)] == [(0, True)]
    await desk.reconcile()
    async with desk.stage.database.begin() as session:
        assert [(each.checked, each.holds) for each in await proof.prove(session)] == [(5, True)]
    await desk.pass_days(1)
    await desk.reconcile()
    async with desk.stage.database.begin() as session:
        (identity,) = await proof.prove(session)
        (breach,) = identity.breaches
        assert breach.startswith("missing_in_ledger in platform: charge:ch_")
        assert "97070" in breach


async def test_the_day_orders_one_run_and_an_old_one_bars_nothing(desk: Desk) -> None:
    database = desk.stage.database
    async with database.begin() as session:
        assert await running.due(session, now=desk.now())
        first = await running.order(session, None, now=desk.now())
        assert not await running.due(session, now=desk.now())
    later = desk.now() + timedelta(hours=25)
    async with database.begin() as session:
        assert await running.due(session, now=later)
        assert await running.order(session, None, now=later) != first


async def test_the_statement_is_kept_as_it_was_fetched(desk: Desk) -> None:
    await desk.stage.top_up()
    await fetching.fetch(desk.stage.database, desk.statements, PLATFORM, clock=desk.stage.clock)
    for change in (
        "UPDATE statement_entries SET net_minor = 1",
        "DELETE FROM statement_entries",
        "TRUNCATE statement_entries",
    ):
        with pytest.raises(DBAPIError, match="is kept as it was fetched"):
            async with desk.stage.database.begin() as session:
                await session.execute(text(change))
