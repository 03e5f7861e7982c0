"""An unpaid invoice: each step once, by the clock; time stops last and goes on with the payment."""

from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import proving
from app.companies import credit_terms
from app.domain.actor import FinanceActor
from app.domain.dunning import DunningStep
from app.domain.money import Money
from app.invoicing import dunning, topping_up
from app.invoicing.recording import Receipt
from app.invoicing.running import run_invoices
from app.invoicing.tables import Invoice
from app.timesheets import approving, submitting
from tests.factories import people
from tests.factories.at_work import deal
from tests.factories.hours import HOUR, LAST_WEEK, NOW, log, states

DAY = timedelta(days=1)


async def test_steps_by_the_clock_then_no_new_time_then_on_again(session: AsyncSession) -> None:
    staff = FinanceActor((await people.user(session, now=NOW, door="finance")).id)
    at = await deal(session, now=NOW)
    logged = await log(session, at, LAST_WEEK + 9 * HOUR)
    sheet_id = logged.entry.root.timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, at.worker, sheet_id, now=NOW)
    await approving.approve(session, at.client, sheet_id, now=NOW)
    run = await run_invoices(
        session, staff, through_on=NOW.date(), company_id=None, sample_issuer=True, now=NOW
    )
    (issued,) = run.invoices
    row = (await session.scalars(select(Invoice))).one()
    assert await dunning.due(session, now=NOW) == []

    taken = []
    for day in range(45):
        now = NOW + day * DAY
        for invoice_id in await dunning.due(session, now=now):
            step = await dunning.dun(session, invoice_id, now=now)
            taken.append((step, (now.date() - row.due_on).days))
            assert await dunning.dun(session, invoice_id, now=now) is None
            assert step is not None
    assert taken == [
        (DunningStep.DUE_SOON, -3),
        (DunningStep.OVERDUE, 1),
        (DunningStep.REMINDED, 7),
        (DunningStep.LAST_CALL, 14),
        (DunningStep.STOPPED, 21),
    ]
    late = NOW + 45 * DAY
    assert await dunning.stopped(session) == [at.company.id]
    assert not await dunning.lift(session, at.company.id, now=late)
    waits = await log(session, at, late - 3 * HOUR, now=late)
    assert states(waits) == [("over_cap", 60, "credit_limit")]

    receipt = Receipt(Money(issued.gross_minor, "USD"), late.date(), "Statement 11")
    await topping_up.record(session, staff, at.company.id, receipt=receipt, now=late)
    broken = [each for each in await proving.prove_all(session) if not each.holds]
    assert not broken, broken
    later = late + HOUR
    assert await dunning.lift(session, at.company.id, now=later)
    assert not await dunning.lift(session, at.company.id, now=later)
    assert await dunning.stopped(session) == []
    terms = await credit_terms.current(session, at.company.id, later)
    assert terms.credit_limit_minor == credit_terms.DEFAULT_CREDIT_LIMIT_MINOR
    counts = await log(session, at, late - HOUR, now=later)
    assert states(counts) == [("recorded", 60, None)]
    told = await session.execute(text("SELECT kind, count(*) FROM notices GROUP BY 1"))
    said = {row.kind: row.count for row in told}
    ours = [kind for kind in said if kind.startswith(("invoice_", "time_", "work_"))]
    assert {kind: said[kind] for kind in ours} == {
        "invoice_due_soon": 1,
        "invoice_overdue": 2,
        "invoice_last_call": 1,
        "time_stopped": 1,
        "time_goes_on": 1,
        "work_stopped": 1,
        "work_goes_on": 1,
    }
