"""Pure ASGI middleware around all doors: request id, size limit, security headers, metrics."""

import json
import time
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger("lehrwerk.http")
_REQUESTS = Counter("lehrwerk_http_requests_total", "Answers.", ["operation", "method", "status"])
_SECONDS = Histogram("lehrwerk_http_request_seconds", "Time to answer.", ["operation", "method"])
SMALL_BODY = 1_048_576
UPLOAD_BODY = 11 * 1_048_576
_LARGE = ("/evidence", "/time-entries/sync")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
]


class _TooLarge(HTTPException):
    """Raised while a body is read; a door answers it as 413, or the middleware itself does."""

    def __init__(self) -> None:
        super().__init__(413)


class Around:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        most = UPLOAD_BODY if scope["path"].endswith(_LARGE) else SMALL_BODY
        started, status = time.perf_counter(), 0
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > most:
                    raise _TooLarge
            return message

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", request_id.encode())]
                present = {name.lower() for name, _ in message["headers"]}
                headers += [h for h in _HEADERS if h[0] not in present]
                message = {**message, "headers": headers}
            await send(message)

        try:
            declared = dict(scope["headers"]).get(b"content-length", b"0")
            if declared.isdigit() and int(declared[:18]) > most:
                raise _TooLarge
            await self._app(scope, limited, answer)
        except _TooLarge:
            if status == 0:
                await _refuse(answer, request_id)
        finally:
            operation = scope.get("operation", "unmatched")
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            seconds = time.perf_counter() - started
            _REQUESTS.labels(operation, method, str(status)).inc()
            _SECONDS.labels(operation, method).observe(seconds)
            _log.info(
                "answered",
                operation=operation,
                method=method,
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )


_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


async def _refuse(send: Send, request_id: str) -> None:
    body = json.dumps(
        {
            "type": "urn:lehrwerk:problem:body_too_large",
            "title": "Too large",
            "status": 413,
            "code": "body_too_large",
            "detail": "The body is too large.",
            "errors": [],
            "facts": {},
            "request_id": request_id,
        }
    ).encode()
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [
                (b"content-type", b"application/problem+json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
