"""Each identity of invoicing, broken once on purpose."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.money import Money
from app.invoicing import dunning, proof, suspense
from app.invoicing.recording import Receipt
from tests.factories.invoiced import Stage

FREE = "SET LOCAL session_replication_role = replica"

BREAKS = {
    "invoice numbers run 1..n in every series": "UPDATE invoice_series SET last_number = 2",
    "an invoice is the sum of its lines and tax groups": "UPDATE invoice_lines SET net_minor = 999",
    "tax is computed once per group of lines": "UPDATE invoice_tax_groups SET tax_minor = 1899",
    "an approved line stands on at most one invoice, as approved": (
        "UPDATE bill_lines SET bill_minor = 9999"
    ),
    "a collected invoice is settled whole and funds its time": (
        "UPDATE approvals SET funded_at = NULL"
    ),
    "receivable = what is open of invoices": (
        "UPDATE invoices SET state = 'issued', collected_at = NULL, settled_minor = 0"
    ),
    "unbilled = approved and not invoiced": "DELETE FROM invoice_lines",
    "pending at Stripe = moved there and not yet available": (
        "UPDATE collections SET stripe_fee_minor = stripe_fee_minor + 1"
    ),
    "a payment is on its invoice or credit, less what was taken back": (
        "UPDATE collections SET returned_minor = 7"
    ),
    "what was taken back is missing where its refund or dispute says": (
        "UPDATE refunds SET from_invoice_minor = 0, from_us_minor = amount_minor"
    ),
    "wallets, holds and refunds under way = their moves": "UPDATE refunds SET state = 'unknown'",
    "suspense = money of which nobody knows whose it is": (
        "UPDATE suspense_items SET amount_minor = 8"
    ),
    "new time stops only where an invoice has come to it": (
        "UPDATE credit_stops SET stopped_at = stopped_at - interval '60 days'"
    ),
    "what a wallet paid is settled on an invoice": (
        "UPDATE credit_moves SET amount_minor = amount_minor - 1 WHERE kind = 'wallet'"
    ),
    "written off = as decided, less what was recovered": (
        "INSERT INTO write_off_moves (id, invoice_id, kind, about_id, amount_minor, tax_minor,"
        " currency, at) SELECT id, id, 'recovered', id, -5, 0, currency, now() FROM invoices"
    ),
    "disputed money and what it cost = disputes and refunds": (
        "UPDATE refunds SET from_invoice_minor = 0, from_us_minor = amount_minor"
    ),
}


async def broken(stage: Stage, statement: str | None) -> set[str]:
    async with stage.runtime.database.begin() as session:
        if statement:
            await session.execute(text(FREE))
            await session.execute(text(statement))
        found = await proof.prove(session)
        await session.rollback()
    assert {each.name for each in found} == set(BREAKS)
    assert all(each.checked > 0 for each in found)
    return {each.name for each in found if not each.holds}


@pytest.fixture
def names() -> list[str]:
    return list(BREAKS)


async def test_every_breach_is_found_and_named(stage: Stage, names: list[str]) -> None:
    await stage.pay_page()
    await stage.somebody_pays()
    await stage.settle()
    await stage.refund("goodwill", 500)
    await stage.work()
    await stage.refund("reopen", 700)
    await stage.work()
    late = stage.now + timedelta(days=60)
    async with stage.runtime.database.begin() as session:
        assert await dunning.dun(session, stage.invoice_id, now=late) == "stopped"
    await stage.record_top_up(1_000)
    async with stage.runtime.database.begin() as session:
        receipt = Receipt(Money(700, "EUR"), stage.now.date(), "Statement 9")
        await suspense.record(session, stage.finance, receipt, payer="A. Nobody", now=stage.now)
    assert await broken(stage, None) == set()
    for name in names:
        assert name in await broken(stage, BREAKS[name]), name
