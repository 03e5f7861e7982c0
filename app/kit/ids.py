"""Ids: time-ordered ones that we mint, and derived ones that repeat for the same input."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

_DERIVED = UUID("6f1c6f6b-6f0e-5d0e-9a51-9d0f0f6c1e11")


def new_id() -> UUID:
    """A fresh UUIDv7: sorts by the moment it was minted."""
    return uuid7()


def derived_id(parent: UUID, *parts: str | int) -> UUID:
    """The same UUIDv5 every time for the same parent and parts, so that a retry finds it."""
    return uuid5(_DERIVED, ":".join((str(parent), *map(str, parts))))
