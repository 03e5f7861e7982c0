"""What a company can say about its saved means of payment."""

from typing import Literal

from pydantic import ConfigDict, Field

from app.api.words import Line, Said
from app.domain import mandates
from app.invoicing.saving import Agreed


class SavePaymentMethod(Said):
    """That a member has read the consent and agrees: which version, and in which language."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"consent_version": mandates.CONSENT_VERSION, "consent_language": "en"}]
        }
    )

    consent_version: Line = Field(description="The `version` that `get_payment_consent` showed.")
    consent_language: Literal["en", "de"]

    def agreed(self) -> Agreed:
        return Agreed(self.consent_version, self.consent_language)
