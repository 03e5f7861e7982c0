"""Conditional GETs (RFC 9110 13.1.2): who has the newest bytes already is told so, without them."""

import re
from hashlib import sha256
from typing import Any

from fastapi import Request, Response

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_LIST = re.compile(rf"\s*{_TAG.pattern}(?:\s*,\s*{_TAG.pattern})*\s*")
_CACHING = "private, no-cache"
_VARY = "Accept-Language, Authorization"


def answer(request: Request, response: Response) -> Response:
    """A good answer to a GET with its ETag, or 304 when the caller names that one.

    The tag is a hash of the body. A version that the handler set as ETag stands before it, because
    what is shown may change without the version. Downloads and other answers are left as they are.
    """
    body = getattr(response, "body", None)
    if (
        request.method != "GET"
        or response.status_code != 200
        or not isinstance(body, bytes)
        or "content-disposition" in response.headers
    ):
        return response
    tag = tag_of(body, version=response.headers.get("etag"))
    response.headers["ETag"] = tag
    response.headers.setdefault("Cache-Control", _CACHING)
    response.headers["Vary"] = _VARY
    if not matches(request.headers.get("if-none-match"), tag):
        return response
    kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary")}
    return Response(status_code=304, headers=kept)


def tag_of(body: bytes, *, version: str | None = None) -> str:
    """A strong entity tag, quoted: `"<hash>"` or `"<version>.<hash>"`."""
    digest = sha256(body).hexdigest()[:32]
    return f'"{version.strip(chr(34))}.{digest}"' if version else f'"{digest}"'


def matches(if_none_match: str | None, tag: str) -> bool:
    """Weak comparison with a list of tags or `*`; what cannot be read matches nothing."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    if not _LIST.fullmatch(if_none_match):
        return False
    return tag.removeprefix("W/") in _TAG.findall(if_none_match)


def document(operation: dict[str, Any]) -> None:
    """Write the header, the tag and the 304 into the OpenAPI description of a GET of JSON."""
    good = operation["responses"].get("200", {})
    if "application/json" not in good.get("content", {}):
        return
    tag = {
        "description": "Send it as If-None-Match next time.",
        "schema": {"type": "string"},
    }
    good.setdefault("headers", {})["ETag"] = tag
    operation["responses"]["304"] = {
        "description": "You have the newest version already.",
        "headers": {"ETag": tag},
    }
    operation.setdefault("parameters", []).append(
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 1000},
            "description": "The ETag of the answer that you keep. Unchanged: 304 without a body.",
        }
    )
