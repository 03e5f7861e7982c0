"""What a trainer can say about her credentials."""

from typing import Annotated

from fastapi import UploadFile
from pydantic import ConfigDict, Field, StringConstraints

from app.api.words import Day, Line, Said


class ClaimCredential(Said):
    """A credential that you hold. `list_vocabularies` says what each type needs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "us_npi",
                    "issuer": "CMS (NPPES)",
                    "jurisdiction": "US",
                    "number": "1234567893",
                    "specialty": "Emergency medicine",
                }
            ]
        }
    )

    type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,60}$")] = Field(
        description="A key of `credential_types`."
    )
    issuer: Line
    jurisdiction: Annotated[str, StringConstraints(max_length=10)] = Field(
        description="`US`, `US-CA` or `global`, as the type asks for."
    )
    number: Annotated[Line, Field(max_length=60)] | None = Field(
        None, description="As printed. Left out only where the type has none."
    )
    specialty: Annotated[Line, Field(max_length=100)] | None = None
    issued_on: Day | None = None
    expires_on: Day | None = Field(None, description="The last day on which it is valid.")


class UploadEvidence(Said):
    """One file."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile = Field(
        description="A PDF, PNG or JPEG of up to 10 MB.",
        json_schema_extra={"format": "binary"},
    )
