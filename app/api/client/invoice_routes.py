"""Invoices at the client door: reads, files, and paying online."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response

from app.api import door, files
from app.api.client.actor import Caller
from app.api.client.views import invoices as views
from app.api.client.views.invoice_traces import ClientLineExplanation, explanation
from app.api.client.views.invoices import ClientInvoice, ClientInvoiceSummary, ClientPaymentPage
from app.api.door import Now, Run, Session
from app.api.errors import language_of
from app.api.paging import Listed, PageAsked, listed
from app.domain.invoicing import InvoiceState
from app.invoicing import documents, explaining, paying, queries

router = door.router("invoices")
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, as an attachment.",
        "content": {
            files.PDF: {"schema": {"type": "string", "format": "binary"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


@router.get("/invoices", operation_id="list_invoices", response_model=Listed[ClientInvoiceSummary])
async def list_invoices(
    *,
    request: Request,
    caller: Caller,
    session: Session,
    now: Now,
    page: PageAsked,
    state: Annotated[
        Literal["issued", "collected"] | None, Query(description="Only in this state.")
    ] = None,
) -> dict[str, Any]:
    """Your company's invoices, newest first."""
    asked = None if state is None else InvoiceState(state)
    found = await queries.list_of_company(session, caller, page, state=asked)
    return listed(request, found, lambda facts: views.summary(facts, now.date()))


@router.get("/invoices/{invoice_id}", operation_id="get_invoice")
async def get_invoice(
    invoice_id: UUID, caller: Caller, session: Session, now: Now
) -> ClientInvoice:
    """One invoice with its lines and tax groups."""
    return views.invoice(await queries.of_company(session, caller, invoice_id), now.date())


@router.get("/invoices/{invoice_id}/lines/{place}/explanation", operation_id="explain_invoice_line")
async def explain_invoice_line(
    request: Request,
    invoice_id: UUID,
    place: Annotated[int, Path(ge=1, le=1_000_000, description="The line's `place`.")],
    *,
    caller: Caller,
    session: Session,
) -> ClientLineExplanation:
    """Why the line's amount is what it is, from each entry's seconds to the cent and its tax."""
    found = await explaining.explain(session, caller, invoice_id, place)
    return explanation(found, language_of(request))


@router.get(
    "/invoices/{invoice_id}/download",
    operation_id="download_invoice",
    response_class=Response,
    responses=_FILE,
)
async def download_invoice(
    invoice_id: UUID,
    caller: Caller,
    run: Run,
    format: Annotated[  # noqa: A002 – the promised name of the parameter
        Literal["pdf", "csv"], Query(description="The printed invoice, or its lines.")
    ] = "pdf",
) -> Response:
    """The invoice as PDF/A, the same bytes every time, or its lines as CSV."""
    async with run.database.begin() as session:
        facts = await queries.of_company(session, caller, invoice_id)
    name = f"{facts.summary.number}.{format}"
    if format == "csv":
        return files.attachment(documents.csv_of(facts), name=name, media_type=files.CSV)
    outside = run.outside
    pdf = await documents.pdf_of(run.database, outside.files, outside.documents, facts)
    return files.attachment(pdf, name=name, media_type=files.PDF)


@router.post("/invoices/{invoice_id}/pay", operation_id="pay_invoice")
async def pay_invoice(invoice_id: UUID, caller: Caller, run: Run, now: Now) -> ClientPaymentPage:
    """The address of the payment page for the whole amount due: the same one until it expires.
    409 `invoice_already_collected` once it is paid; 503 means that nothing was paid, so retry."""
    page = await paying.pay_invoice(
        run.database,
        run.outside.payments,
        caller,
        invoice_id,
        return_url=run.settings.public_url,
        now=now,
    )
    return views.payment_page(page)
