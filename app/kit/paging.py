"""Keyset cursors: opaque, signed, stable while rows are inserted."""

import base64
import heapq
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_

from app.kit import crypto

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
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


@dataclass(frozen=True, slots=True)
class RankCut:
    """The same for a list that is ranked: a page starts after (`score`, `id`), best first."""

    limit: int = DEFAULT_LIMIT
    after: tuple[int, UUID] | None = None


@dataclass(frozen=True, slots=True)
class RankPage(Generic[T]):
    """Up to `limit` items, and the place after the last one when there are more."""

    items: Sequence[T]
    last: tuple[int, UUID] | None


def encode(place: tuple[datetime, UUID], *, key: str, purpose: str) -> str:
    """An opaque cursor that only `decode` with the same key and purpose accepts."""
    return _sign([place[0].isoformat(), str(place[1])], key, f"cursor:{purpose}")


def decode(cursor: str, *, key: str, purpose: str) -> tuple[datetime, UUID]:
    """The place of a cursor. Raises BadCursor."""
    at, id_ = _read(cursor, key, f"cursor:{purpose}")
    return datetime.fromisoformat(at), UUID(id_)


def encode_rank(place: tuple[int, UUID], *, key: str, purpose: str) -> str:
    """An opaque cursor into a ranked list, for `decode_rank`."""
    return _sign([place[0], str(place[1])], key, f"rank:{purpose}")


def decode_rank(cursor: str, *, key: str, purpose: str) -> tuple[int, UUID]:
    """The place of a cursor into a ranked list. Raises BadCursor."""
    score, id_ = _read(cursor, key, f"rank:{purpose}")
    return int(score), UUID(id_)


def _sign(place: list[Any], key: str, purpose: str) -> str:
    body = json.dumps(place).encode()
    mac = crypto.keyed_digest(key, purpose, body)[:12]
    return base64.urlsafe_b64encode(mac + body).decode().rstrip("=")


def _read(cursor: str, key: str, purpose: str) -> tuple[Any, Any]:
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), b"-_", validate=True)
    except ValueError as error:
        raise BadCursor from error
    mac, body = raw[:12], raw[12:]
    if not crypto.same(mac, crypto.keyed_digest(key, purpose, body)[:12]):
        raise BadCursor
    first, second = json.loads(body)  # ours, for the signature holds
    return first, second


def cut(
    statement: Select[*Ts],
    at: ColumnElement[datetime] | Any,
    id_: ColumnElement[UUID] | Any,
    page: Cut,
    *,
    oldest_first: bool = False,
) -> Select[*Ts]:
    """Newest first by (at, id), one row more than asked so that `paged` can tell the end.

    `oldest_first` is for queues, where what has waited longest is next.
    """
    if oldest_first:
        if page.after is not None:
            statement = statement.where(tuple_(at, id_) > tuple_(*page.after))
        return statement.order_by(at, id_).limit(page.limit + 1)
    if page.after is not None:
        statement = statement.where(tuple_(at, id_) < tuple_(*page.after))
    return statement.order_by(at.desc(), id_.desc()).limit(page.limit + 1)


def paged(rows: Sequence[T], page: Cut, place: Any) -> Page[T]:
    """A Page from the rows of `cut`; `place(row)` gives a row's (at, id)."""
    items = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(items, place(items[-1]) if more and items else None)


def ranked(
    items: Iterable[T], page: RankCut, place: Callable[[T], tuple[int, UUID]]
) -> RankPage[T]:
    """A page of `items` by falling score, then by id, so that no place is held by two.

    Only as many as the page needs are ordered, however many there are.
    """

    def rank(item: T) -> tuple[int, UUID]:
        score, id_ = place(item)
        return -score, id_

    if page.after is not None:
        start = (-page.after[0], page.after[1])
        items = (item for item in items if rank(item) > start)
    best = heapq.nsmallest(page.limit + 1, items, key=rank)
    kept = best[: page.limit]
    return RankPage(kept, place(kept[-1]) if len(best) > page.limit else None)
