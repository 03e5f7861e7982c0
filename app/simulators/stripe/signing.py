"""The `Stripe-Signature` header, from its published description and not from Stripe's code."""

import hashlib
import hmac


def header(payload: str, secret: str, at: int) -> str:
    """`t=<seconds>,v1=<hex HMAC-SHA256 of "t.payload">`."""
    signed = f"{at}.{payload}".encode()
    return f"t={at},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
