"""Means of payment that a company has saved, and charges while nobody is there."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.gateways.payments import Checkout, CheckoutState, Outcome


@dataclass(frozen=True, slots=True)
class Saved:
    """A means of payment as the provider keeps it for `customer`. `kind` is card or sepa_debit,
    `brand` a word for people; `expires` is (year, month) of a card."""

    provider_id: str
    customer: str
    kind: str
    brand: str
    last_four: str
    expires: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class SetupState:
    """`open`, `saved` or `expired`. `method_id` is the one that `open_setup` was given."""

    state: str
    method_id: UUID | None = None
    saved: Saved | None = None


@dataclass(frozen=True, slots=True)
class ChargeOrder:
    """A charge to make. `collection_id` is the idempotency key, and how it is found again."""

    collection_id: UUID
    customer: str
    method: str
    amount_minor: int
    currency: str
    label: str


@dataclass(frozen=True, slots=True)
class ChargeState:
    """`state` is open (the bank has not decided yet), paid or failed. `money`: figures once paid;
    `code`: why it failed, in the provider's words. `collection_id`: None for a charge not ours."""

    intent_id: str
    state: str
    collection_id: UUID | None = None
    code: str | None = None
    money: CheckoutState | None = None


class Mandates(Protocol):
    """Verbs that change something return an Outcome; questions raise PaymentsUnavailable."""

    async def make_customer(
        self, method_id: UUID, *, company_id: UUID, name: str, email: str
    ) -> Outcome:
        """Who owns the company's means of payment there; idempotent per method."""

    async def open_setup(
        self, method_id: UUID, *, customer: str, currency: str, return_url: str
    ) -> Checkout | Outcome:
        """A hosted page on which somebody names a card or an account; idempotent per method."""

    async def setup_state(self, session_id: str) -> SetupState: ...

    async def forget(self, method: str) -> Outcome:
        """It can never be charged again. Settled also when that was so already."""

    async def charge(self, order: ChargeOrder) -> Outcome:
        """Settled: the intent's id; its money may still be under way. Declined is definitive."""

    async def find_charge(self, order: ChargeOrder) -> str | None:
        """The intent's id, found by listing, or None."""

    async def charge_state(self, intent_id: str) -> ChargeState: ...

    async def call_off(self, intent_id: str) -> Outcome:
        """Nobody can complete a failed charge any more."""
