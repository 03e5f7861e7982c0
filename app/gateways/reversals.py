"""Money that goes back to who paid it: refunds that we order, disputes that a bank opens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.gateways.payments import Outcome


@dataclass(frozen=True, slots=True)
class Movement:
    """A line on the platform's statement. Minor units, in is positive, net = gross - fee."""

    transaction_id: str
    net_minor: int
    fee_minor: int
    currency: str
    available_at: datetime


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """A refund to make. `refund_id` is the idempotency key, and how it is found again."""

    refund_id: UUID
    charge_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A refund as the provider has it. `refund_id` is ours, None for one that somebody made there.

    `status`: pending, requires_action, succeeded, failed or canceled. `left` and `came_back` are
    what moved our balance, None until it has.
    """

    provider_id: str
    refund_id: UUID | None
    charge_id: str
    status: str
    amount_minor: int
    currency: str
    left: Movement | None
    came_back: Movement | None


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A dispute as the provider has it, with what it took from our balance and gave back."""

    provider_id: str
    charge_id: str
    status: str
    reason: str
    amount_minor: int
    currency: str
    withdrawn: Movement | None
    reinstated: Movement | None
    evidence_due_at: datetime | None


class Reversals(Protocol):
    """Questions raise PaymentsUnavailable."""

    async def refund(self, order: RefundOrder) -> Outcome: ...

    async def find_refund(self, order: RefundOrder) -> str | None:
        """The provider's id of this refund, found by listing, or None."""

    async def refund_seen(self, provider_id: str) -> RefundSeen: ...

    async def dispute_seen(self, provider_id: str) -> DisputeSeen: ...
