"""What must be in place before trainers may see a project: all that is missing, at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.money import Money, format_minor
from app.domain.refusals import FieldProblem

# An offer's first day may lie this far back, so a position's may as well.
BACKDATED_DAYS = 14
REVERSE_CHARGE = "reverse_charge"


@dataclass(frozen=True, slots=True)
class Payer:
    """The billing profile as far as publishing needs it; `address` holds its required lines."""

    address: Sequence[str]
    vat_id: str | None
    tax_treatment: str | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A position to be published; `pointer` leads to it in what the caller sees.

    `card_bill_cap_minor` is the platform's cap an hour in the same currency. Only a position that
    is published for the first time is asked whether its first day is long past.
    """

    pointer: str
    starts_on: date
    ends_on: date | None
    bill_cap: Money
    card_bill_cap_minor: int
    first_time: bool


def missing(
    *, payer: Payer | None, budget: Money | None, positions: Sequence[Posted], on: date
) -> list[FieldProblem]:
    """Everything that stands in the way of publishing on the day `on`; empty when nothing does."""
    found = [*_payer(payer)]
    if not positions:
        found.append(_NO_POSITION)
    for position in positions:
        found.extend(_position(position, on))
    dearest = max((each.bill_cap.minor for each in positions), default=0)
    if budget is not None and budget.minor < dearest:
        found.append(_budget_too_small(Money(dearest, budget.currency)))
    return found


def _payer(payer: Payer | None) -> Iterator[FieldProblem]:
    if payer is None:
        yield _NO_BILLING_PROFILE
        return
    if not all(line.strip() for line in payer.address):
        yield _ADDRESS_INCOMPLETE
    if payer.tax_treatment == REVERSE_CHARGE and payer.vat_id is None:
        yield _NO_VAT_ID


def _position(position: Posted, on: date) -> Iterator[FieldProblem]:
    if position.ends_on is not None and position.ends_on < on:
        yield FieldProblem(
            f"{position.pointer}/ends_on",
            "ends_in_the_past",
            "The position has ended. Set a later last day, or none.",
            "Die Position ist schon zu Ende. Setzen Sie einen späteren letzten Tag oder keinen.",
        )
    elif position.first_time and position.starts_on < on - timedelta(days=BACKDATED_DAYS):
        yield FieldProblem(
            f"{position.pointer}/starts_on",
            "starts_in_the_past",
            f"The first day may lie at most {BACKDATED_DAYS} days back.",
            f"Der erste Tag darf höchstens {BACKDATED_DAYS} Tage zurückliegen.",
        )
    if position.bill_cap.minor > position.card_bill_cap_minor:
        currency = position.bill_cap.currency
        most_en, most_de = (
            format_minor(position.card_bill_cap_minor, currency, each) for each in ("en", "de")
        )
        yield FieldProblem(
            f"{position.pointer}/bill_rate_cap",
            "bill_cap_above_rate_card",
            f"The platform bills at most {most_en} an hour for this work. Lower the cap, or ask"
            " your contact to raise the rate card.",
            f"Die Plattform berechnet dafür höchstens {most_de} je Stunde. Senken Sie die"
            " Obergrenze oder bitten Sie um eine höhere Ratenkarte.",
        )


def _budget_too_small(hour: Money) -> FieldProblem:
    en, de = (format_minor(hour.minor, hour.currency, each) for each in ("en", "de"))
    return FieldProblem(
        "#/budget",
        "budget_below_one_hour",
        f"The budget does not pay for one hour at the highest cap, {en}. Raise it.",
        f"Das Budget reicht nicht für eine Stunde zur höchsten Obergrenze, {de}. Erhöhen Sie es.",
    )


_NO_BILLING_PROFILE = FieldProblem(
    "#/company/billing_profile",
    "billing_profile_missing",
    "Nobody can be invoiced yet: set the billing profile.",
    "Es gibt noch keinen Rechnungsempfänger: Legen Sie das Abrechnungsprofil an.",
)
_ADDRESS_INCOMPLETE = FieldProblem(
    "#/company/billing_profile/address",
    "address_incomplete",
    "The address needs a street line, a city, a postal code and a country.",
    "Die Anschrift braucht Straße, Ort, Postleitzahl und Land.",
)
_NO_VAT_ID = FieldProblem(
    "#/company/billing_profile/vat_id",
    "vat_id_missing",
    "Reverse charge needs your VAT id. Add it, or leave the tax treatment to us.",
    "Für die Umkehr der Steuerschuld fehlt Ihre USt-IdNr. Ergänzen Sie sie, oder überlassen Sie"
    " uns die steuerliche Behandlung.",
)
_NO_POSITION = FieldProblem(
    "#/positions",
    "positions_missing",
    "Add at least one position.",
    "Legen Sie mindestens eine Position an.",
)
