"""What every change needs to know: where it is written, when it happens and who asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.simulators.stripe.store import PLATFORM, Store

Json = dict[str, Any]
API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Moment:
    """`now` is virtual seconds; the request is None for what happens by itself."""

    store: Store
    now: int
    endpoints: frozenset[str] = frozenset()
    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Call:
    """One API call after the front door: `account` is the connected account or PLATFORM.

    `next_page` is the cursor of a v2 list, which its own `next_page_url` carries.
    """

    moment: Moment
    params: Json
    path: Mapping[str, str] = field(default_factory=dict)
    account: str = PLATFORM
    base_url: str = ""
    next_page: int | None = None

    @property
    def store(self) -> Store:
        return self.moment.store

    @property
    def now(self) -> int:
        return self.moment.now
