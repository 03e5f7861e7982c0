"""What a trainer can say in hiring."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.words import MoneySaid, Prose, Said
from app.domain.money import Money
from app.hiring.applying import Wish


class Apply(Said):
    """For which position, at which rate, with which words."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "position_id": "0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01",
                    "asking_pay_rate": {"minor": 11000, "currency": "USD"},
                    "note": "Twelve years in emergency care; evenings suit me best.",
                }
            ]
        }
    )

    position_id: UUID
    asking_pay_rate: MoneySaid | None = Field(
        None, description="An hour. Left out: the rate of your profile."
    )
    note: Annotated[Prose, Field(max_length=2_000)] | None = None

    def wish(self) -> Wish:
        """As the verb takes it."""
        asked = self.asking_pay_rate
        return Wish(
            self.position_id, Money(asked.minor, asked.currency) if asked else None, self.note
        )
