"""Money at the provider, in our own words. Ten verbs, three outcomes, no provider's type."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID


class OutcomeKind(StrEnum):
    """How a call ended. `unknown` is a state: it may have happened; look before trying again."""

    SETTLED = "settled"
    DECLINED = "declined"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`provider_id` when settled; a stable `code` when declined or unknown."""

    kind: OutcomeKind
    provider_id: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is to be paid, as far as the provider must know when the account is made."""

    trainer_id: UUID
    email: str
    full_name: str
    country: str


@dataclass(frozen=True, slots=True)
class PayeeState:
    """Whether money can be sent, and what the provider still asks for (its own words).

    `destination`: something that changes when the payee's bank account does; None without one.
    """

    ready: bool
    missing: tuple[str, ...]
    destination: str | None = None


@dataclass(frozen=True, slots=True)
class Checkout:
    """An open hosted payment page."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """`open`, `paid` or `expired`; the money's figures once paid, minor units. `setup`: it is a
    page on which nothing is paid.

    `collection_id` is the one that `open_checkout` was given; None for a page that is not ours.
    """

    state: str
    collection_id: UUID | None = None
    charge_id: str | None = None
    balance_transaction_id: str | None = None
    gross_minor: int = 0
    fee_minor: int = 0
    currency: str = ""
    available_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """A transfer or bank payout to make. `attempt_id` is the idempotency key; `payout_id` the group
    under which it can be found again."""

    attempt_id: UUID
    payout_id: UUID
    account: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class BankPayoutState:
    """`pending`, `in_transit`, `paid`, `failed` or `canceled`, and the provider's failure code."""

    state: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A verified webhook: enough to store it and to know what to fetch again."""

    event_id: str
    kind: str
    body: dict[str, Any] = field(repr=False)


class ForgedNotice(ValueError):
    """The signature does not fit, is too old, or no secret is configured."""


class PaymentsUnavailable(RuntimeError):
    """The provider did not answer a question; nothing was changed. Ask again."""


class Payments(Protocol):
    """The provider. Verbs moving money return an Outcome; questions raise PaymentsUnavailable."""

    async def create_payee(self, payee: Payee) -> Outcome:
        """Make the payee's account; idempotent per trainer. Settled: provider_id is the account."""

    async def onboarding_link(self, account: str, *, refresh_url: str, return_url: str) -> str:
        """A fresh single-use link to the provider's form. Never store it."""

    async def payee_state(self, account: str) -> PayeeState: ...

    async def open_checkout(
        self, collection_id: UUID, *, amount_minor: int, currency: str, label: str, return_url: str
    ) -> Checkout | Outcome:
        """A hosted payment page; idempotent per collection. An Outcome means it did not work."""

    async def checkout_state(self, session_id: str) -> CheckoutState: ...

    async def expire_checkout(self, session_id: str) -> Outcome: ...

    async def send_transfer(self, send: Send) -> Outcome: ...

    async def find_transfer(self, send: Send) -> str | None:
        """The id of the unreversed transfer of `send.payout_id`, found by listing, or None."""

    async def start_bank_payout(self, send: Send) -> Outcome:
        """From the payee's balance at the provider to her bank."""

    async def find_bank_payout(self, send: Send) -> str | None: ...

    async def bank_payout_state(self, account: str, bank_payout_id: str) -> BankPayoutState: ...

    async def available_minor(self, currency: str) -> int:
        """What the platform may send right now."""


class NoticeReader(Protocol):
    """Verifies webhooks over their raw bytes."""

    def read(self, raw: bytes, signature: str, *, connect: bool) -> Notice:
        """Raises ForgedNotice. Snapshot and thin events alike."""
