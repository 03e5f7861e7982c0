"""A due invoice is charged to what the company has saved, once, whatever goes wrong on the way."""

from datetime import timedelta

import pytest
import stripe
from sqlalchemy import select

from app.domain import mandates as rules
from app.domain.actor import ClientActor
from app.domain.money import Money
from app.domain.refusals import NotAllowed, NotFound
from app.invoicing import charging, methods, recording, saving
from app.invoicing.mandate_tables import PaymentMethod
from app.invoicing.recording import Receipt
from app.invoicing.refusals import (
    ConsentOutdated,
    PaymentProviderSilent,
    PaymentUnderWay,
)
from app.invoicing.saving import Agreed, SetupPage
from app.jobs import invoicing as jobs
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.main import toolbox_of
from app.notices.tables import Notice
from tests.factories import quick
from tests.factories.invoiced import Stage

GROSS = 11_900
AGREED = Agreed(rules.CONSENT_VERSION, "de")
DUE_DAYS = 15


async def save_page(stage: Stage, agreed: Agreed = AGREED) -> SetupPage:
    return await saving.save(
        stage.runtime.database,
        stage.runtime.outside.mandates,
        stage.client,
        agreed,
        return_url="https://company.example/saved",
        now=stage.now,
    )


async def saved(stage: Stage, **means: str) -> PaymentMethod:
    """Somebody has named a card, or what `means` says, and the webhook has told us."""
    page = await save_page(stage)
    await stage.sim.order(f"checkout/{page.url.rsplit('/', 1)[1]}/pay", **means)
    await stage.events()
    return await method_of(stage, page)


async def method_of(stage: Stage, page: SetupPage) -> PaymentMethod:
    async with stage.runtime.database.begin() as session:
        return await session.get_one(PaymentMethod, page.method_id)


async def charge(stage: Stage) -> str:
    outside = stage.runtime.outside
    return await charging.charge(
        stage.runtime.database, outside.payments, outside.mandates, stage.invoice_id, now=stage.now
    )


async def sweep(stage: Stage) -> None:
    await jobs.charge_due_invoices(toolbox_of(stage.runtime))


async def told(stage: Stage) -> list[str]:
    async with stage.runtime.database.begin() as session:
        return list(await session.scalars(select(Notice.kind).order_by(Notice.created_at)))


async def ways(stage: Stage) -> list[tuple[str, str]]:
    return [(each.kind, each.state) for each in await stage.collections()]


async def intents(stage: Stage) -> list[stripe.PaymentIntent]:
    listed = await stage.sim.client().v1.payment_intents.list_async({"limit": 100})
    return list(listed.data)


async def test_the_consent_is_kept_and_the_invoice_charged_on_its_due_day(stage: Stage) -> None:
    method = await saved(stage)
    assert (method.state, method.kind, method.last_four) == ("active", "card", "4242")
    assert method.consent_text == rules.consent("de")
    assert method.consented_by_user_id == stage.client.user_id
    await sweep(stage)
    assert await stage.collections() == []  # not due yet

    await stage.pass_days(DUE_DAYS)
    await sweep(stage)
    await sweep(stage)
    assert await ways(stage) == [("charge", "paid")]
    assert (await stage.summary()).state == "collected"
    assert await stage.credit_used() == 0
    assert len(await intents(stage)) == 1
    await stage.events()
    await stage.pass_days(3)
    await stage.assert_reconciled()
    assert "invoice_charge_failed" not in await told(stage)


async def test_an_open_page_is_closed_before_the_charge(stage: Stage) -> None:
    await saved(stage)
    await stage.pass_days(DUE_DAYS)
    page = (await stage.pay_page()).checkout_url.rsplit("/", 1)[1]
    await sweep(stage)
    assert await ways(stage) == [("checkout", "expired"), ("charge", "paid")]
    answer = await stage.sim.http.post(f"/_sim/checkout/{page}/pay", json={})
    assert answer.status_code == 400
    await stage.assert_proven()


@pytest.mark.slow
async def test_what_was_paid_on_a_page_is_not_charged(stage: Stage) -> None:
    """Nobody told us yet: the page says so when it is to be closed."""
    await saved(stage)
    await stage.pass_days(DUE_DAYS)
    await stage.pay_page()
    await stage.somebody_pays()
    await sweep(stage)
    assert await ways(stage) == [("checkout", "paid")]
    await stage.assert_proven()


@pytest.mark.parametrize("bank", quick.first(["authentication_required", "insufficient_funds"]))
async def test_a_refused_charge_falls_back_to_the_page(stage: Stage, bank: str) -> None:
    await saved(stage, bank=bank)
    await stage.pass_days(DUE_DAYS)
    await sweep(stage)
    await sweep(stage)
    await stage.events()
    assert await ways(stage) == [("charge", "expired")]
    (refused,) = await stage.collections()
    assert refused.outcome_code in ("card_declined", "authentication_required")
    assert [each.status for each in await intents(stage)] == ["canceled"]
    assert (await told(stage)).count("invoice_charge_failed") == 1
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.settle()
    assert (await stage.summary()).state == "collected"
    await stage.assert_proven()


