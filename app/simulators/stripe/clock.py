"""The virtual clock: real time plus an offset that only ever grows and survives a restart."""

import time
from datetime import UTC, datetime

from app.simulators.stripe.refusals import Invalid
from app.simulators.stripe.store import Store

DAY = 86_400


class Clock:
    """What `created`, availability, arrival and the age of keys are measured by.

    Signatures do not use it: whoever verifies them compares with the real time.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> int:
        return int(time.time()) + self.offset()

    def offset(self) -> int:
        return int(self._store.meta("clock_offset_seconds", "0"))

    def advance(self, seconds: int) -> None:
        self._store.set_meta("clock_offset_seconds", str(self.offset() + seconds))


def as_text(moment: int) -> str:
    """The way API v2 writes a time."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def from_text(text: str) -> int:
    """What `as_text` writes, and any other ISO 8601 with an offset. Raises Invalid."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as problem:
        raise Invalid("Invalid timestamp", param="created") from problem
    if read.tzinfo is None:
        raise Invalid("Invalid timestamp", param="created")
    return int(read.timestamp())
