"""What a company can say to change what was approved: always more lines, never other ones."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import MoneySaid, Prose, Said
from app.domain.money import Money
from app.timesheets.giving import Bonus


class GiveBonus(Said):
    """What you are billed for the bonus, and why; the trainer reads the reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 25_000, "currency": "USD"},
                    "reason": "Two rare cases found that everybody else had missed.",
                }
            ]
        }
    )

    amount: MoneySaid
    reason: Annotated[Prose, Field(max_length=2_000)]

    def bonus(self) -> Bonus:
        """As the verb takes it."""
        return Bonus(Money(self.amount.minor, self.amount.currency), self.reason)
