"""A payment that finance saw at the bank, and the payment page that may stand in its way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.money import Money
from app.domain.refusals import InvalidValues
from app.invoicing import recording
from app.invoicing.recording import Receipt
from app.invoicing.refusals import (
    CheckoutRefused,
    InvoiceAlreadyCollected,
    PaymentCurrencyDiffers,
    PaymentProviderSilent,
)
from tests.factories import invoiced
from tests.factories.invoiced import Stage

GROSS = 11_900


def receipt(stage: Stage, minor: int = GROSS, reference: str = "Statement 231/4") -> Receipt:
    return Receipt(Money(minor, "EUR"), stage.now.date(), reference)


async def record(stage: Stage, said: Receipt | None = None) -> None:
    await recording.record_payment(
        stage.runtime.database,
        stage.runtime.outside.payments,
        stage.finance,
        stage.invoice_id,
        receipt=said or receipt(stage),
        now=stage.now,
    )


async def test_what_the_provider_refuses_can_still_be_paid_by_transfer(stage: Stage) -> None:
    tiny = await invoiced.stage(stage.runtime, stage.sim, minutes=1, bill_rate_minor=600)
    with pytest.raises(CheckoutRefused) as refused:
        await tiny.pay_page()
    assert refused.value.facts["reason"] == "amount_too_small"
    assert [each.state for each in await tiny.collections()] == ["expired"]
    await record(tiny, receipt(tiny, minor=12))
    assert (await tiny.summary()).state == "collected"


async def test_a_recorded_payment_collects(stage: Stage) -> None:
    await record(stage)
    assert (await stage.summary()).state == "collected"
    assert await stage.balances() == {
        "asset:bank": GROSS,
        "income:services": -10_000,
        "liability:tax:vat:DE": -1_900,
    }
    assert await stage.credit_used() == 0
    await record(stage)  # the answer was lost, finance sends it again
    with pytest.raises(InvoiceAlreadyCollected):
        await record(stage, receipt(stage, reference="Another entry"))
    with pytest.raises(InvoiceAlreadyCollected):
        await stage.pay_page()
    assert len(await stage.collections()) == 1
    await stage.assert_proven()


async def test_recording_closes_the_open_page_first(stage: Stage) -> None:
    await stage.pay_page()
    session_id = await stage.page_id()
    await record(stage)
    assert [each.state for each in await stage.collections()] == ["expired", "paid"]
    answer = await stage.sim.http.post(f"/_sim/checkout/{session_id}/pay")
    assert answer.status_code == 400
    await stage.sim.letters.wait_for(lambda box: bool(box.of("checkout.session.expired")))
    await stage.post_webhooks()  # the expiry, told late
    await stage.work()
    assert [each.state for each in await stage.collections()] == ["expired", "paid"]
    await stage.assert_proven()


async def test_recording_notices_that_the_page_was_paid(stage: Stage) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    with pytest.raises(InvoiceAlreadyCollected):
        await record(stage)
    assert [(each.kind, each.state) for each in await stage.collections()] == [("checkout", "paid")]
    await stage.assert_proven()


async def test_recording_drops_a_mere_intent(stage: Stage) -> None:
    await stage.sim.order(
        "faults", kind="close_after_commit", method="POST", path="/v1/checkout/sessions"
    )
    with pytest.raises(PaymentProviderSilent):
        await stage.pay_page()
    await record(stage)
    assert [each.state for each in await stage.collections()] == ["expired", "paid"]


async def test_recording_waits_while_the_provider_is_silent(stage: Stage) -> None:
    await stage.pay_page()
    await stage.sim.order(
        "faults", kind="error_500_before_commit", method="POST", path="/v1/checkout/sessions/.*"
    )
    with pytest.raises(PaymentProviderSilent):
        await record(stage)
    await stage.sim.order(
        "faults", kind="error_500_before_commit", method="POST", path="/v1/checkout/sessions/.*"
    )
    await stage.sim.order(
        "faults", kind="error_500_before_commit", method="GET", path="/v1/checkout/sessions"
    )
    with pytest.raises(PaymentProviderSilent):
        await record(stage)
    assert [each.state for each in await stage.collections()] == ["open"]
    assert (await stage.summary()).state == "issued"


async def test_what_is_short_stays_due_and_what_is_too_much_is_in_the_wallet(stage: Stage) -> None:
    await record(stage, receipt(stage, minor=GROSS - 900))
    summary = await stage.summary()
    assert (summary.state, summary.due_minor) == ("issued", 900)
    assert await stage.credit_used() == 3600 * 10_000
    await record(stage, receipt(stage, minor=GROSS - 900))  # the answer was lost
    assert (await stage.summary()).due_minor == 900
    await record(stage, receipt(stage, minor=1_000, reference="Another entry"))
    assert (await stage.summary()).state == "collected"
    assert (await stage.wallet()).balance_minor == 100
    assert await stage.credit_used() == 0
    await stage.assert_proven()


async def test_only_its_own_currency_on_a_day_that_was(stage: Stage) -> None:
    with pytest.raises(PaymentCurrencyDiffers):
        await record(stage, replace(receipt(stage), amount=Money(GROSS, "USD")))
    tomorrow = stage.now.date() + timedelta(days=1)
    with pytest.raises(InvalidValues):
        await record(stage, replace(receipt(stage), received_on=tomorrow))
    assert await stage.collections() == []
