"""A deal by the rooms' own verbs, from the first hour to a payout that is decided."""

from datetime import timedelta

from app.api.door import Runtime
from app.domain.actor import FinanceActor, SystemActor
from app.domain.holds import PayoutRules
from app.domain.money import Money
from app.invoicing import recording
from app.invoicing.recording import Receipt
from app.invoicing.running import run_invoices
from app.ledger import chaining
from app.payouts import running
from app.payouts.tables import PayoutAccount
from app.timesheets import approving, submitting
from tests.factories import people
from tests.factories.at_work import deal
from tests.factories.hours import HOUR, LAST_WEEK, NOW, log

LATER = NOW + timedelta(days=1)


async def whole_deal(runtime: Runtime) -> None:
    """Logged, approved, invoiced, paid at the bank, promised in a payout, and chained."""
    database = runtime.database
    async with database.begin() as session:
        staff = FinanceActor((await people.user(session, now=NOW, door="finance")).id)
        at = await deal(session, now=NOW)
        session.add(
            PayoutAccount(
                trainer_id=at.trainer.id, state="created", provider_account_id="acct_beispiel",
                ready=True, missing=[], intended_at=NOW,
            )
        )  # fmt: skip
        logged = await log(session, at, LAST_WEEK + 9 * HOUR, 7.5)
        sheet_id = logged.entry.root.timesheet_id
        assert sheet_id is not None
        await submitting.submit(session, at.worker, sheet_id, now=NOW)
    async with database.begin() as session:
        await approving.approve(session, at.client, sheet_id, now=NOW)
    async with database.begin() as session:
        run = await run_invoices(
            session, staff, through_on=NOW.date(), company_id=None, sample_issuer=True, now=LATER
        )
    (issued,) = run.invoices
    receipt = Receipt(Money(issued.gross_minor, issued.currency), LATER.date(), "Statement 7")
    await recording.record_payment(
        database, runtime.outside.payments, staff, issued.id, receipt=receipt, now=LATER
    )
    async with database.begin() as session:
        run_id = await running.order(session, staff, as_of=LATER, rules=PayoutRules(), now=LATER)
    await running.plan(database, run_id, rules=PayoutRules(), actor=SystemActor("test"), now=LATER)
    async with database.begin() as session:
        assert await chaining.extend(session) == 4
