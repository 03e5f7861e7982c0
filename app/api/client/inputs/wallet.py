"""What a company can say about its wallet."""

from pydantic import ConfigDict

from app.api.words import MoneySaid, Said
from app.domain.money import Money


class TopUpWallet(Said):
    """A sum to pay ahead, in the company's currency."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"minor": 500000, "currency": "USD"}}]}
    )

    amount: MoneySaid

    def money(self) -> Money:
        return Money(self.amount.minor, self.amount.currency)
