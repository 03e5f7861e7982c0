"""The letterbox: verify the signature over the raw body, store, answer 200."""

from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request, Response

from app.api import errors
from app.domain.errands import Errand
from app.domain.refusals import Kind, Refusal
from app.gateways.payments import ForgedNotice, NoticeReader
from app.kit import inbox, queue
from app.kit.clock import Clock
from app.kit.db import Database

_log = structlog.get_logger("lehrwerk.webhooks")


class NoticeForged(Refusal):
    kind = Kind.MALFORMED
    en = "The signature does not fit the body. Nothing was stored."
    de = "Die Signatur passt nicht zum Inhalt. Es wurde nichts gespeichert."


@dataclass(frozen=True, slots=True)
class Letterbox:
    """What the letterbox needs, and no more."""

    database: Database
    clock: Clock
    reader: NoticeReader


def build(letterbox: Letterbox) -> FastAPI:
    """The two addresses, to be mounted at /webhooks. No document: Stripe knows them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    errors.install(app)

    @app.post("/stripe")
    async def stripe_platform(request: Request) -> Response:
        return await _take(request, letterbox, source="stripe", connect=False)

    @app.post("/stripe-connect")
    async def stripe_connect(request: Request) -> Response:
        return await _take(request, letterbox, source="stripe-connect", connect=True)

    return app


async def _take(request: Request, box: Letterbox, *, source: str, connect: bool) -> Response:
    raw = await request.body()
    signature = request.headers.get("stripe-signature", "")
    request.scope["operation"] = f"webhooks.{source}"
    try:
        notice = box.reader.read(raw, signature, connect=connect)
    except ForgedNotice as error:
        _log.warning("notice_forged", source=source, why=str(error))
        raise NoticeForged from None
    async with box.database.begin() as session:
        event_id = await inbox.store(
            session,
            source=source,
            provider_event_id=notice.event_id,
            kind=notice.kind,
            body=notice.body,
            now=box.clock.now(),
        )
        if event_id is not None:
            await queue.enqueue(
                session, Errand.HANDLE_STRIPE_EVENT, {"inbox_event_id": str(event_id)}
            )
    return Response(status_code=200)
