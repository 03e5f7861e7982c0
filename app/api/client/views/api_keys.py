"""What is shown of API keys."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.domain.actor import ApiScope
from app.identity.api_keys import NewApiKey
from app.identity.queries import ApiKeyFacts


class ApiKeyView(Seen):
    """A key without its secret. `prefix` is the part before the dot."""

    id: UUID
    name: str
    prefix: str = Field(examples=["lwk_4k9z0d1q7w2e"])
    scopes: list[ApiScope]
    created_at: datetime
    revoked_at: datetime | None


class NewApiKeyView(Seen):
    """The only answer that ever holds the secret."""

    id: UUID
    name: str
    prefix: str = Field(examples=["lwk_4k9z0d1q7w2e"])
    scopes: list[ApiScope]
    created_at: datetime
    secret: str = Field(
        description="Send it as `Authorization: Bearer …`. It cannot be shown again.",
        examples=["lwk_4k9z0d1q7w2e.Wq3…"],
    )


def api_key_view(key: ApiKeyFacts) -> ApiKeyView:
    return ApiKeyView(
        id=key.id,
        name=key.name,
        prefix=f"lwk_{key.prefix}",
        scopes=[ApiScope(scope) for scope in key.scopes],
        created_at=key.created_at,
        revoked_at=key.revoked_at,
    )


def new_api_key_view(made: NewApiKey) -> NewApiKeyView:
    return NewApiKeyView(
        id=made.facts.id,
        name=made.facts.name,
        prefix=f"lwk_{made.facts.prefix}",
        scopes=[ApiScope(scope) for scope in made.facts.scopes],
        created_at=made.facts.created_at,
        secret=made.secret,
    )
