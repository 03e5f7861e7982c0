"""Why a line of an invoice is what it is: entries → rounding → dated bill terms → tax → invoice."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor
from app.domain.permissions import Permission, require
from app.domain.refusals import NotFound
from app.invoicing import queries
from app.invoicing.queries import InvoiceLineFacts, InvoiceSummary, TaxGroupFacts
from app.invoicing.tables import InvoiceLine
from app.timesheets import bill_traces
from app.timesheets.tracing import TracedLine


@dataclass(frozen=True, slots=True)
class ExplainedInvoiceLine:
    """The line as it was printed, what it comes from, and the tax group that it is taxed in.

    `taxed_together`: how many lines the group holds; tax is rounded once over all of them.
    """

    invoice: InvoiceSummary
    line: InvoiceLineFacts
    traced: TracedLine
    tax: TaxGroupFacts
    taxed_together: int


async def explain(
    session: AsyncSession, actor: ClientActor, invoice_id: UUID, place: int
) -> ExplainedInvoiceLine:
    """One line of the company's own invoice. Raises NotAllowed, NotFound."""
    require(actor, Permission.READ_TIME)
    facts = await queries.of_company(session, actor, invoice_id)
    bill_line_id = await session.scalar(
        select(InvoiceLine.bill_line_id).where(
            InvoiceLine.invoice_id == invoice_id, InvoiceLine.place == place
        )
    )
    if bill_line_id is None:
        raise NotFound
    line = next(line for line in facts.lines if line.place == place)
    (traced,) = await bill_traces.of_lines(session, [bill_line_id])
    taxed = (line.tax_category, line.tax_rate_bps)
    return ExplainedInvoiceLine(
        facts.summary,
        line,
        traced,
        next(group for group in facts.tax_groups if (group.category, group.rate_bps) == taxed),
        sum((other.tax_category, other.tax_rate_bps) == taxed for other in facts.lines),
    )
