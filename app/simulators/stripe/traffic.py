"""The traffic log: one JSON line per exchange or event, the key masked."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.simulators.stripe import events
from app.simulators.stripe.moments import Json
from app.simulators.stripe.store import Store

KEPT_HEADERS = frozenset(
    {
        "authorization",
        "content-type",
        "idempotency-key",
        "stripe-account",
        "stripe-context",
        "stripe-version",
        "user-agent",
    }
)


class Traffic:
    def __init__(self, path: Path | None, store: Store) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1) if path else None
        self._store = store
        newest = store.row("SELECT COALESCE(MAX(seq), 0) AS seq FROM events")
        self._last_event = int(newest["seq"]) if newest else 0

    def exchange(self, line: Json) -> None:
        self._write(line)

    def new_events(self) -> None:
        """Every event recorded since the last call."""
        rows = self._store.rows(
            "SELECT * FROM events WHERE seq > ? ORDER BY seq", (self._last_event,)
        )
        for row in rows:
            self._last_event = row["seq"]
            self._write({"event": events.notification(row)})

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _write(self, line: Json) -> None:
        if self._file:
            self._file.write(json.dumps(line) + "\n")


def headers(raw: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers that mean something, spelled as sent by Stripe's libraries."""
    kept: dict[str, str] = {}
    for name, value in raw:
        if name.lower() in KEPT_HEADERS:
            shown = _masked(value) if name.lower() == "authorization" else value
            kept["-".join(part.capitalize() for part in name.split("-"))] = shown
    return kept


def _masked(value: str) -> str:
    scheme, _, _ = value.partition(" ")
    return f"{scheme} ***"


def readable(text: str) -> Any:
    """JSON as JSON, anything else (forms) as the text that was on the wire."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
