"""Webhooks as the provider signs them, written down once more without its SDK."""

import hashlib
import hmac
import json
from typing import Any

PLATFORM, CONNECT = "whsec_our_platform", "whsec_our_connect"


def mac(body: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def header(body: bytes, secret: str, at: int) -> str:
    return f"t={at},v1={mac(body, secret, at)}"


def snapshot(event_id: str, kind: str, about: dict[str, Any], **over: Any) -> dict[str, Any]:
    return {
        "id": event_id, "object": "event", "type": kind, "livemode": False, "created": 1,
        "api_version": "2026-10-28.endive", "data": {"object": about}, **over,
    }  # fmt: skip


def thin(event_id: str, kind: str, account: str, **over: Any) -> dict[str, Any]:
    about = {"id": account, "type": "v2.core.account", "url": f"/v2/core/accounts/{account}"}
    return {
        "id": event_id, "object": "v2.core.event", "type": kind, "livemode": False,
        "created": "2026-11-25T12:00:00.000Z", "context": account, "related_object": about, **over,
    }  # fmt: skip


def raw(body: dict[str, Any]) -> bytes:
    return json.dumps(body, indent=2).encode()
