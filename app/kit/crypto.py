"""Random secrets, their hashes, and sealing of the few secrets that must be read again."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet


def new_secret() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> bytes:
    """SHA-256 of a high-entropy secret: what the database keeps instead of it."""
    return hashlib.sha256(secret.encode()).digest()


def keyed_digest(key: str, purpose: str, data: bytes) -> bytes:
    """HMAC-SHA256 bound to a purpose, so that one key serves several uses without mixing them."""
    return hmac.new(key.encode(), purpose.encode() + b"\0" + data, hashlib.sha256).digest()


def same(left: bytes, right: bytes) -> bool:
    """Constant-time comparison."""
    return hmac.compare_digest(left, right)


def _box(key: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(keyed_digest(key, purpose, b"seal")))


def seal(key: str, purpose: str, plain: bytes) -> bytes:
    """Encrypt and authenticate; only the same key and purpose open it."""
    return _box(key, purpose).encrypt(plain)


def unseal(key: str, purpose: str, sealed: bytes) -> bytes:
    """The opposite of `seal`. Raises cryptography.fernet.InvalidToken when tampered with."""
    return _box(key, purpose).decrypt(sealed)
