"""Reading the bearer token of a request, for every door's `authenticate`."""

from fastapi import Request

from app.domain.refusals import NotSignedIn


def bearer(request: Request) -> str:
    """The token after `Bearer `. Raises NotSignedIn."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 512 or not token.isascii():
        raise NotSignedIn
    return token.strip()


def caller_address(request: Request) -> str:
    """The peer's address, for attempt limits. Forwarded headers are uvicorn's business
    (`--forwarded-allow-ips`), so a spoofed one has no effect here."""
    return request.client.host if request.client else "unknown"
