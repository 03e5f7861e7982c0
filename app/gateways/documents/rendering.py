"""Everything that an invoice prints, and who prints it.

Amounts are integers in minor units of the document's one currency, `bill_rate_minor` is an hour's;
tax rates are basis points. Texts are plain text of any language.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from app.domain.adjustments import LineType

DocumentLanguage = Literal["en", "de"]


@dataclass(frozen=True, slots=True)
class IssuerDetails:
    """Who sells. `address_lines` are the lines below the name, country last."""

    name: str
    address_lines: tuple[str, ...]
    email: str
    iban: str
    bic: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    register_entry: str | None = None


@dataclass(frozen=True, slots=True)
class BuyerDetails:
    """Who buys, with the references that its accounts department asked for."""

    legal_name: str
    address_lines: tuple[str, ...]
    vat_id: str | None = None
    buyer_reference: str | None = None
    cost_centre: str | None = None
    purchase_order: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """Minutes of one trainer in one position at one bill rate, `worked_from..worked_until`.

    Both dates are included. `trainer_label` is the name under which the client knows the trainer.
    A purchase order of the line is for invoices on which the positions have different ones. A line
    of another type than time says so; a bonus, an expense or a clawback is a sum without minutes.
    """

    position_title: str
    trainer_label: str
    worked_from: date
    worked_until: date
    minutes: int
    bill_rate_minor: int
    net_minor: int
    tax_category: str
    purchase_order: str | None = None
    type: LineType = LineType.TIME


@dataclass(frozen=True, slots=True)
class DocumentTaxGroup:
    """The tax on all lines of one category and rate."""

    tax_category: str
    tax_rate_bps: int
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """One issued invoice as it is printed; nothing in it is computed by the printer.

    `notes` are sentences that belong on the invoice, such as the reverse-charge sentence.
    `service_from..service_until` includes both dates. `sample` marks invented data in the footer.
    """

    language: DocumentLanguage
    issuer: IssuerDetails
    buyer: BuyerDetails
    number: str
    issued_on: date
    due_on: date
    service_from: date
    service_until: date
    currency: str
    lines: tuple[DocumentLine, ...]
    tax_groups: tuple[DocumentTaxGroup, ...]
    net_minor: int
    tax_minor: int
    gross_minor: int
    payment_terms: str
    notes: tuple[str, ...] = ()
    pay_online_url: str | None = None
    sample: bool = False


class DocumentRenderer(Protocol):
    """Prints documents. Equal documents give equal bytes."""

    async def render_invoice(self, document: InvoiceDocument) -> bytes:
        """The invoice as a PDF/A-3b file."""
        ...
