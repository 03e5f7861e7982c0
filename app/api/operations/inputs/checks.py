"""What operations can say about a credential."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import Line, Prose, Said
from app.domain.credentials import CheckOutcome


class DecideCredentialCheck(Said):
    """A decision. The trainer reads the explanation: say what was found and what would help."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "verified",
                    "explanation": "Name, number and specialty agree with the register.",
                    "source": "NPPES, looked up by hand",
                }
            ]
        }
    )

    outcome: CheckOutcome = Field(
        description="`unknown`: the source did not answer. It is not a no; the claim stays open."
    )
    explanation: Annotated[Prose, Field(max_length=2000)]
    source: Line | None = Field(
        None, description="What was consulted. Left out: the documents, or the trainer's word."
    )
