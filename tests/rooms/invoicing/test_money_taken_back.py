"""Refunds and disputes from decision or webhook to a statement that agrees to the cent."""

import pytest
from sqlalchemy import select, text

from app.domain.returning import DisputeState, RefundState
from app.gateways.payments import PaymentsUnavailable
from app.invoicing.money_tables import Dispute, Refund
from app.invoicing.moving import StrayMoney
from app.invoicing.refund_sending import OutcomeOpen
from app.invoicing.refusals import NothingToRefund
from app.jobs import invoicing as jobs
from app.main import toolbox_of
from app.timesheets.tables import Approval
from tests.factories.invoiced import Stage

GROSS, FEE, DISPUTE_FEE = 11_900, 375, 2_000


async def paid(stage: Stage) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.events()


async def refunds(stage: Stage) -> list[Refund]:
    async with stage.runtime.database.begin() as session:
        return list(await session.scalars(select(Refund).order_by(Refund.intended_at, Refund.id)))


async def dispute(stage: Stage) -> Dispute:
    async with stage.runtime.database.begin() as session:
        return (await session.scalars(select(Dispute))).one()


async def funded(stage: Stage) -> bool:
    async with stage.runtime.database.begin() as session:
        (approval,) = (await session.scalars(select(Approval))).all()
        return approval.funded_at is not None


async def told(stage: Stage) -> list[str]:
    async with stage.runtime.database.begin() as session:
        return list(await session.scalars(text("SELECT DISTINCT kind FROM notices ORDER BY kind")))


