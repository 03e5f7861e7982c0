"""The simulator's memory: one SQLite database, one writer, one transaction per API call."""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    account TEXT NOT NULL, created INTEGER NOT NULL, due_at INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_by_due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_by_group
    ON objects (json_extract(body, '$.transfer_group')) WHERE kind = 'transfer';
CREATE INDEX IF NOT EXISTS objects_by_destination
    ON objects (json_extract(body, '$.destination')) WHERE kind = 'transfer';
CREATE TABLE IF NOT EXISTS balance_transactions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    currency TEXT NOT NULL, type TEXT NOT NULL, source TEXT NOT NULL, description TEXT,
    amount INTEGER NOT NULL, fee INTEGER NOT NULL, net INTEGER NOT NULL CHECK (net = amount - fee),
    created INTEGER NOT NULL, available_on INTEGER NOT NULL,
    announced INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS balance_transactions_by_account
    ON balance_transactions (account, currency, available_on);
CREATE INDEX IF NOT EXISTS balance_transactions_by_source ON balance_transactions (source);
CREATE INDEX IF NOT EXISTS balance_transactions_unannounced
    ON balance_transactions (available_on) WHERE announced = 0;
CREATE TABLE IF NOT EXISTS idempotency_keys (
    account TEXT NOT NULL, key TEXT NOT NULL, method_and_path TEXT NOT NULL,
    parameters TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    created INTEGER NOT NULL, PRIMARY KEY (account, key));
CREATE INDEX IF NOT EXISTS idempotency_keys_by_age ON idempotency_keys (created);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    type TEXT NOT NULL, thin INTEGER NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL,
    addressee TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL DEFAULT 0, last_status INTEGER);
CREATE INDEX IF NOT EXISTS events_waiting ON events (next_at) WHERE state = 'waiting';
"""

PLATFORM = "platform"
"""The account of everything that belongs to the platform itself."""

Row = sqlite3.Row


def new_id(prefix: str) -> str:
    """An id like Stripe's, with `sim` in it so that nobody takes it for one."""
    return f"{prefix}_sim_{secrets.token_hex(12)}"


class Store:
    """Objects as JSON bodies beside the tables that need arithmetic or order."""

    def __init__(self, path: Path | None) -> None:
        # The server may run in another thread than its builder; the lock keeps one writer.
        self._db = sqlite3.connect(
            str(path) if path else ":memory:", isolation_level=None, check_same_thread=False
        )
        self._db.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        # WAL with NORMAL survives a killed process, which is what the tests do to it.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is committed together, or not at all."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that may fail alone."""
        self._db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO attempt")
            self._db.execute("RELEASE attempt")
            raise
        self._db.execute("RELEASE attempt")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        with self._lock:
            found: Row | None = self._db.execute(sql, values).fetchone()
            return found

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """The number of rows changed."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def add(
        self, kind: str, body: dict[str, Any], *, account: str, due_at: int | None = None
    ) -> None:
        self.run(
            "INSERT INTO objects (id, kind, account, created, due_at, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (body["id"], kind, account, _seconds(body["created"]), due_at, json.dumps(body)),
        )

    def save(self, body: dict[str, Any], *, due_at: int | None = None) -> None:
        self.run(
            "UPDATE objects SET body = ?, due_at = ? WHERE id = ?",
            (json.dumps(body), due_at, body["id"]),
        )

    def find(self, kind: str, identifier: str, *, account: str) -> dict[str, Any] | None:
        found = self.row(
            "SELECT body FROM objects WHERE id = ? AND kind = ? AND account = ?",
            (identifier, kind, account),
        )
        return json.loads(found["body"]) if found else None

    def owner(self, kind: str, identifier: str) -> str | None:
        """The account that an object belongs to."""
        found = self.row(
            "SELECT account FROM objects WHERE id = ? AND kind = ?", (identifier, kind)
        )
        return str(found["account"]) if found else None

    def meta(self, name: str, otherwise: str) -> str:
        found = self.row("SELECT value FROM meta WHERE name = ?", (name,))
        return str(found["value"]) if found else otherwise

    def set_meta(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def _seconds(created: object) -> int:
    # v2 objects carry a text timestamp; their order comes from `seq` alone.
    return created if isinstance(created, int) else 0
