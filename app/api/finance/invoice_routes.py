"""Invoices at the finance door: issuer, runs, reads, files, recorded payments."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from app.api import door, files
from app.api.door import Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.invoices import RecordPayment, RunInvoices, SetIssuerProfile
from app.api.finance.views import invoices as views
from app.api.finance.views.invoices import (
    FinanceInvoice,
    FinanceInvoiceRun,
    FinanceInvoiceSummary,
    FinanceIssuer,
)
from app.api.paging import Listed, PageAsked, listed
from app.domain.invoicing import InvoiceState
from app.invoicing import documents, issuers, queries, recording, running

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


@router.put("/issuer", operation_id="set_issuer_profile")
async def set_issuer_profile(
    said: SetIssuerProfile, caller: Caller, session: Session, now: Now
) -> FinanceIssuer:
    """Set the platform's own legal entity, printed on invoices from now on. Issued invoices keep
    theirs. Outside development no invoice can be issued before this is set."""
    saved = await issuers.set_issuer_profile(session, caller, said.issuer(), now=now)
    return views.issuer(saved)


@router.get("/issuer", operation_id="get_issuer_profile")
async def get_issuer_profile(caller: Caller, session: Session, now: Now, run: Run) -> FinanceIssuer:
    """The issuer that the next invoice prints; 409 `issuer_profile_missing` if none is set."""
    del caller
    sample = run.settings.is_development
    return views.issuer(await issuers.current(session, at=now, sample_allowed=sample))


@router.post("/invoice-runs", operation_id="run_invoices", status_code=201)
async def run_invoices(
    said: RunInvoices, caller: Caller, session: Session, now: Now, run: Run
) -> FinanceInvoiceRun:
    """Invoice all time approved through a day (UTC, inclusive) that is on no invoice yet: one
    invoice per company and currency. Runs may overlap: each approved line lands on one invoice."""
    facts = await running.run_invoices(
        session,
        caller,
        through_on=said.through,
        company_id=said.company_id,
        sample_issuer=run.settings.is_development,
        now=now,
    )
    return views.run(facts, now.date())


@router.get("/invoices", operation_id="list_invoices", response_model=Listed[FinanceInvoiceSummary])
async def list_invoices(
    *,
    request: Request,
    caller: Caller,
    session: Session,
    now: Now,
    page: PageAsked,
    company_id: Annotated[UUID | None, Query(description="Only this company's.")] = None,
    state: Annotated[InvoiceState | None, Query(description="Only in this state.")] = None,
) -> dict[str, Any]:
    """Invoices of all companies, newest first."""
    found = await queries.list_all(session, caller, page, company_id=company_id, state=state)
    return listed(request, found, lambda facts: views.summary(facts, now.date()))


@router.get("/invoices/{invoice_id}", operation_id="get_invoice")
async def get_invoice(
    invoice_id: UUID, caller: Caller, session: Session, now: Now
) -> FinanceInvoice:
    """One invoice with its lines, tax groups and payment."""
    facts = await queries.any_invoice(session, caller, invoice_id)
    paid = await queries.payment_of(session, caller, invoice_id)
    return views.invoice(facts, paid, now.date())


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
        facts = await queries.any_invoice(session, caller, invoice_id)
    name = f"{facts.summary.number}.{format}"
    if format == "csv":
        return files.attachment(documents.csv_of(facts), name=name, media_type=files.CSV)
    outside = run.outside
    pdf = await documents.pdf_of(run.database, outside.files, outside.documents, facts)
    return files.attachment(pdf, name=name, media_type=files.PDF)


@router.post("/invoices/{invoice_id}/payments", operation_id="record_payment", status_code=201)
async def record_payment(
    invoice_id: UUID, said: RecordPayment, caller: Caller, run: Run, now: Now
) -> FinanceInvoice:
    """Record a payment seen at the bank. What is short stays due, what is too much is in the
    company's wallet. An open payment page is closed first; 409 `payment_under_way` while money
    may be coming through it."""
    payments = run.outside.payments
    await recording.record_payment(
        run.database, payments, caller, invoice_id, receipt=said.receipt(), now=now
    )
    async with run.database.begin() as session:
        facts = await queries.any_invoice(session, caller, invoice_id)
        paid = await queries.payment_of(session, caller, invoice_id)
    return views.invoice(facts, paid, now.date())