async def test_a_part_goes_back_and_is_paid_again(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    await stage.refund("reopen", 4_000)
    summary = await stage.summary()
    assert (summary.state, summary.due_minor, summary.collected_at) == ("issued", 4_000, None)
    assert await stage.credit_used() == 3600 * 10_000
    company = stage.deal.company.id
    assert (await stage.balances())[f"liability:client:{company}:refunding"] == -4_000
    await stage.work()
    await stage.events()
    assert [each.state for each in await refunds(stage)] == [RefundState.SENT]
    assert await stage.balances() == {
        "asset:stripe:pending": -4_000,
        "asset:stripe:available": GROSS - FEE,
        f"asset:receivable:client:{company}": 4_000,
        "expense:stripe:processing": FEE,
        "income:services": -10_000,
        "liability:tax:vat:DE": -1_900,
    }
    assert await funded(stage)
    await stage.assert_reconciled()
    page = await stage.pay_page()
    assert page.amount_minor == 4_000
    await stage.somebody_pays()
    await stage.events()
    assert (await stage.summary()).state == "collected"
    assert await stage.credit_used() == 0
    await stage.assert_reconciled()
    assert await told(stage) == ["invoice_open_again", "refund_sent"]


@pytest.mark.slow
async def test_goodwill_is_ours_and_nothing_goes_back_twice(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    await stage.refund("goodwill", 900)
    await stage.refund("reopen", 11_000)
    for purpose in ("goodwill", "reopen", "credit"):
        with pytest.raises(NothingToRefund):
            await stage.refund(purpose, 1)
    with pytest.raises(NothingToRefund):
        await stage.refund("goodwill", 1, currency="USD")
    # 119.00 less its fee do not cover 119.00: the second one waits, until money is there.
    await stage.work()
    states = sorted(each.state for each in await refunds(stage))
    assert states == ["declined", "sent"]
    await stage.events()
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_refund_made_at_the_provider_is_adopted(stage: Stage) -> None:
    await paid(stage)
    client = stage.sim.client()
    await client.v1.refunds.create_async(
        params={"charge": await stage.charge_id(), "amount": 1_000}
    )
    await stage.events()
    (row,) = await refunds(stage)
    assert (row.state, row.from_invoice_minor, row.ordered_by_user_id) == ("sent", 1_000, None)
    assert (await stage.summary()).due_minor == 1_000
    await stage.post_webhooks(again=True)
    await stage.work()
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_refund_that_comes_back_settles_its_invoice(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    await stage.refund("reopen", 5_000)
    await stage.work()
    (row,) = await refunds(stage)
    await stage.events()
    await stage.sim.order(f"refunds/{row.provider_refund_id}/fail")
    await stage.events()
    assert [each.state for each in await refunds(stage)] == [RefundState.FAILED]
    assert (await stage.summary()).state == "collected"
    await stage.assert_reconciled()
    assert "staff_refund_failed" in await told(stage)


@pytest.mark.slow
async def test_goodwill_that_comes_back_is_the_companys_credit(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    await stage.refund("goodwill", 600)
    await stage.work()
    (row,) = await refunds(stage)
    await stage.sim.order(f"refunds/{row.provider_refund_id}/fail")
    await stage.events()
    balances = await stage.balances()
    assert balances[f"liability:client:{stage.deal.company.id}:prepaid"] == -600
    assert balances["expense:goodwill"] == 600
    await stage.assert_reconciled()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["timeout_after_commit", "close_after_commit"])
async def test_a_lost_answer_sends_no_second_refund(stage: Stage, fault: str) -> None:
    await paid(stage)
    await stage.pass_days(3)
    refund_id = await stage.refund("reopen", 2_000)
    await stage.sim.order("faults", kind=fault, method="POST", path="/v1/refunds")
    tools = toolbox_of(stage.impatient(0.5))
    ids = {"refund_id": str(refund_id)}
    with pytest.raises(OutcomeOpen):
        await jobs.send_refund(tools, ids)
    assert [each.state for each in await refunds(stage)] == [RefundState.UNKNOWN]
    await stage.sim.order("keys/prune")
    await jobs.send_refund(toolbox_of(stage.runtime), ids)
    assert [each.state for each in await refunds(stage)] == [RefundState.SENT]
    assert len((await stage.sim.client().v1.refunds.list_async()).data) == 1
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_refund_without_a_job_is_picked_up(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    await stage.refund("reopen", 2_000)
    async with stage.runtime.database.begin() as session:
        await session.execute(text("DELETE FROM pgqueuer"))
    await jobs.pick_up_stalled_refunds(toolbox_of(stage.runtime))
    assert await stage.work() == 0
    stage.advance(61)
    await jobs.pick_up_stalled_refunds(toolbox_of(stage.runtime))
    await stage.work()
    assert [each.state for each in await refunds(stage)] == [RefundState.SENT]
    await stage.events()
    await stage.assert_reconciled()


async def disputed(stage: Stage, **order: object) -> str:
    made = await stage.sim.order(f"charges/{await stage.charge_id()}/dispute", **order)
    await stage.events()
    return str(made["id"])


async def test_a_dispute_that_is_lost_opens_the_invoice_again(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    dp = await disputed(stage)
    assert (await dispute(stage)).state == DisputeState.WITHDRAWN
    assert (await stage.summary()).state == "collected"
    balances = await stage.balances()
    assert balances[f"asset:dispute:{dp}"] == GROSS
    assert balances["expense:stripe:dispute"] == DISPUTE_FEE
    await stage.assert_reconciled()
    await stage.sim.order(f"disputes/{dp}/lose")
    await stage.events()
    summary = await stage.summary()
    assert (summary.state, summary.due_minor) == ("issued", GROSS)
    assert await stage.credit_used() == 3600 * 10_000
    assert await funded(stage)  # the trainer is paid all the same
    await stage.assert_reconciled()
    assert await told(stage) == ["invoice_open_again", "staff_dispute_opened"]
    # She pays after all, and then the appeal is won: what came twice is her credit.
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.events()
    await stage.sim.order(f"disputes/{dp}/win")
    await stage.events()
    assert (await dispute(stage)).state == DisputeState.WON
    balances = await stage.balances()
    assert balances[f"liability:client:{stage.deal.company.id}:prepaid"] == -GROSS
    assert f"asset:dispute:{dp}" not in balances
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_dispute_that_is_won_leaves_only_its_fee(stage: Stage) -> None:
    await paid(stage)
    dp = await disputed(stage, amount=5_000)
    await stage.sim.order(f"disputes/{dp}/win")
    await stage.events()
    await stage.post_webhooks(again=True)
    await stage.work()
    balances = await stage.balances()
    assert balances["expense:stripe:dispute"] == DISPUTE_FEE
    assert f"asset:dispute:{dp}" not in balances
    assert (await stage.summary()).state == "collected"
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_an_inquiry_takes_nothing_until_it_is_a_chargeback(stage: Stage) -> None:
    await paid(stage)
    dp = await disputed(stage, inquiry="yes")
    assert (await dispute(stage)).state == DisputeState.OPEN
    await stage.assert_reconciled()
    await stage.sim.order(f"disputes/{dp}/withdraw")
    await stage.sim.order(f"disputes/{dp}/lose")
    await stage.events()
    assert (await dispute(stage)).state == DisputeState.LOST
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_what_was_refunded_is_not_disputed_again(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    await stage.refund("reopen", 3_000)
    await stage.work()
    await stage.events()
    dp = await disputed(stage)
    await stage.sim.order(f"disputes/{dp}/lose")
    await stage.events()
    found = await dispute(stage)
    assert (found.amount_minor, found.from_invoice_minor) == (8_900, 8_900)
    assert (await stage.summary()).due_minor == GROSS
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_dispute_known_before_its_payment_waits_for_it(stage: Stage) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    charge = (await stage.sim.client().v1.checkout.sessions.list_async()).data[0]
    intent = await stage.sim.client().v1.payment_intents.retrieve_async(str(charge.payment_intent))
    await stage.sim.order(f"charges/{intent.latest_charge}/dispute")
    stage.sim.letters.deliveries.reverse()
    with pytest.raises(StrayMoney):
        await stage.events()
    await stage.settle()
    await stage.work()  # the queue's next try
    assert (await dispute(stage)).state == DisputeState.WITHDRAWN
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_silent_provider_leaves_the_refund_to_be_asked_for(stage: Stage) -> None:
    await paid(stage)
    await stage.pass_days(3)
    refund_id = await stage.refund("reopen", 2_000)
    await stage.sim.order(
        "faults", kind="error_500_before_commit", method="GET", path="/v1/refunds"
    )
    with pytest.raises(PaymentsUnavailable):
        await jobs.send_refund(toolbox_of(stage.runtime), {"refund_id": str(refund_id)})
    assert [each.state for each in await refunds(stage)] == [RefundState.SENDING]
    await jobs.send_refund(toolbox_of(stage.runtime), {"refund_id": str(refund_id)})
    assert [each.state for each in await refunds(stage)] == [RefundState.SENT]
    await stage.assert_reconciled()
