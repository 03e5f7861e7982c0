"""`Idempotency-Key` on POST: the same bytes again, without doing it again."""

import re
from hashlib import sha256
from urllib.parse import quote

from cryptography.fernet import InvalidToken
from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, describe
from app.domain.refusals import Kind, Refusal
from app.kit import crypto, idempotency
from app.kit.idempotency import Answer

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BOUNDARY = re.compile(r'multipart/form-data;.*boundary="?([^";,\s]{1,70})', re.IGNORECASE)


class IdempotencyKeyRequired(Refusal):
    kind = Kind.MALFORMED
    en = "Money moves here: send an Idempotency-Key header, and the same one on a retry."
    de = "Hier fließt Geld: Senden Sie einen Idempotency-Key und beim Wiederholen denselben."


class IdempotencyKeyMalformed(Refusal):
    kind = Kind.MALFORMED
    en = "The Idempotency-Key must be 1 to 255 visible ASCII characters; a UUID is best."
    de = "Der Idempotency-Key muss 1 bis 255 sichtbare ASCII-Zeichen haben; am besten eine UUID."


class IdempotencyKeyReused(Refusal):
    kind = Kind.INVALID
    en = "This Idempotency-Key was used with another body. Use a new key for a new request."
    de = "Dieser Idempotency-Key gehört zu einem anderen Inhalt. Nehmen Sie einen neuen."


class IdempotencyKeyInUse(Refusal):
    kind = Kind.STATE
    en = "The first request with this Idempotency-Key is still running. Retry in a moment."
    de = "Die erste Anfrage mit diesem Idempotency-Key läuft noch. Bitte gleich noch einmal."


async def _said(request: Request) -> bytes:
    """The body as far as it was meant: a form is sent again with another random boundary."""
    body = await request.body()
    form = _BOUNDARY.match(request.headers.get("content-type", ""))
    return body.replace(b"--" + form[1].encode(), b"--") if form else body


class Keeper:
    """Keeps and replays the answer of one POST. Made per request; does nothing without a key."""

    def __init__(self, request: Request, *, door: str, actor: Actor | None, secret: str) -> None:
        self._key = request.headers.get("idempotency-key")
        if self._key is not None and not _KEY.fullmatch(self._key):
            raise IdempotencyKeyMalformed
        who = describe(actor) if actor else "anyone"
        # Quoted, because a path may hold what PostgreSQL cannot, such as %00.
        path = quote(request.url.path, errors="surrogatepass")
        self._scope = f"{door}:{who}:{request.method}:{path}"
        self._secret = f"{secret}:{self._key}"
        self._fingerprint = b""

    @property
    def given(self) -> bool:
        return self._key is not None

    async def replay(self, request: Request, session: AsyncSession) -> Response | None:
        """The kept answer, None when there is none yet. Raises the refusals above."""
        if self._key is None:
            return None
        self._fingerprint = sha256(
            request.url.query.encode() + b"\0" + await _said(request)
        ).digest()
        if not await idempotency.lock(session, self._scope, self._key):
            raise IdempotencyKeyInUse(retry_after_s=1)
        kept = await idempotency.find(session, self._scope, self._key)
        if kept is None:
            return None
        if not crypto.same(kept.fingerprint, self._fingerprint):
            raise IdempotencyKeyReused
        try:
            body = crypto.unseal(self._secret, "answer", kept.body)
        except InvalidToken:
            raise IdempotencyKeyReused from None
        return Response(
            body,
            status_code=kept.status,
            media_type=kept.media_type,
            headers={"Idempotent-Replayed": "true"},
        )

    async def keep(self, session: AsyncSession, response: Response, request: Request) -> None:
        """Keep a success in the same transaction as its effects. Refusals are not kept: they had
        no effect, and running them again is the better answer."""
        if self._key is None or not 200 <= response.status_code < 300:
            return
        body = bytes(response.body)
        await idempotency.keep(
            session,
            self._scope,
            self._key,
            Answer(
                self._fingerprint,
                response.status_code,
                response.media_type or response.headers.get("content-type", "application/json"),
                crypto.seal(self._secret, "answer", body),
            ),
            now=request.app.state.runtime.clock.now(),
        )
