"""The provider's own books, in our words: what it says of our money. Questions only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.gateways.payments import Notice


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One line of an account's statement; it never changes. Minor units, in is positive.

    `net_minor` = `gross_minor` - `fee_minor`. `source_id` is what moved the money; `origin_id` is
    the platform's transfer behind a payment in a payee's account. `available_at`: when it may be
    spent.
    """

    provider_id: str
    kind: str
    category: str
    source_id: str | None
    origin_id: str | None
    gross_minor: int
    fee_minor: int
    net_minor: int
    currency: str
    happened_at: datetime
    available_at: datetime


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Newest first. `cursor` is where the next page begins, None on the last one."""

    entries: Sequence[StatementEntry]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account holds in one currency, minor units."""

    currency: str
    available_minor: int
    pending_minor: int


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Notices that the provider could not deliver, newest first."""

    notices: Sequence[Notice]
    cursor: str | None


class Statements(Protocol):
    """`account` is a payee's account, None the platform's. All raise PaymentsUnavailable."""

    async def entries(
        self, account: str | None, *, since: datetime, after: str | None
    ) -> StatementPage:
        """A page of the statement from `since` on, beginning behind the cursor `after`."""

    async def holdings(self, account: str | None) -> Sequence[Holding]: ...

    async def has_arrived(self, own_payout_id: str) -> bool:
        """Whether our bank has a payout of the platform's own balance."""

    async def undelivered(
        self, account: str | None, *, since: datetime, after: str | None
    ) -> NoticePage:
        """Notices of the last 30 days at most that no letterbox has taken."""

    async def thin_notices(
        self, kinds: Sequence[str], *, since: datetime, after: str | None
    ) -> NoticePage:
        """Thin notices of these kinds, taken or not: the provider does not say which were."""
