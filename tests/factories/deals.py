"""Approved time, invoices and payouts with their postings: rows that are valid by default."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.engagements.tables import Engagement
from app.invoicing import suspense
from app.invoicing.money_tables import InvoiceSettlement, WriteOff
from app.invoicing.recording import Receipt
from app.invoicing.tables import Collection, Invoice, InvoiceLine, InvoiceRun, InvoiceTaxGroup
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.payouts.tables import Payout, PayoutAttempt, PayoutHold, PayoutLine, PayoutRun
from app.timesheets.bill_lines import BillLine
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import Approval, Timesheet
from tests.factories import people


@dataclass(frozen=True, slots=True)
class Approved:
    """One approved week of one engagement."""

    sheet: Timesheet
    bill: BillLine
    pay: PayLine


async def _post(
    session: AsyncSession, now: datetime, fact: tuple[str, str], *entries: tuple[str, int]
) -> None:
    await posting.post(
        session,
        source=fact[0],
        key=fact[1],
        description=f"Made for a test: {fact[0]}",
        effective_at=now,
        now=now,
        entries=[Entry(key, "USD", minor) for key, minor in entries],
    )


async def approved_week(
    session: AsyncSession,
    of: Engagement,
    *,
    now: datetime,
    week_starts_at: datetime,
    minutes: int = 600,
    bill_rate_minor: int = 15_000,
    pay_rate_minor: int = 12_000,
) -> Approved:
    """Ten hours at 150.00 and 120.00, approved and posted."""
    week: dict[str, Any] = {
        "week_starts_at": week_starts_at,
        "week_ends_at": week_starts_at + timedelta(days=7),
    }
    sheet = Timesheet(
        id=new_id(), engagement_id=of.id, company_id=of.company_id, trainer_id=of.trainer_id,
        state="approved", submitted_at=now, approved_at=now, **week,
    )  # fmt: skip
    session.add(sheet)
    await session.flush()
    approval = Approval(id=new_id(), timesheet_id=sheet.id, actor="system:test", approved_at=now)
    session.add(approval)
    await session.flush()
    alike: dict[str, Any] = {
        "approval_id": approval.id,
        "engagement_id": of.id,
        "trainer_id": of.trainer_id,
        "worked_seconds": minutes * 60,
        "minutes": minutes,
        "currency": "USD",
        "approved_at": now,
        **week,
    }
    bill = BillLine(
        id=new_id(), project_id=of.project_id, position_id=of.position_id,
        company_id=of.company_id, bill_rate_minor=bill_rate_minor,
        bill_minor=minutes * bill_rate_minor // 60, **alike,
    )  # fmt: skip
    pay = PayLine(
        id=new_id(), pay_rate_minor=pay_rate_minor, pay_minor=minutes * pay_rate_minor // 60,
        **alike,
    )  # fmt: skip
    session.add_all([bill, pay])
    await session.flush()
    await _post(
        session,
        now,
        ("approval", str(approval.id)),
        (chart.unbilled(of.company_id), bill.bill_minor),
        (chart.INCOME_SERVICES, -bill.bill_minor),
        (chart.EXPENSE_TRAINERS, pay.pay_minor),
        (chart.trainer_payable(of.trainer_id), -pay.pay_minor),
    )
    return Approved(sheet, bill, pay)


async def invoice(
    session: AsyncSession,
    weeks: Sequence[Approved],
    *,
    now: datetime,
    by_user_id: UUID,
    sequence: int = 1,
    tax_minor: int = 0,
    **over: Any,
) -> Invoice:
    """An issued invoice over these weeks, posted."""
    company_id = weeks[0].bill.company_id
    net = sum(week.bill.bill_minor for week in weeks)
    run = InvoiceRun(
        id=new_id(), through_on=now.date(), created_by_user_id=by_user_id, created_at=now
    )
    session.add(run)
    await session.flush()
    row = Invoice(
        id=new_id(), run_id=run.id, company_id=company_id, series="RE", year=now.year,
        sequence=sequence, number=f"RE-{now.year}-{sequence:05d}", state="issued", language="en",
        currency="USD", net_minor=net, tax_minor=tax_minor, gross_minor=net + tax_minor,
        issuer={"address": {"country": "DE"}},
        buyer=over.pop("buyer", {"legal_name": "Beispiel Labs Inc.", "vat_id": None}),
        service_from_on=now.date(), service_to_on=now.date(), issued_at=now,
        issued_on=over.pop("issued_on", now.date()), due_on=now.date() + timedelta(days=14),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    for place, week in enumerate(weeks, 1):
        session.add(
            InvoiceLine(
                id=new_id(), invoice_id=row.id, place=place, bill_line_id=week.bill.id,
                position_title=over.get("position_title", "Emergency physician"),
                trainer_label="E. B.", purchase_order=None,
                week_from_on=week.bill.week_starts_at.date(),
                week_to_on=week.bill.week_ends_at.date() - timedelta(days=1),
                minutes=week.bill.minutes, bill_rate_minor=week.bill.bill_rate_minor,
                net_minor=week.bill.bill_minor, currency="USD", tax_category="O", tax_rate_bps=0,
            )
        )  # fmt: skip
    session.add(
        InvoiceTaxGroup(
            invoice_id=row.id, category="O", rate_bps=0, net_minor=net, tax_minor=tax_minor,
            currency="USD",
        )
    )  # fmt: skip
    await session.flush()
    await _post(
        session,
        now,
        ("invoice", str(row.id)),
        (chart.receivable(company_id), row.gross_minor),
        (chart.unbilled(company_id), -net),
        (chart.vat("DE"), -tax_minor),
    )
    return row


async def collected(
    session: AsyncSession,
    of: Invoice,
    weeks: Sequence[Approved],
    *,
    now: datetime,
    user_id: UUID | None = None,
    fee_minor: int = 3_000,
    cleared: bool = True,
) -> None:
    """The invoice's money came in, and the weeks are funded.

    With a `user_id` finance recorded it at the bank; without one it came through Checkout, and is
    `cleared` once Stripe has made it available.
    """
    row = Collection(
        id=new_id(), company_id=of.company_id, invoice_id=of.id,
        kind="recorded" if user_id else "checkout", state="paid",
        amount_minor=of.gross_minor, currency="USD", intended_at=now, looked_at=now,
        paid_at=now,
    )  # fmt: skip
    if user_id:
        row.evidence, row.recorded_by_user_id = "Statement 7", user_id
        row.received_on = now.date()
    else:
        row.provider_session_id, row.checkout_url = f"cs_{row.id.hex}", "https://pay.example"
        row.balance_transaction_id, row.provider_charge_id = f"txn_{row.id.hex}", f"ch_{row.id.hex}"
        row.stripe_fee_minor, row.available_at = fee_minor, now
        row.cleared_at = now if cleared else None
    session.add(row)
    of.state, of.collected_at, of.settled_minor = "collected", now, of.gross_minor
    await session.flush()
    session.add(
        InvoiceSettlement(
            id=new_id(), invoice_id=of.id, collection_id=row.id, kind="payment", about_id=row.id,
            amount_minor=of.gross_minor, currency="USD", at=now,
        )
    )  # fmt: skip
    for week in weeks:
        approval = await session.get(Approval, week.bill.approval_id)
        assert approval is not None
        approval.funded_at = now
    await session.flush()
    owed = (chart.receivable(of.company_id), -of.gross_minor)
    net = of.gross_minor - fee_minor
    if user_id:
        await _post(session, now, ("collection", str(of.id)), (chart.BANK, of.gross_minor), owed)
        return
    fee = (chart.EXPENSE_PROCESSING, fee_minor)
    pending = (chart.STRIPE_PENDING, net)
    await _post(session, now, ("collection", str(of.id)), pending, fee, owed)
    if cleared:
        cleared_entries = ((chart.STRIPE_AVAILABLE, net), (chart.STRIPE_PENDING, -net))
        await _post(session, now, ("cleared", str(of.id)), *cleared_entries)


async def payout(
    session: AsyncSession,
    weeks: Sequence[Approved],
    *,
    now: datetime,
    by_user_id: UUID,
    settled: bool = True,
    account: str = "acct_beispiel",
) -> Payout:
    """These weeks paid out: decided, transferred and, if `settled`, arrived at her bank."""
    trainer_id = weeks[0].pay.trainer_id
    minor = sum(week.pay.pay_minor for week in weeks)
    run = PayoutRun(
        id=new_id(), as_of_at=now, state="finished", created_by_user_id=by_user_id, created_at=now
    )
    session.add(run)
    await session.flush()
    row = Payout(
        id=new_id(), run_id=run.id, trainer_id=trainer_id,
        state="settled" if settled else "sent", pay_minor=minor, currency="USD",
        provider_account_id=account, created_at=now, sent_at=now,
        settled_at=now if settled else None,
    )  # fmt: skip
    row.transfer_id = f"tr_{row.id.hex}"
    session.add(row)
    await session.flush()
    for week in weeks:
        session.add(
            PayoutLine(
                payout_id=row.id, pay_line_id=week.pay.id, pay_minor=week.pay.pay_minor,
                currency="USD",
            )
        )  # fmt: skip
    session.add(
        PayoutAttempt(
            id=new_id(), payout_id=row.id, kind="transfer", number=1, state="settled",
            amount_minor=minor, currency="USD", destination=account, provider_id=row.transfer_id,
            intended_at=now, sending_at=now, finished_at=now,
        )
    )  # fmt: skip
    await session.flush()
    payable, paying = chart.trainer_payable(trainer_id), chart.trainer_paying(trainer_id)
    connected = chart.connected(account)
    steps = [
        ("payout", (payable, minor), (paying, -minor)),
        ("transfer", (connected, minor), (chart.STRIPE_AVAILABLE, -minor)),
        ("bank_payout", (paying, minor), (connected, -minor)),
    ]
    for source, *entries in steps if settled else steps[:2]:
        await _post(session, now, (source, str(row.id)), *entries)
    return row


async def hold(session: AsyncSession, on: Payout, *, now: datetime) -> PayoutHold:
    """Finance has stopped this payout."""
    row = PayoutHold(
        id=new_id(), trainer_id=on.trainer_id, payout_id=on.id, cause="finance_hold",
        reason="Asked back.", placed_by="test", placed_at=now, look_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def awaiting_write_off(session: AsyncSession, of: Invoice, *, now: datetime) -> UUID:
    """Somebody in finance gives this invoice up, and it awaits another one."""
    row = WriteOff(
        id=new_id(), invoice_id=of.id, company_id=of.company_id, state="awaiting_approval",
        amount_minor=of.gross_minor - of.settled_minor, currency=of.currency,
        reason_code="insolvency", reason="Proceedings were opened.", evidence="36 IN 1234/26",
        ordered_by_user_id=(await people.user(session, now=now, door="finance")).id,
        ordered_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row.id


async def in_suspense(session: AsyncSession, user_id: UUID, *, now: datetime) -> UUID:
    """Money at the bank of which nobody knows whose it is."""
    receipt = Receipt(Money(7_000, "USD"), now.date(), "Statement 9")
    actor = FinanceActor(user_id)
    return await suspense.record(session, actor, receipt, payer="A. Nobody", now=now)
