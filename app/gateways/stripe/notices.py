"""Verifying Stripe's webhooks over their raw bytes, with every configured secret."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import stripe

from app.gateways.payments import ForgedNotice, Notice

TOLERANCE_S = 300


class StripeNotices:
    """Several secrets each, so that one can be rolled; none configured means: refuse. `live`: the
    mode of our own key, which an event must have too."""

    def __init__(
        self,
        *,
        platform_secrets: Sequence[str],
        connect_secrets: Sequence[str],
        live: bool,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._platform = tuple(s for s in platform_secrets if s)
        self._connect = tuple(s for s in connect_secrets if s)
        self._live = live
        self._now = now

    def read(self, raw: bytes, signature: str, *, connect: bool) -> Notice:
        secrets = self._connect if connect else self._platform
        if not secrets:
            raise ForgedNotice("no webhook secret is configured")
        # The SDK compares as text in constant time, which other characters end with a TypeError.
        if not signature.isascii():
            raise ForgedNotice("no signature")
        self._refuse_future(signature)
        if not any(self._fits(raw, signature, secret) for secret in secrets):
            raise ForgedNotice("the signature does not fit")
        try:
            body = json.loads(raw)
            notice = Notice(str(body["id"]), str(body["type"]), body)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ForgedNotice("signed, but not an event") from error
        self._refuse_misdirected(body, connect=connect)
        return notice

    def _refuse_misdirected(self, body: dict[str, Any], *, connect: bool) -> None:
        """Real money is not told of in a test, nor a payee's account at the platform's address:
        each endpoint has its own secret, but nothing stops anybody from configuring one for two."""
        if body.get("livemode") is not self._live:
            raise ForgedNotice("of the other mode, live or test")
        if body.get("object") == "event" and bool(body.get("account")) is not connect:
            raise ForgedNotice("for the other endpoint")

    def _fits(self, raw: bytes, signature: str, secret: str) -> bool:
        try:
            payload = raw.decode()
            return bool(
                stripe.WebhookSignature.verify_header(
                    payload, signature, secret, tolerance=TOLERANCE_S
                )
            )
        except (stripe.SignatureVerificationError, UnicodeDecodeError, ValueError):
            return False

    def _refuse_future(self, signature: str) -> None:
        """The SDK accepts a timestamp from the future; a forged one could be kept for later."""
        for part in signature.split(","):
            name, _, value = part.strip().partition("=")
            if name == "t" and (
                not value.isascii()
                or not value.isdigit()
                or len(value) > 12
                or int(value) > self._now() + TOLERANCE_S
            ):
                raise ForgedNotice("the timestamp lies in the future")
