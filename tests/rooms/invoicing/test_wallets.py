"""A wallet is filled, bounds time, is set aside, pays its invoices, and the rest goes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import proving
from app.companies import credit_terms
from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.domain.refusals import InvalidValues
from app.domain.returning import DisputeState, RefundPurpose
from app.invoicing import carrying, refunding, topping_up, wallets
from app.invoicing.money_tables import Dispute
from app.invoicing.recording import Receipt
from app.invoicing.refunding import RefundWanted
from app.invoicing.refusals import NothingToRefund, TopUpCurrencyDiffers
from app.invoicing.running import run_invoices
from app.jobs import invoicing as jobs
from app.main import toolbox_of
from app.timesheets import approving, submitting
from tests.factories import approved, people
from tests.factories.at_work import deal
from tests.factories.hours import HOUR, LAST_WEEK, NOW, log, states
from tests.factories.invoiced import Stage

GROSS = 11_900
LATER = NOW + timedelta(days=1)


async def test_a_prepaid_company_works_as_far_as_its_wallet_carries(session: AsyncSession) -> None:
    """150.00 an hour, no tax: 375.00 carry two and a half hours, not a second more."""
    staff = FinanceActor((await people.user(session, now=NOW, door="finance")).id)
    at = await deal(session, now=NOW, bill_minor=15_000, pay_minor=12_000)
    company_id = at.company.id
    granted = await credit_terms.set_credit_terms(
        session, staff, company_id, kind="prepaid", net_days=14,
        credit_limit=Money(9_999_999, "USD"), funding_rule="on_collection",
        effective_at=None, now=NOW,
    )  # fmt: skip
    granted = await carrying.begin(session, company_id, granted, now=NOW)
    assert (granted.kind, granted.credit_limit_minor) == ("prepaid", 0)
    nothing = await log(session, at, LAST_WEEK + 9 * HOUR)
    assert states(nothing) == [("over_cap", 60, "credit_limit")]

    receipt = Receipt(Money(37_500, "USD"), NOW.date(), "Statement 3")
    first = await topping_up.record(session, staff, company_id, receipt=receipt, now=NOW)
    assert await topping_up.record(session, staff, company_id, receipt=receipt, now=NOW) == first
    fits = await log(session, at, LAST_WEEK + 33 * HOUR, 3)
    assert states(fits) == [("recorded", 150, None), ("over_cap", 30, "credit_limit")]

    assert await carrying.set_aside(session, company_id, now=NOW) == 1
    assert await carrying.set_aside(session, company_id, now=NOW) == 0
    facts = await wallets.of_company(session, at.client, now=NOW)
    assert (facts.free_minor, facts.held_minor) == (0, 37_500)
    wanted = RefundWanted(RefundPurpose.CREDIT, Money(1, "USD"), "too early")
    with pytest.raises(NothingToRefund):
        await refunding.order_of_wallet(session, staff, company_id, wanted=wanted, now=NOW)

    sheet_id = fits.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    run = await run_invoices(
        session, staff, through_on=NOW.date(), company_id=None, sample_issuer=True, now=LATER
    )
    (issued,) = run.invoices
    assert issued.gross_minor == 37_500
    assert issued.state == "collected"
    facts = await wallets.of_company(session, at.client, now=LATER)
    assert (facts.balance_minor, [move.kind for move in facts.moves]) == (0, ["wallet", "payment"])
    terms = await credit_terms.current(session, company_id, LATER)
    assert (terms.kind, terms.credit_limit_minor) == ("prepaid", 0)
    broken = [each for each in await proving.prove_all(session) if not each.holds]
    assert not broken, broken


async def test_money_that_names_no_invoice_pays_the_open_one_first(stage: Stage) -> None:
    await stage.record_top_up(10_000)
    summary = await stage.summary()
    assert (summary.state, summary.due_minor) == ("issued", 1_900)
    assert (await stage.pay_page()).amount_minor == 1_900
    await stage.record_top_up(5_000, reference="Statement 10")
    assert (await stage.summary()).state == "collected"
    assert (await stage.wallet()).balance_minor == 3_100
    # Somebody pays at the page that was open all the while: it is not lost either.
    await stage.somebody_pays()
    await stage.events()
    assert (await stage.wallet()).balance_minor == 5_000
    await stage.assert_reconciled()


async def test_money_and_an_invoice_that_have_passed_each_other_by_meet(stage: Stage) -> None:
    """The money is in before the invoice can be seen, and the run had looked before the money."""
    async with stage.runtime.database.begin() as session:
        await approved.approved(
            session, stage.deal, now=stage.now, weeks_back=2, minutes=30, bill_rate_minor=10_000
        )
    page = await stage.top_up_page(2 * GROSS)
    async with stage.runtime.database.begin() as session:
        run = await run_invoices(
            session, stage.finance, through_on=stage.now.date(), company_id=None,
            sample_issuer=True, now=stage.now,
        )  # fmt: skip
        await stage.sim.order(f"checkout/{page}/pay")
        assert await stage.settle_page(page) == "in_wallet"
    assert (await stage.summary()).state == "collected"
    (stage.invoice_id,) = [each.id for each in run.invoices]
    assert (await stage.summary()).state == "issued"
    before = (await stage.wallet()).balance_minor
    for _ in range(2):
        await jobs.mind_wallets(toolbox_of(stage.runtime))
    paid = await stage.summary()
    assert paid.state == "collected"
    assert (await stage.wallet()).balance_minor == before - paid.gross_minor
    await stage.assert_proven()


@pytest.mark.slow
async def test_the_rest_of_a_wallet_goes_back_the_way_it_came(stage: Stage) -> None:
    await stage.top_up(20_000)
    assert (await stage.summary()).state == "collected"
    assert (await stage.wallet()).balance_minor == 20_000 - GROSS
    await stage.pass_days(3)
    wanted = RefundWanted(RefundPurpose.CREDIT, Money(20_000 - GROSS, "EUR"), "she leaves")
    async with stage.runtime.database.begin() as session:
        await refunding.order_of_wallet(
            session, stage.finance, stage.deal.company.id, wanted=wanted, now=stage.now
        )
    await stage.work()
    await stage.events()
    assert (await stage.wallet()).balance_minor == 0
    await stage.assert_reconciled()
    async with stage.runtime.database.begin() as session:
        with pytest.raises(NothingToRefund):
            await refunding.order_of_wallet(
                session, stage.finance, stage.deal.company.id, wanted=wanted, now=stage.now
            )


@pytest.mark.slow
async def test_a_disputed_top_up_comes_out_of_the_wallet_and_then_of_our_pocket(
    stage: Stage,
) -> None:
    charge_id = await stage.top_up(20_000)
    made = await stage.sim.order(f"charges/{charge_id}/dispute")
    await stage.sim.order(f"disputes/{made['id']}/lose")
    await stage.events()
    async with stage.runtime.database.begin() as session:
        found = (await session.scalars(select(Dispute))).one()
    assert found.state == DisputeState.LOST
    assert (found.from_credit_minor, found.from_us_minor) == (20_000 - GROSS, GROSS)
    assert (await stage.wallet()).balance_minor == 0
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_the_sweep_sets_aside_and_pays(stage: Stage) -> None:
    async with stage.runtime.database.begin() as session:
        await credit_terms.set_credit_terms(
            session, stage.finance, stage.deal.company.id, kind="prepaid", net_days=14,
            credit_limit=Money(0, "EUR"), funding_rule="on_collection", effective_at=None,
            now=stage.now,
        )  # fmt: skip
    await stage.record_top_up(30_000)
    await jobs.mind_wallets(toolbox_of(stage.runtime))
    facts = await stage.wallet()
    assert facts.is_prepaid
    assert facts.balance_minor == 30_000 - GROSS
    async with stage.runtime.database.begin() as session:
        terms = await credit_terms.current(session, stage.deal.company.id, stage.now)
    assert terms.credit_limit_minor == (30_000 - GROSS) * 10_000 // 11_900
    await stage.assert_reconciled()


@pytest.mark.slow
async def test_a_top_up_is_in_the_companys_currency_and_of_a_day_that_was(stage: Stage) -> None:
    to_come = stage.now.date() + timedelta(days=1)
    for receipt, refusal in (
        (Receipt(Money(5, "USD"), stage.now.date(), "x"), TopUpCurrencyDiffers),
        (Receipt(Money(5, "EUR"), to_come, "x"), InvalidValues),
    ):
        async with stage.runtime.database.begin() as session:
            with pytest.raises(refusal):
                await topping_up.record(
                    session, stage.finance, stage.deal.company.id, receipt=receipt, now=stage.now
                )
