"""An invoice that is given up is our loss, by two people above a sum, and is recovered if paid."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import crossing
from app.domain.actor import FinanceActor
from app.domain.invoicing import InvoiceState
from app.domain.money import Money
from app.domain.refusals import SecondPersonNeeded
from app.domain.writing_off import WriteOffReason, WriteOffState
from app.invoicing import dunning, given_up, proof, queries, recording, writing_off
from app.invoicing.recording import Receipt
from app.invoicing.refusals import (
    InvoiceAlreadyCollected,
    InvoiceAlreadyWrittenOff,
    WriteOffAwaitsNobody,
    WriteOffOutdated,
)
from app.invoicing.writing_off import WriteOffWanted
from app.kit.paging import Cut
from app.timesheets.tables import Approval
from tests.factories import people
from tests.factories.adjusted import approved_week, invoice
from tests.factories.at_work import Deal, deal
from tests.factories.hours import NOW

INSOLVENT = WriteOffWanted(WriteOffReason.INSOLVENCY, "Proceedings were opened.", "36 IN 1234/26")
NET, TAX = 20_000, 3_800
GROSS = NET + TAX


async def staff(session: AsyncSession) -> FinanceActor:
    return FinanceActor((await people.user(session, now=NOW, door="finance")).id)


async def issued(session: AsyncSession) -> tuple[Deal, UUID]:
    """Two hours at 100.00, invoiced with 19 %."""
    company = await people.company(session, now=NOW, country="DE")
    at = await deal(session, now=NOW, company=company, bill_minor=10_000, pay_minor=8_000)
    await approved_week(session, at)
    (made,) = (await invoice(session)).invoices
    assert (made.net_minor, made.tax_minor) == (NET, TAX)
    return at, made.id


async def pay(session: AsyncSession, actor: FinanceActor, invoice_id: UUID, minor: int) -> None:
    receipt = Receipt(Money(minor, "USD"), NOW.date(), f"Statement over {minor}")
    assert await recording.record_once(
        session, actor, invoice_id, receipt, closed=None, now=NOW
    ) is None  # fmt: skip
    await assert_proven(session)


async def balances(session: AsyncSession) -> dict[str, int]:
    rows = await session.execute(
        text(
            "SELECT a.key, sum(e.amount_minor)::bigint AS minor FROM ledger_entries e"
            " JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.key"
            " HAVING sum(e.amount_minor) <> 0"
        )
    )
    return {row.key: row.minor for row in rows}


async def assert_proven(session: AsyncSession) -> None:
    for room in (proof, crossing):
        for identity in await room.prove(session):
            assert identity.holds, identity


async def test_the_rest_is_our_loss_and_a_late_payment_recovers_it(session: AsyncSession) -> None:
    at, invoice_id = await issued(session)
    actor = await staff(session)
    await pay(session, actor, invoice_id, 5_000)
    id_ = await writing_off.order(session, actor, invoice_id, INSOLVENT, above_minor=None, now=NOW)
    await assert_proven(session)
    (summary,) = await queries.summaries(session, [invoice_id])
    assert summary.state is InvoiceState.UNCOLLECTIBLE
    assert summary.owed_state is InvoiceState.ISSUED
    assert (summary.due_minor, summary.written_off_minor) == (18_800, 18_800)
    tax = 3_002  # 18,800 × 3,800 / 23,800 = 3,001.68
    facts = await given_up.get_write_off(session, actor, id_)
    assert (facts.state, facts.amount_minor, facts.tax_minor) == ("booked", 18_800, tax)
    payable = f"liability:trainer:{at.trainer.id}:payable"
    lost = {
        "asset:bank": 5_000,
        "expense:bad_debt:client": 18_800 - tax,
        "expense:trainers": 16_000,
        "income:services": -NET,
        "liability:tax:vat:DE": -TAX + tax,
        payable: -16_000,
    }
    assert await balances(session) == lost
    assert (await session.scalars(select(Approval.funded_at))).all() == [NOW]
    assert await dunning.dun(session, invoice_id, now=NOW + timedelta(days=60)) is None
    with pytest.raises(InvoiceAlreadyWrittenOff):
        await writing_off.order(session, actor, invoice_id, INSOLVENT, above_minor=None, now=NOW)
    await pay(session, actor, invoice_id, 100)
    await pay(session, actor, invoice_id, 18_800)  # 100 too much
    assert await balances(session) == {
        "asset:bank": GROSS + 100,
        "expense:trainers": 16_000,
        "income:services": -NET,
        "liability:tax:vat:DE": -TAX,
        f"liability:client:{at.company.id}:prepaid": -100,
        payable: -16_000,
    }
    (summary,) = await queries.summaries(session, [invoice_id])
    assert summary.state is InvoiceState.COLLECTED
    assert summary.written_off_minor == 0
    with pytest.raises(InvoiceAlreadyCollected):
        await writing_off.order(session, actor, invoice_id, INSOLVENT, above_minor=None, now=NOW)


async def test_above_a_sum_two_people_look(session: AsyncSession) -> None:
    _, invoice_id = await issued(session)
    first, second = await staff(session), await staff(session)
    order = (session, first, invoice_id)
    id_ = await writing_off.order(*order, INSOLVENT, above_minor=GROSS - 1, now=NOW)
    assert await writing_off.order(*order, INSOLVENT, above_minor=GROSS - 1, now=NOW) == id_
    (summary,) = await queries.summaries(session, [invoice_id])
    assert summary.state is InvoiceState.ISSUED
    with pytest.raises(SecondPersonNeeded):
        await writing_off.approve(session, first, id_, now=NOW)
    await pay(session, first, invoice_id, 300)
    with pytest.raises(WriteOffOutdated):
        await writing_off.approve(session, second, id_, now=NOW)
    anew = await writing_off.order(*order, INSOLVENT, above_minor=100, now=NOW)
    await writing_off.approve(session, second, anew, now=NOW)
    await assert_proven(session)
    with pytest.raises(WriteOffAwaitsNobody):
        await writing_off.approve(session, second, anew, now=NOW)
    found = await given_up.list_write_offs(session, first, Cut(), invoice_id=invoice_id)
    told = {each.id: (each.state, each.has_second_person) for each in found.items}
    assert told == {id_: (WriteOffState.LAPSED, False), anew: (WriteOffState.BOOKED, True)}


async def test_a_day_of_small_ones_is_counted_together(session: AsyncSession) -> None:
    actor = await staff(session)
    states = []
    for _ in range(2):
        _, invoice_id = await issued(session)
        id_ = await writing_off.order(
            session, actor, invoice_id, INSOLVENT, above_minor=GROSS, now=NOW
        )
        states.append((await given_up.get_write_off(session, actor, id_)).state)
    assert states == [WriteOffState.BOOKED, WriteOffState.AWAITING_APPROVAL]
