"""What a company sees of its saved means of payment."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.domain import mandates
from app.invoicing.methods import MethodFacts
from app.invoicing.saving import SetupPage


class ClientPaymentConsent(Seen):
    """What your company agrees to when it saves a means of payment, in the caller's language."""

    version: str = Field(examples=[mandates.CONSENT_VERSION])
    language: Literal["en", "de"]
    text: str


class ClientSetupPage(Seen):
    """Send a member to `setup_url`. The means of payment is listed once it is saved."""

    payment_method_id: UUID
    setup_url: str


class ClientPaymentMethod(Seen):
    """A card or a bank account, with the consent behind it. `charged`: due invoices are charged to
    this one, the newest that is active."""

    id: UUID
    state: Literal["active", "removed"]
    charged: bool
    kind: str = Field(examples=["card", "sepa_debit"])
    brand: str = Field(examples=["visa"])
    last_four: str = Field(examples=["4242"])
    expires_year: int | None
    expires_month: int | None
    consent_version: str
    consent_text: str
    consented_at: datetime
    saved_at: datetime
    removed_at: datetime | None


def consent(language: str) -> ClientPaymentConsent:
    return ClientPaymentConsent(
        version=mandates.CONSENT_VERSION,
        language="de" if language == "de" else "en",
        text=mandates.consent(language),
    )


def setup_page(page: SetupPage) -> ClientSetupPage:
    return ClientSetupPage(payment_method_id=page.method_id, setup_url=page.url)


def method(facts: MethodFacts) -> ClientPaymentMethod:
    return ClientPaymentMethod(
        id=facts.id,
        state="active" if facts.removed_at is None else "removed",
        charged=facts.is_charged,
        kind=facts.kind,
        brand=facts.brand,
        last_four=facts.last_four,
        expires_year=facts.expires_year,
        expires_month=facts.expires_month,
        consent_version=facts.consent_version,
        consent_text=facts.consent_text,
        consented_at=facts.consented_at,
        saved_at=facts.saved_at,
        removed_at=facts.removed_at,
    )
