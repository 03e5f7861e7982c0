"""Keyset cursors: opaque, signed, stable while rows are inserted."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_

from app.kit import crypto

T = TypeVar("T")
DEFAULT_LIMIT = 50
MOST = 200


class BadCursor(ValueError):
    """The cursor was not made by us, or for another list."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a page starts (after `at`, `id`) and how many rows it holds (1..200)."""

    limit: int = DEFAULT_LIMIT
    after: tuple[datetime, UUID] | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Up to `limit` items, and the place after the last one when there are more."""

    items: Sequence[T]
    last: tuple[datetime, UUID] | None


def encode(place: tuple[datetime, UUID], *, key: str, purpose: str) -> str:
    """An opaque cursor that only `decode` with the same key and purpose accepts."""
    body = json.dumps([place[0].isoformat(), str(place[1])]).encode()
    mac = crypto.keyed_digest(key, f"cursor:{purpose}", body)[:12]
    return base64.urlsafe_b64encode(mac + body).decode().rstrip("=")


def decode(cursor: str, *, key: str, purpose: str) -> tuple[datetime, UUID]:
    """The place of a cursor. Raises BadCursor."""
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), b"-_", validate=True)
        mac, body = raw[:12], raw[12:]
        if not crypto.same(mac, crypto.keyed_digest(key, f"cursor:{purpose}", body)[:12]):
            raise BadCursor
        at, id_ = json.loads(body)
        return datetime.fromisoformat(at), UUID(id_)
    except (ValueError, TypeError) as error:
        raise BadCursor from error


def cut(
    statement: Select[Any],
    at: ColumnElement[datetime] | Any,
    id_: ColumnElement[UUID] | Any,
    page: Cut,
) -> Select[Any]:
    """Newest first by (at, id), one row more than asked so that `paged` can tell the end."""
    if page.after is not None:
        statement = statement.where(tuple_(at, id_) < tuple_(*page.after))
    return statement.order_by(at.desc(), id_.desc()).limit(page.limit + 1)


def paged(rows: Sequence[T], page: Cut, place: Any) -> Page[T]:
    """A Page from the rows of `cut`; `place(row)` gives a row's (at, id)."""
    items = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(items, place(items[-1]) if more and items else None)
