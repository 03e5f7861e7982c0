"""Short-lived signed tokens (RFC 7519) with which we say who we are to push services.

In real time, also where Lehrwerk's clock was moved: the other side compares with its own clock.
"""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class NotAKey(ValueError):
    """The key is no private key of the kind that this service asks for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A token and the second from which another one is needed."""

    token: str
    until_s: int

    @property
    def fresh(self) -> bool:
        return now_s() < self.until_s


def now_s() -> int:
    """Seconds since 1970, of the real clock."""
    return int(time.time())


def rs256(claims: Mapping[str, str | int], pem: str) -> str:
    """A token signed with an RSA key. Raises NotAKey."""
    key = _load(pem)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise NotAKey("an RSA key is needed")
    signed = _signed({"alg": "RS256", "typ": "JWT"}, claims)
    return f"{signed}.{_text(key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


def es256(claims: Mapping[str, str | int], pem: str, *, key_id: str) -> str:
    """A token signed with a P-256 key. Raises NotAKey."""
    key = _load(pem)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.key_size != 256:
        raise NotAKey("a P-256 key is needed")
    signed = _signed({"alg": "ES256", "kid": key_id}, claims)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _load(pem: str) -> object:
    try:
        return load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        # Without the cause, which may quote the key.
        raise NotAKey("this is no unencrypted private key in PEM") from None


def _signed(header: Mapping[str, str], claims: Mapping[str, str | int]) -> str:
    return ".".join(
        _text(json.dumps(each, separators=(",", ":")).encode()) for each in (header, claims)
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
