"""What a sale of hours comes to: its line amounts, its tax treatment, its totals.

All amounts are integers in minor units of one currency, all rates of tax are basis points
(19 % is 1900). Nothing here knows a currency: whoever adds amounts has made sure that they share
one. Negative amounts are allowed and round as mirror images, so that a credit note for the same
minutes cancels its invoice to the cent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from app.domain import money

NoteLanguage = Literal["en", "de"]

MINUTES_PER_HOUR: Final = 60
WHOLE_BPS: Final = 10_000

# Standard rates for services, by the issuer's country. An issuer elsewhere needs its rate added
# here by somebody who knows that country's rules; there is no sensible guess.
STANDARD_TAX_RATE_BPS: Final[Mapping[str, int]] = MappingProxyType(
    {"AT": 2000, "CH": 810, "DE": 1900}
)

# fmt: off
EU_MEMBER_STATES: Final = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)
# fmt: on
# Greek VAT ids start with EL, not with the ISO code. XI (Northern Ireland) is missing on purpose:
# it covers goods, and hours are a service.
_GREEK_VAT_PREFIX: Final = "EL"


class TaxTreatment(StrEnum):
    """How a sale is taxed; `category` is its code in UNCL 5305, as printed in e-invoices."""

    STANDARD = "standard"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE_SCOPE = "outside_scope"

    @property
    def category(self) -> str:
        return _CATEGORIES[self]


_CATEGORIES: Final[Mapping[TaxTreatment, str]] = MappingProxyType(
    {
        TaxTreatment.STANDARD: "S",
        TaxTreatment.REVERSE_CHARGE: "AE",
        TaxTreatment.OUTSIDE_SCOPE: "O",
    }
)

_TAX_NOTES: Final[Mapping[TaxTreatment, Mapping[NoteLanguage, str]]] = MappingProxyType(
    {
        TaxTreatment.REVERSE_CHARGE: {
            "en": "Reverse charge: VAT is to be accounted for by the recipient of the service "
            "(Articles 44 and 196 of Directive 2006/112/EC).",
            "de": "Steuerschuldnerschaft des Leistungsempfängers (Reverse Charge, "
            "Art. 44 und 196 der Richtlinie 2006/112/EG).",
        },
        TaxTreatment.OUTSIDE_SCOPE: {
            "en": "Outside the scope of VAT: the place of supply is where the recipient "
            "of the service is established.",
            "de": "Im Inland nicht steuerbare Leistung: Ort der Leistung ist der Sitz "
            "des Leistungsempfängers.",
        },
    }
)


@dataclass(frozen=True, slots=True)
class TaxTerms:
    """The treatment and rate of one sale; the rate is 0 unless the treatment is standard."""

    treatment: TaxTreatment
    tax_rate_bps: int


@dataclass(frozen=True, slots=True)
class TaxableLine:
    """The net amount of one invoice line and how it is taxed."""

    terms: TaxTerms
    net_minor: int


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """All lines of one treatment and rate, with the tax on their sum."""

    terms: TaxTerms
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceTotals:
    """`gross_minor = net_minor + tax_minor`, each the sum over the groups."""

    groups: tuple[TaxGroup, ...]
    net_minor: int
    tax_minor: int
    gross_minor: int


def line_net_minor(minutes: int, bill_rate_minor: int) -> int:
    """What `minutes` cost. Multiplied first and divided once: hours are never rounded."""
    return money.div_half_up(minutes * bill_rate_minor, MINUTES_PER_HOUR)


def tax_minor(net_minor: int, tax_rate_bps: int) -> int:
    """The tax on the net amount of a whole group, never of a line."""
    return money.div_half_up(net_minor * tax_rate_bps, WHOLE_BPS)


def issuer_is_supported(issuer_country: str) -> bool:
    """Whether `tax_terms` knows how an issuer seated there taxes its sales."""
    return issuer_country in STANDARD_TAX_RATE_BPS


def tax_terms(*, issuer_country: str, company_country: str, company_vat_id: str | None) -> TaxTerms:
    """How a sale of services to a business is taxed.

    Countries are ISO 3166 alpha-2 codes in capitals. A company in another member state pays the
    issuer's standard rate unless it shows a VAT id from a member state other than the issuer's:
    without one it has not proven to be a business. Raises KeyError for an issuer for which
    `issuer_is_supported` is false.
    """
    standard = TaxTerms(TaxTreatment.STANDARD, STANDARD_TAX_RATE_BPS[issuer_country])
    if company_country == issuer_country:
        return standard
    if issuer_country not in EU_MEMBER_STATES or company_country not in EU_MEMBER_STATES:
        return TaxTerms(TaxTreatment.OUTSIDE_SCOPE, 0)
    vat_state = vat_id_country(company_vat_id)
    if vat_state is None or vat_state == issuer_country:
        return standard
    return TaxTerms(TaxTreatment.REVERSE_CHARGE, 0)


def vat_id_country(vat_id: str | None) -> str | None:
    """The member state that a VAT id names by its prefix, or None; its digits are not checked."""
    if vat_id is None:
        return None
    prefix = vat_id.strip()[:2].upper()
    state = "GR" if prefix == _GREEK_VAT_PREFIX else prefix
    return state if state in EU_MEMBER_STATES else None


def tax_note(treatment: TaxTreatment, language: NoteLanguage) -> str | None:
    """The sentence that the law wants on the invoice, or None where tax is simply charged."""
    texts = _TAX_NOTES.get(treatment)
    return None if texts is None else texts[language]


def invoice_totals(lines: Iterable[TaxableLine]) -> InvoiceTotals:
    """Sums the lines by (treatment, rate), taxes each sum once, and adds up.

    Groups come in the order standard, reverse charge, outside scope, then by falling rate,
    whatever the order of the lines.
    """
    nets: dict[TaxTerms, int] = {}
    for line in lines:
        nets[line.terms] = nets.get(line.terms, 0) + line.net_minor
    order = list(TaxTreatment)
    groups = tuple(
        TaxGroup(terms, net, tax_minor(net, terms.tax_rate_bps))
        for terms, net in sorted(
            nets.items(), key=lambda item: (order.index(item[0].treatment), -item[0].tax_rate_bps)
        )
    )
    net_sum = sum(group.net_minor for group in groups)
    tax_sum = sum(group.tax_minor for group in groups)
    return InvoiceTotals(groups, net_sum, tax_sum, net_sum + tax_sum)
