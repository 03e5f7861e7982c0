"""Invoices as files: printed once, kept, served byte for byte."""

import asyncio
import csv
import io
from hashlib import sha256

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from app.companies.tables import BillingProfile
from app.gateways.documents.rendering import InvoiceDocument
from app.gateways.files import FileGone, LocalFiles
from app.invoicing import documents, queries
from app.invoicing.documents import DocumentDamaged
from app.invoicing.queries import InvoiceFacts
from app.invoicing.tables import Invoice
from tests.factories import invoiced
from tests.factories.invoiced import Stage


async def facts_of(stage: Stage) -> InvoiceFacts:
    async with stage.runtime.database.begin() as session:
        return await queries.get_invoice(session, stage.invoice_id)


async def pdf(stage: Stage) -> bytes:
    outside = stage.runtime.outside
    facts = await facts_of(stage)
    return await documents.pdf_of(stage.runtime.database, outside.files, outside.documents, facts)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


async def test_the_job_prints_and_the_download_serves_the_same_bytes(stage: Stage) -> None:
    assert await stage.work() == 1
    async with stage.runtime.database.begin() as session:
        row = await session.get_one(Invoice, stage.invoice_id)
        key, digest = row.document_key, row.document_sha256
    assert key is not None
    kept = await stage.runtime.outside.files.get(key)
    assert sha256(kept).digest() == digest
    assert await pdf(stage) == kept
    text = text_of(kept)
    for said in (
        "RE-2026-" if stage.now.year == 2026 else "RE-",
        "Lehrwerk Musterbetrieb GmbH",
        "Beispiel Labs Inc.",
        "Erika B.",
        "119,00",
        "Zahlbar innerhalb von 14 Tagen ohne Abzug.",
        "erfundene Daten",
    ):
        assert said in text


async def test_nobody_has_to_wait_for_the_job(stage: Stage) -> None:
    first = await pdf(stage)
    await stage.work()
    assert await pdf(stage) == first


async def test_eight_downloads_at_once_get_one_file(stage: Stage) -> None:
    assert len(set(await asyncio.gather(*(pdf(stage) for _ in range(8))))) == 1


class OtherEveryTime:
    """A printer whose pages differ: what was kept first must win all the same."""

    def __init__(self) -> None:
        self.printed = 0

    async def render_invoice(self, document: InvoiceDocument) -> bytes:
        self.printed += 1
        return f"{document.number} {self.printed}".encode()


async def test_what_was_printed_first_stays(stage: Stage) -> None:
    printer, facts = OtherEveryTime(), await facts_of(stage)
    made = [
        documents.pdf_of(stage.runtime.database, stage.runtime.outside.files, printer, facts)
        for _ in range(4)
    ]
    assert len(set(await asyncio.gather(*made))) == 1


async def test_a_damaged_file_is_not_served(stage: Stage) -> None:
    await pdf(stage)
    async with stage.runtime.database.begin() as session:
        await session.execute(update(Invoice).values(document_sha256=b"\0" * 32))
    with pytest.raises(DocumentDamaged):
        await pdf(stage)
    async with stage.runtime.database.begin() as session:
        await session.execute(update(Invoice).values(document_key="invoices/gone.pdf"))
    assert isinstance(stage.runtime.outside.files, LocalFiles)
    with pytest.raises(FileGone):
        await pdf(stage)


async def test_the_reverse_charge_sentence_is_printed(stage: Stage) -> None:
    french = await invoiced.stage(stage.runtime, stage.sim, country="FR", vat_id="FR00000000000")
    text = text_of(await pdf(french))
    assert "Reverse charge" in text
    assert "France" in text
    assert "Payable within 14 days" in text


async def test_later_changes_of_the_company_do_not_reach_the_invoice(stage: Stage) -> None:
    async with stage.runtime.database.begin() as session:
        await session.execute(update(BillingProfile).values(legal_name="Umbenannt AG"))
    text = text_of(await pdf(stage))
    assert "Beispiel Labs Inc." in text
    assert "Umbenannt" not in text


async def test_purchase_orders_stand_where_they_belong(stage: Stage) -> None:
    one = await invoiced.stage(stage.runtime, stage.sim, position={"purchase_order": "PO-7"})
    described = documents.describe(await facts_of(one))
    assert described.buyer.purchase_order == "PO-7"
    assert [line.purchase_order for line in described.lines] == [None]


async def test_lines_as_csv(stage: Stage) -> None:
    evil = await invoiced.stage(
        stage.runtime, stage.sim, minutes=20, position={"title": "=1+1"}, bill_rate_minor=9_999
    )
    rows = list(csv.DictReader(io.StringIO(documents.csv_of(await facts_of(evil)).decode())))
    (row,) = rows
    assert row["position"] == "'=1+1"
    assert (row["minutes"], row["rate_per_hour"], row["net_amount"]) == ("20", "99.99", "33.33")
    assert (row["currency"], row["tax_category"], row["tax_rate_percent"]) == ("EUR", "S", "19.00")
    assert row["purchase_order"] == ""
    yen = await invoiced.stage(
        stage.runtime, stage.sim, country="JP", currency="JPY", bill_rate_minor=12_000
    )
    (row,) = csv.DictReader(io.StringIO(documents.csv_of(await facts_of(yen)).decode()))
    assert (row["rate_per_hour"], row["net_amount"]) == ("12000", "12000")
