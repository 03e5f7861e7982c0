"""The verbs of `gateways.reversals` as calls of the Stripe API (2026-10-28.endive)."""

from datetime import UTC, datetime
from uuid import UUID

import stripe
from stripe import BalanceTransaction, StripeClient

from app.gateways.payments import Outcome, OutcomeKind, PaymentsUnavailable
from app.gateways.reversals import DisputeSeen, Movement, RefundOrder, RefundSeen
from app.gateways.stripe.client import ONCE
from app.gateways.stripe.outcomes import asking, outcome_of

_KEY = "refund_id"


class StripeReversals:
    """Refunds and disputes of the platform's own charges."""

    def __init__(self, client: StripeClient) -> None:
        self._client = client

    async def refund(self, order: RefundOrder) -> Outcome:
        try:
            made = await self._client.v1.refunds.create_async(
                params={
                    "charge": order.charge_id,
                    "amount": order.amount_minor,
                    "metadata": {_KEY: str(order.refund_id)},
                },
                options={"idempotency_key": f"refund-{order.refund_id}", **ONCE},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=made.id)

    async def find_refund(self, order: RefundOrder) -> str | None:
        async with asking():
            page = await self._client.v1.refunds.list_async(
                params={"charge": order.charge_id, "limit": 100}
            )
            async for found in page.auto_paging_iter():
                if (found.metadata.to_dict() if found.metadata else {}).get(_KEY) == str(
                    order.refund_id
                ):
                    return str(found.id)
        return None

    async def refund_seen(self, provider_id: str) -> RefundSeen:
        async with asking():
            found = await self._client.v1.refunds.retrieve_async(
                provider_id,
                params={"expand": ["balance_transaction", "failure_balance_transaction"]},
            )
        ours = (found.metadata.to_dict() if found.metadata else {}).get(_KEY, "")
        return RefundSeen(
            provider_id=found.id,
            refund_id=_ours(ours),
            charge_id=_id_of(found.charge),
            status=found.status or "pending",
            amount_minor=found.amount,
            currency=found.currency.upper(),
            left=_movement(found.balance_transaction),
            came_back=_movement(getattr(found, "failure_balance_transaction", None)),
        )

    async def dispute_seen(self, provider_id: str) -> DisputeSeen:
        async with asking():
            found = await self._client.v1.disputes.retrieve_async(provider_id)
        moves = {each.reporting_category: _movement(each) for each in found.balance_transactions}
        due_by = found.evidence_details.due_by if found.evidence_details else None
        return DisputeSeen(
            provider_id=found.id,
            charge_id=_id_of(found.charge),
            status=found.status,
            reason=found.reason,
            amount_minor=found.amount,
            currency=found.currency.upper(),
            withdrawn=moves.get("dispute"),
            reinstated=moves.get("dispute_reversal"),
            evidence_due_at=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        )


def _ours(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _id_of(about: object) -> str:
    return about if isinstance(about, str) else str(getattr(about, "id", ""))


def _movement(said: BalanceTransaction | str | None) -> Movement | None:
    if said is None:
        return None
    if isinstance(said, str):
        raise PaymentsUnavailable("balance_transaction_not_expanded")
    return Movement(
        transaction_id=said.id,
        net_minor=said.net,
        fee_minor=said.fee,
        currency=said.currency.upper(),
        available_at=datetime.fromtimestamp(said.available_on, UTC),
    )
