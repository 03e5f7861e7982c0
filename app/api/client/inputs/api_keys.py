"""What can be said about API keys."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import Line, Said
from app.domain.actor import ApiScope


class CreateApiKey(Said):
    """A name to recognise it by, and what it may do. Give it no more than it needs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Nightly import", "scopes": ["projects:write", "invoices:read"]}]
        }
    )

    name: Line
    scopes: Annotated[list[ApiScope], Field(min_length=1, max_length=len(ApiScope))]
