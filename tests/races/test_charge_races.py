"""A due invoice is charged by the clock while somebody pays it in another way: one payment."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.api.door import Runtime
from app.domain import mandates as rules
from app.domain.money import Money
from app.domain.refusals import Refusal
from app.invoicing import charging, recording, saving
from app.invoicing.recording import Receipt
from app.invoicing.saving import Agreed
from app.jobs import invoicing as jobs
from app.main import toolbox_of
from tests.factories import invoiced, quick
from tests.factories.invoiced import Stage
from tests.gateways.simulator import running as simulator
from tests.gateways.simulator.running import Running

Deed = Callable[[], Coroutine[Any, Any, object]]
GROSS = 11_900
# Silent: two who close the same page at once may get in each other's way there.
_KNOWN = {"done", "invoice_already_collected", "payment_under_way", "payment_provider_silent"}


@pytest_asyncio.fixture
async def sim() -> AsyncIterator[Running]:
    async with simulator.simulator() as started:
        yield started


@pytest_asyncio.fixture
async def runtime(sim: Running, tmp_path: Path, database_url: str) -> AsyncIterator[Runtime]:
    async with invoiced.runtime_on(sim, folder=tmp_path, url=database_url) as made:
        yield made


async def with_a_mandate(stage: Stage, **means: str) -> None:
    outside = stage.runtime.outside
    page = await saving.save(
        stage.runtime.database, outside.mandates, stage.client,
        Agreed(rules.CONSENT_VERSION, "en"), return_url="https://company.example", now=stage.now,
    )  # fmt: skip
    session_id = page.url.rsplit("/", 1)[1]
    await stage.sim.order(f"checkout/{session_id}/pay", **means)
    await saving.ask_and_take(stage.runtime.database, outside.mandates, session_id, now=stage.now)


def deeds(stage: Stage, page: str) -> list[Deed]:
    """The clock in two workers, somebody at the page, finance with a receipt, and the look-ups."""
    outside = stage.runtime.outside

    async def by_the_clock() -> None:
        await charging.charge(
            stage.runtime.database, outside.payments, outside.mandates, stage.invoice_id,
            now=stage.now,
        )  # fmt: skip

    async def at_the_page() -> None:
        with contextlib.suppress(httpx.TimeoutException):  # her browser hangs; she may have paid
            await stage.sim.http.post(f"/_sim/checkout/{page}/pay", json={})
        await stage.settle_page(page)

    async def recorded() -> None:
        await recording.record_payment(
            stage.runtime.database, outside.payments, stage.finance, stage.invoice_id,
            receipt=Receipt(Money(GROSS, "EUR"), stage.now.date(), "Statement 5"), now=stage.now,
        )  # fmt: skip

    async def another_page() -> None:
        await stage.pay_page()

    async def wallets() -> None:
        await jobs.mind_wallets(toolbox_of(stage.runtime))

    return [by_the_clock, by_the_clock, at_the_page, recorded, another_page, wallets]


async def said_by(deed: Deed, wait_s: float = 0) -> str:
    await asyncio.sleep(wait_s)
    try:
        await deed()
    except Refusal as refusal:
        return refusal.code
    return "done"


@pytest.mark.parametrize(("seed", "rounds"), quick.first([(1, 2), (2, 60), (3, 60)]))
async def test_one_payment_whoever_is_first(
    runtime: Runtime, sim: Running, seed: int, rounds: int
) -> None:
    dice, ways = Random(seed), list[str]()
    for number in range(rounds):
        stage = await invoiced.stage(runtime, sim)
        await with_a_mandate(stage)
        runtime.clock.set_offset(runtime.clock.offset_seconds + 15 * 86_400)
        page = (await stage.pay_page()).checkout_url.rsplit("/", 1)[1]
        everybody = deeds(stage, page)
        dice.shuffle(everybody)
        # The payer makes one request where others make five: without a start she is always first.
        waits = [dice.random() * 0.2 * (rounds > 10) for _ in everybody]
        said = await asyncio.gather(*map(said_by, everybody, waits))
        assert {*said} <= _KNOWN, (number, said)
        paid = [each.kind for each in await stage.collections("paid")]
        assert len(paid) == 1, (number, said, paid)
        ways += paid
        assert (await stage.summary()).state == "collected"
    listed = await sim.client().v1.payment_intents.list_async({"limit": 100})
    at_stripe = [each async for each in listed.auto_paging_iter()]
    online = sum(way != "recorded" for way in ways)
    assert sum(intent.amount_received for intent in at_stripe) == online * GROSS
    await stage.assert_proven()
    if rounds > 10:
        print(f"seed {seed}: {Counter(ways)}")
        assert len({*ways}) > 1, ways  # each of them is first now and then


async def test_a_charge_is_taken_over_by_one(runtime: Runtime, sim: Running) -> None:
    """Its worker died between intent and call; many take it over at once."""
    stage = await invoiced.stage(runtime, sim)
    await with_a_mandate(stage)
    stage.advance(15 * 86_400)
    async with runtime.database.begin() as session:
        await charging._intend(session, stage.invoice_id, closed=None, now=stage.now)
    stage.advance(700)
    clock_deed = deeds(stage, "none")[0]
    assert {*await asyncio.gather(*(said_by(clock_deed) for _ in range(8)))} == {"done"}
    assert [(each.kind, each.state) for each in await stage.collections()] == [("charge", "paid")]
    listed = await sim.client().v1.payment_intents.list_async({"limit": 100})
    assert len(listed.data) == 1
    await stage.assert_proven()
