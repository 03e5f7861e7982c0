"""Invoices under many connections: no number lost or given twice, no line or payment twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text

from app.api.door import Runtime
from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.domain.refusals import Refusal
from app.invoicing import numbering, paying, recording, running
from app.invoicing.recording import Receipt
from app.invoicing.refusals import InvoiceAlreadyCollected
from app.invoicing.tables import Invoice, InvoiceSeries
from app.jobs import invoicing as jobs
from app.kit.db import connect
from app.main import toolbox_of
from tests.factories import approved, invoiced, people
from tests.factories.invoiced import Stage
from tests.gateways.simulator import running as simulator
from tests.gateways.simulator.running import Running


class _TakenBack(Exception):
    """A transaction that is given up after it took a number."""


async def test_numbers_have_no_gap_and_no_double(database_url: str) -> None:
    """500 takers on 32 connections in three series; three in ten roll back."""
    database, dice = connect(database_url, pool_size=16), Random(7)
    kept: dict[str, list[int]] = {"RE": [], "SR": [], "GS": []}
    free = asyncio.Semaphore(32)

    async def take(series: str, give_up: bool) -> None:
        async with free:
            try:
                async with database.begin() as session:
                    number = await numbering.next_sequence(session, series, 2026)
                    if give_up:
                        raise _TakenBack
            except _TakenBack:
                return
        kept[series].append(number)

    orders = [(dice.choice(["RE", "SR", "GS"]), dice.random() < 0.3) for _ in range(500)]
    await asyncio.gather(*(take(series, give_up) for series, give_up in orders))
    async with database.begin() as session:
        rows = await session.execute(select(InvoiceSeries.series, InvoiceSeries.last_number))
        counters = {row.series: row.last_number for row in rows}
    await database.close()
    for series, numbers in kept.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert counters[series] == len(numbers)


@pytest_asyncio.fixture
async def sim() -> AsyncIterator[Running]:
    async with simulator.simulator() as started:
        yield started


@pytest_asyncio.fixture
async def runtime(sim: Running, tmp_path: Path, database_url: str) -> AsyncIterator[Runtime]:
    async with invoiced.runtime_on(sim, folder=tmp_path, url=database_url) as made:
        yield made


async def test_the_same_run_five_times_at_once(runtime: Runtime) -> None:
    """Three companies with four lines each; one run takes a company, the others find nothing."""
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        staff = FinanceActor((await people.user(session, now=now, door="finance")).id)
        for _ in range(3):
            deal = await approved.deal(session, now=now)
            for weeks_back in range(1, 5):
                await approved.approved(session, deal, now=now, weeks_back=weeks_back)

    async def run() -> int:
        async with runtime.database.begin() as session:
            facts = await running.run_invoices(
                session, staff, through_on=now.date(), company_id=None, sample_issuer=True, now=now
            )
        return len(facts.invoices)

    assert sum(await asyncio.gather(*(run() for _ in range(5)))) == 3
    async with runtime.database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(Invoice)) == 3
        lines = await session.scalar(text("SELECT count(DISTINCT bill_line_id) FROM invoice_lines"))
        assert lines == 12


async def test_approvals_go_on_while_a_run_holds_the_company(runtime: Runtime) -> None:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        staff = FinanceActor((await people.user(session, now=now, door="finance")).id)
        deal = await approved.deal(session, now=now)
        await approved.approved(session, deal, now=now)
    async with runtime.database.begin() as session:
        first = await running.run_invoices(
            session, staff, through_on=now.date(), company_id=None, sample_issuer=True, now=now
        )
        async with runtime.database.begin() as other:
            await other.execute(text("SET LOCAL lock_timeout = '5s'"))
            await approved.approved(other, deal, now=now, weeks_back=2)
    assert len(first.invoices) == 1
    async with runtime.database.begin() as session:
        second = await running.run_invoices(
            session, staff, through_on=now.date(), company_id=None, sample_issuer=True, now=now
        )
    assert len(second.invoices) == 1


async def outcomes(*deeds: Awaitable[object]) -> list[str]:
    """What each came to: done, or the code of its refusal. Anything else fails the test."""
    said = []
    for result in await asyncio.gather(*deeds, return_exceptions=True):
        if isinstance(result, Refusal):
            said.append(result.code)
        elif isinstance(result, BaseException):
            raise result
        else:
            said.append("done")
    return said


def recorded(stage: Stage, reference: str) -> Awaitable[None]:
    return recording.record_payment(
        stage.runtime.database,
        stage.runtime.outside.payments,
        stage.finance,
        stage.invoice_id,
        receipt=Receipt(Money(11_900, "EUR"), stage.now.date(), reference),
        now=stage.now,
    )


async def test_sixteen_at_once_get_one_page(runtime: Runtime, sim: Running) -> None:
    stage = await invoiced.stage(runtime, sim)
    pages = await asyncio.gather(*(stage.pay_page() for _ in range(16)))
    assert len({page.checkout_url for page in pages}) == 1
    listed = await sim.client().v1.checkout.sessions.list_async(params={"limit": 100})
    assert len(listed.data) == 1


async def test_webhook_job_sweep_and_look_at_once_collect_once(
    runtime: Runtime, sim: Running
) -> None:
    stage = await invoiced.stage(runtime, sim)
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.post_webhooks()
    stage.advance(1_000)

    async def refused() -> None:
        try:
            await stage.pay_page()
        except InvoiceAlreadyCollected:
            return
        raise AssertionError("a page for a paid invoice")

    looks: list[Callable[[], Awaitable[object]]] = [
        stage.work,
        stage.settle,
        stage.settle,
        lambda: jobs.look_at_open_pages(toolbox_of(runtime)),
        refused,
        refused,
    ]
    await asyncio.gather(*(look() for look in looks))
    assert [(each.kind, each.state) for each in await stage.collections()] == [("checkout", "paid")]
    await stage.assert_proven()


async def test_webhook_against_recorded_payment(runtime: Runtime, sim: Running) -> None:
    """The page was paid; whoever comes first, the payment is booked once and never twice."""
    for _ in range(3):
        stage = await invoiced.stage(runtime, sim)
        await stage.pay_page()
        await stage.somebody_pays()
        said = await outcomes(stage.settle(), recorded(stage, "A"), recorded(stage, "B"))
        assert said == ["done", "invoice_already_collected", "invoice_already_collected"]
        paid = await stage.collections("paid")
        assert [each.kind for each in paid] == ["checkout"]
    await stage.assert_proven()


async def test_recorded_payments_against_the_payer(runtime: Runtime, sim: Running) -> None:
    """Finance records while somebody pays: one of them is in time, and only one."""
    for _ in range(3):
        stage = await invoiced.stage(runtime, sim)
        await stage.pay_page()
        page_id = await stage.page_id()

        async def somebody_pays(page_id: str = page_id) -> None:
            await sim.http.post(f"/_sim/checkout/{page_id}/pay", json={})

        said = await outcomes(somebody_pays(), recorded(stage, "A"), recorded(stage, "B"))
        assert said.count("invoice_already_collected") in (1, 2)
        state = await runtime.outside.payments.checkout_state(page_id)
        paid = await stage.collections("paid")
        assert [each.kind for each in paid] == ["checkout" if state.state == "paid" else "recorded"]
    await stage.assert_proven()


async def test_opening_a_page_against_recording(runtime: Runtime, sim: Running) -> None:
    """Nobody is sent to a page after the invoice was collected."""
    for _ in range(3):
        stage = await invoiced.stage(runtime, sim)
        opened, noted = await asyncio.gather(
            stage.pay_page(), recorded(stage, "A"), return_exceptions=True
        )
        assert noted is None
        assert isinstance(opened, paying.PaymentPage | InvoiceAlreadyCollected)
        if isinstance(opened, paying.PaymentPage):
            page = opened.checkout_url.rsplit("/", 1)[1]
            answer = await sim.http.post(f"/_sim/checkout/{page}/pay", json={})
            assert answer.status_code == 400
        assert [each.kind for each in await stage.collections("paid")] == ["recorded"]
    await stage.assert_proven()


@pytest.mark.slow
async def test_every_way_at_once_and_no_cent_is_lost(runtime: Runtime, sim: Running) -> None:
    """Two payers at pages, two receipts, money for the wallet, a refund and the sweeps, in any
    order: what came in is on the invoice, in the wallet or gone back, and the books prove it."""
    dice, came = Random(2026), 0
    await sim.order("top-ups", amount=9_000_000, currency="eur")
    for number in range(40):
        stage = await invoiced.stage(runtime, sim)
        page = (await stage.pay_page()).checkout_url.rsplit("/", 1)[1]

        async def at_the_page(page: str = page, stage: Stage = stage) -> None:
            answer = await sim.http.post(f"/_sim/checkout/{page}/pay", json={})
            if answer.status_code == 200:
                await stage.settle_page(page)

        async def paid_ahead(stage: Stage = stage, number: int = number) -> None:
            await stage.record_top_up(2_000, reference=f"Ahead {number}")

        async def goes_back(stage: Stage = stage) -> None:
            await stage.refund("reopen", 700)

        deeds: list[Callable[[], Awaitable[object]]] = [
            at_the_page,
            paid_ahead,
            goes_back,
            lambda stage=stage: recorded(stage, "A"),  # type: ignore[misc]
            lambda stage=stage: recorded(stage, "B"),  # type: ignore[misc]
            lambda stage=stage: stage.pay_page(),  # type: ignore[misc]
            lambda: jobs.mind_wallets(toolbox_of(runtime)),
        ]
        dice.shuffle(deeds)
        said = await outcomes(*(deed() for deed in deeds))
        assert set(said) <= {
            "done",
            "invoice_already_collected",
            "nothing_to_refund",
            "payment_under_way",
        }
        paid = await stage.collections("paid")
        assert sum(each.kind == "checkout" for each in paid) <= 1
        came += len(paid)
        assert len(await stage.collections("intended", "open")) <= 1
        await stage.assert_proven()
    assert came >= 40
