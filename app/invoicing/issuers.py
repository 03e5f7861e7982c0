"""The platform's own legal entity, as it is printed on invoices: dated, never rewritten."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import invoice_maths, postal
from app.domain.actor import FinanceActor
from app.domain.refusals import FieldProblem, InvalidValues
from app.invoicing.refusals import IssuerProfileMissing
from app.invoicing.tables import IssuerProfile
from app.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class IssuerAddress:
    line1: str
    city: str
    postal_code: str
    country: str
    line2: str | None = None


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who sells. `sample` marks the invented issuer of development, which every page says."""

    legal_name: str
    address: IssuerAddress
    email: str
    iban: str
    bic: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    register_entry: str | None = None
    sample: bool = False


# The VAT id has no valid digits and the IBAN no valid check digits, so that nobody can mistake an
# invoice of a trial installation for a claim, or pay it.
DEVELOPMENT_ISSUER = Issuer(
    legal_name="Lehrwerk Musterbetrieb GmbH",
    address=IssuerAddress("Beispielstraße 1", "Berlin", "10115", "DE"),
    email="rechnung@lehrwerk.example",
    iban="DE00123456780000000000",
    bic="XXXXDEBBXXX",
    vat_id="DE000000000",
    register_entry="Amtsgericht Musterstadt, HRB 000000",
    sample=True,
)


async def set_issuer_profile(
    session: AsyncSession, actor: FinanceActor, issuer: Issuer, *, now: datetime
) -> Issuer:
    """Print this issuer from now on; issued invoices keep theirs. The same again changes nothing.

    Raises InvalidValues: the tax rules of the country are unknown, the IBAN has a typing error, or
    neither VAT id nor tax number is given.
    """
    problems = tuple(_problems(issuer))
    if problems:
        raise InvalidValues(errors=problems)
    if await _newest(session, now) == issuer:
        return issuer
    session.add(
        IssuerProfile(
            id=new_id(), profile=asdict(issuer), effective_at=now, set_by_user_id=actor.user_id
        )
    )
    await session.flush()
    return issuer


async def current(session: AsyncSession, *, at: datetime, sample_allowed: bool) -> Issuer:
    """The issuer in force. Raises IssuerProfileMissing unless the invented one may stand in."""
    found = await _newest(session, at)
    if found is not None:
        return found
    if not sample_allowed:
        raise IssuerProfileMissing
    return DEVELOPMENT_ISSUER


async def _newest(session: AsyncSession, at: datetime) -> Issuer | None:
    stored = await session.scalar(
        select(IssuerProfile.profile)
        .where(IssuerProfile.effective_at <= at)
        .order_by(IssuerProfile.effective_at.desc())
        .limit(1)
    )
    return None if stored is None else read(stored)


def read(stored: dict[str, Any]) -> Issuer:
    """An issuer from its stored form, as a profile or pinned on an invoice."""
    return Issuer(**{**stored, "address": IssuerAddress(**stored["address"])})


def _problems(issuer: Issuer) -> list[FieldProblem]:
    found = []
    if not invoice_maths.issuer_is_supported(issuer.address.country):
        found.append(
            FieldProblem(
                "#/address/country",
                "issuer_country_unsupported",
                "The tax rules of this country are not built in. Known are "
                f"{', '.join(sorted(invoice_maths.STANDARD_TAX_RATE_BPS))}.",
                "Die Steuerregeln dieses Landes sind nicht eingebaut. Bekannt sind "
                f"{', '.join(sorted(invoice_maths.STANDARD_TAX_RATE_BPS))}.",
            )
        )
    if not postal.iban_is_plausible(issuer.iban):
        found.append(
            FieldProblem(
                "#/iban",
                "iban_invalid",
                "The check digits of this IBAN do not fit. Look for a typing error.",
                "Die Prüfziffern dieser IBAN passen nicht. Suchen Sie nach einem Tippfehler.",
            )
        )
    if issuer.vat_id is None and issuer.tax_number is None:
        found.append(
            FieldProblem(
                "#/vat_id",
                "tax_id_missing",
                "An invoice needs the issuer's VAT id or tax number. Send one of them.",
                "Eine Rechnung braucht USt-IdNr. oder Steuernummer des Ausstellers.",
            )
        )
    return found
