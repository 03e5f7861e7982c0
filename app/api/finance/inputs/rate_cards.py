"""What finance can say about rate cards."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.api.words import Instant, Line, MoneySaid, Said


class SetRateCard(Said):
    """Caps an hour from an instant on. `*` stands for all domains or all country bands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "domain": "medicine",
                    "country_band": "A",
                    "pay_cap": {"minor": 25000, "currency": "USD"},
                    "bill_cap": {"minor": 32000, "currency": "USD"},
                    "effective_at": "2026-11-02T00:00:00Z",
                }
            ]
        }
    )

    domain: Annotated[Line, Field(max_length=80)] = Field(
        "*", description="A key of the domains, or `*` for those that have no card of their own."
    )
    country_band: Literal["A", "B", "C", "*"] = Field(
        "*",
        description="Where the trainer lives: A where expert rates are highest, B the middle,"
        " C everywhere else.",
    )
    pay_cap: MoneySaid = Field(description="The most that a trainer is paid an hour.")
    bill_cap: MoneySaid = Field(description="The most that a company is billed an hour.")
    effective_at: Instant | None = Field(None, description="Left out: now. Never in the past.")
