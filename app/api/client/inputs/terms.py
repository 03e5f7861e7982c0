"""What a company can say about the rate of an engagement."""

from pydantic import ConfigDict, Field

from app.api.words import Day, MoneySaid, Said


class ChangeTerms(Said):
    """Another bill rate an hour from a day on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"bill_rate": {"minor": 16_000, "currency": "USD"}}]}
    )

    bill_rate: MoneySaid = Field(
        description="An hour, in your company's currency, within the position's cap."
    )
    effective_on: Day | None = Field(
        None,
        description="The first day of the new rate, in the pay week's time zone. Left out: the "
        "next pay week, or where consent is needed the first one that leaves time for it.",
    )
