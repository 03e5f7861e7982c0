"""A company's API keys."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api import door
from app.api.client.actor import Caller
from app.api.client.inputs.api_keys import CreateApiKey
from app.api.client.views.api_keys import ApiKeyView, NewApiKeyView, api_key_view, new_api_key_view
from app.api.door import Now, Session
from app.api.paging import Listed, PageAsked, listed
from app.identity import api_keys, queries

routes = door.router("API keys")


@routes.post("/api-keys", operation_id="create_api_key", status_code=201)
async def create_api_key(
    said: CreateApiKey, caller: Caller, session: Session, now: Now
) -> NewApiKeyView:
    """Make a key for machines. Owners only; `secret` is in this answer and in no other.

    With an `Idempotency-Key` a repeat answers the same secret instead of making a second key.
    """
    made = await api_keys.create(session, caller, name=said.name, scopes=said.scopes, now=now)
    return new_api_key_view(made)


@routes.get("/api-keys", operation_id="list_api_keys", response_model=Listed[ApiKeyView])
async def list_api_keys(
    request: Request, page: PageAsked, caller: Caller, session: Session
) -> dict[str, Any]:
    """The company's keys, newest first, revoked ones too. Owners only."""
    return listed(request, await queries.list_api_keys(session, caller, page), api_key_view)


@routes.delete("/api-keys/{api_key_id}", operation_id="revoke_api_key")
async def revoke_api_key(
    api_key_id: UUID, caller: Caller, session: Session, now: Now
) -> ApiKeyView:
    """Revoke a key at once and for ever. Owners only; a repeat changes nothing."""
    return api_key_view(await api_keys.revoke(session, caller, api_key_id, now=now))