@pytest.mark.slow
async def test_a_debit_is_under_way_for_days(stage: Stage) -> None:
    await saved(stage, method="sepa_debit")
    await stage.pass_days(DUE_DAYS)
    await sweep(stage)
    assert await ways(stage) == [("charge", "open")]
    receipt = Receipt(Money(GROSS, "EUR"), stage.now.date(), "Statement 4")
    with pytest.raises(PaymentUnderWay):
        await stage.pay_page()
    with pytest.raises(PaymentUnderWay):
        await recording.record_payment(
            stage.runtime.database, stage.runtime.outside.payments, stage.finance,
            stage.invoice_id, receipt=receipt, now=stage.now,
        )  # fmt: skip
    await stage.record_top_up(GROSS)
    assert (await stage.summary()).state == "issued"  # the wallet waits for the bank's answer
    await stage.pass_days(4)
    await stage.events()
    assert await ways(stage) == [("charge", "paid")]
    await stage.pass_days(3)
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_debit_that_comes_back_is_asked_for_on_a_page(stage: Stage) -> None:
    await saved(stage, method="sepa_debit", bank="insufficient_funds")
    await stage.pass_days(DUE_DAYS)
    await sweep(stage)
    await stage.pass_days(4)
    await stage.events()
    assert await ways(stage) == [("charge", "expired")]
    assert (await told(stage)).count("invoice_charge_failed") == 1
    await stage.pay_page()
    await stage.assert_reconciled()


FAULTS = ["timeout_after_commit", "close_after_commit", "error_500_before_commit", "conflict_409"]


@pytest.mark.parametrize("kind", quick.first(FAULTS))
async def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    stage: Stage, kind: str
) -> None:
    await saved(stage)
    await stage.pass_days(DUE_DAYS)
    stage.lose_patience()
    await stage.sim.order("faults", kind=kind, method="POST", path="/v1/payment_intents", seconds=1,
                          stored=False)  # fmt: skip
    assert await charge(stage) == "unknown"
    assert await charge(stage) == "nothing"  # somebody is at it
    await stage.sim.order("keys/prune")
    stage.advance(700)
    await sweep(stage)
    assert await ways(stage) == [("charge", "paid")]
    assert len(await intents(stage)) == 1
    await stage.assert_proven()


@pytest.mark.slow
async def test_after_a_day_nothing_is_sent_again(stage: Stage) -> None:
    await saved(stage)
    await stage.pass_days(DUE_DAYS)
    await stage.sim.order(
        "faults", kind="rate_limit_429", method="POST", path="/v1/payment_intents"
    )
    assert await charge(stage) == "unknown"
    stage.advance(int(timedelta(hours=24).total_seconds()))
    await sweep(stage)
    assert await intents(stage) == []
    assert await ways(stage) == [("charge", "expired")]
    assert (await told(stage)).count("invoice_charge_failed") == 1
    await stage.assert_proven()


@pytest.mark.slow
async def test_a_new_card_is_tried_once_more(stage: Stage) -> None:
    await saved(stage, bank="card_declined")
    await stage.pass_days(DUE_DAYS)
    await sweep(stage)
    await saved(stage)
    await sweep(stage)
    assert await ways(stage) == [("charge", "expired"), ("charge", "paid")]
    await stage.assert_proven()


@pytest.mark.slow
async def test_what_was_removed_is_never_charged(stage: Stage) -> None:
    method = await saved(stage)
    for _ in range(2):
        async with stage.runtime.database.begin() as session:
            await saving.remove(session, stage.client, method.id, now=stage.now)
    stranger = ClientActor(new_id(), stage.client.user_id, None, stage.client.role)
    async with stage.runtime.database.begin() as session:
        with pytest.raises(NotFound):
            await saving.remove(session, stranger, method.id, now=stage.now)
    await jobs.mind_payment_methods(toolbox_of(stage.runtime))
    at_stripe = await stage.sim.client().v1.payment_methods.retrieve_async(
        str(method.provider_method_id)
    )
    assert at_stripe.customer is None
    await stage.pass_days(DUE_DAYS)
    await sweep(stage)
    assert await stage.collections() == []
    async with stage.runtime.database.begin() as session:
        listed = await methods.list_methods(session, stage.client, Cut())
    assert [(each.state, each.is_charged) for each in listed.items] == [("removed", False)]


@pytest.mark.slow
async def test_saving_needs_a_person_who_agrees_to_these_words(stage: Stage) -> None:
    with pytest.raises(ConsentOutdated):
        await save_page(stage, Agreed("2020-01", "en"))
    key = ClientActor(stage.client.company_id, None, stage.invoice_id, None,
                      frozenset({"invoices:pay"}))  # fmt: skip
    with pytest.raises(NotAllowed):
        await saving.save(
            stage.runtime.database, stage.runtime.outside.mandates, key, AGREED,
            return_url="https://company.example", now=stage.now,
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/checkout/sessions"])
async def test_a_page_that_did_not_open_is_never_used(stage: Stage, path: str) -> None:
    await stage.sim.order("faults", kind="error_500_before_commit", method="POST", path=path)
    with pytest.raises(PaymentProviderSilent):
        await save_page(stage)
    async with stage.runtime.database.begin() as session:
        assert list(await session.scalars(select(PaymentMethod.state))) == ["expired"]


@pytest.mark.slow
async def test_a_lost_webhook_of_a_page_is_made_up_for(stage: Stage) -> None:
    page = await save_page(stage)
    await stage.sim.order(f"checkout/{page.url.rsplit('/', 1)[1]}/pay")
    stage.advance(700)
    await jobs.mind_payment_methods(toolbox_of(stage.runtime))
    assert (await method_of(stage, page)).state == "active"
    other = await save_page(stage)
    assert (await method_of(stage, other)).provider_customer_id is not None
    await stage.pass_days(2)
    await stage.events()
    assert (await method_of(stage, other)).state == "expired"
