"""What finance can grant a company."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.api.words import Currency, Instant, NetDays, Said, Whole


class CreditLimitSaid(Said):
    """Minor units, 0 or more, in the company's currency."""

    minor: Annotated[Whole, Field(ge=0, le=10**13)]
    currency: Currency


class SetCreditTerms(Said):
    """Terms from an instant on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "invoice",
                    "net_days": 30,
                    "credit_limit": {"minor": 5000000, "currency": "USD"},
                    "funding_rule": "on_collection",
                }
            ]
        }
    )

    kind: Literal["invoice", "prepaid"]
    net_days: NetDays = Field(description="Days from the invoice to its due date.")
    credit_limit: CreditLimitSaid = Field(
        description="How much logged work may be open at once, in the company's currency. Of a"
        " prepaid company the wallet says so, and this is not heard."
    )
    funding_rule: Literal["on_collection", "on_approval"] = Field(
        "on_collection",
        description="When trainers' pay is funded: once the invoice is paid, or on approval.",
    )
    effective_at: Instant | None = Field(None, description="Left out: now. Never in the past.")


class SetFeeTerms(Said):
    """The platform's fee from an instant on, in basis points of the bill rate."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fee_bps": 1800}]})

    fee_bps: Annotated[Whole, Field(ge=0, le=9999)]
    effective_at: Instant | None = Field(None, description="Left out: now. Never in the past.")
