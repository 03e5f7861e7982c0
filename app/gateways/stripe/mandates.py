"""The verbs of `gateways.mandates` as calls of the Stripe API (2026-10-28.endive)."""

from uuid import UUID

import stripe
from stripe import PaymentIntent, PaymentMethod, SetupIntent, StripeClient

from app.gateways.mandates import ChargeOrder, ChargeState, Saved, SetupState
from app.gateways.payments import Checkout, Outcome, OutcomeKind, PaymentsUnavailable
from app.gateways.stripe import payments
from app.gateways.stripe.outcomes import asking, outcome_of

# Beside the collection's id, so that a notice about an intent says at once whose business it is.
CHARGED = "charged"
OFF_SESSION = "off_session"
# Without a person none of these comes to anything.
_FAILED = ("requires_payment_method", "requires_action", "canceled")


class StripeMandates:
    """Checkout in setup mode saves; payment intents off session charge."""

    def __init__(self, client: StripeClient) -> None:
        self._client = client

    async def make_customer(
        self, method_id: UUID, *, company_id: UUID, name: str, email: str
    ) -> Outcome:
        try:
            made = await self._client.v1.customers.create_async(
                params={"name": name, "email": email, "metadata": {"company_id": str(company_id)}},
                options={"idempotency_key": f"customer-{method_id}"},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=made.id)

    async def open_setup(
        self, method_id: UUID, *, customer: str, currency: str, return_url: str
    ) -> Checkout | Outcome:
        try:
            opened = await self._client.v1.checkout.sessions.create_async(
                params={
                    "mode": "setup",
                    "customer": customer,
                    "currency": currency.lower(),
                    "success_url": return_url,
                    "client_reference_id": str(method_id),
                    "setup_intent_data": {"metadata": {"payment_method_id": str(method_id)}},
                },
                options={"idempotency_key": f"setup-{method_id}"},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Checkout(opened.id, str(opened.url))

    async def setup_state(self, session_id: str) -> SetupState:
        async with asking():
            found = await self._client.v1.checkout.sessions.retrieve_async(
                session_id, params={"expand": ["setup_intent.payment_method"]}
            )
        ours = payments.ours(found.client_reference_id)
        setup = found.setup_intent
        if isinstance(setup, SetupIntent) and setup.status == "succeeded":
            method = setup.payment_method
            if not isinstance(method, PaymentMethod):
                raise PaymentsUnavailable("payment_method_not_expanded")
            return SetupState("saved", ours, _saved(method, setup.customer))
        return SetupState("expired" if found.status == "expired" else "open", ours)

    async def forget(self, method: str) -> Outcome:
        try:
            await self._client.v1.payment_methods.detach_async(
                method, options={"idempotency_key": f"forget-{method}"}
            )
        except stripe.StripeError as error:
            # Refused: it belongs to nobody any more, which is what was wanted.
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=method)

    async def charge(self, order: ChargeOrder) -> Outcome:
        try:
            made = await self._client.v1.payment_intents.create_async(
                params={
                    "amount": order.amount_minor,
                    "currency": order.currency.lower(),
                    "customer": order.customer,
                    "payment_method": order.method,
                    "confirm": True,
                    "off_session": True,
                    # Nobody is there to be asked: a wish to authenticate is a refusal.
                    "error_on_requires_action": True,
                    "description": order.label,
                    "metadata": {
                        "collection_id": str(order.collection_id),
                        CHARGED: OFF_SESSION,
                    },
                },
                options={"idempotency_key": f"charge-{order.collection_id}"},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=made.id)

    async def find_charge(self, order: ChargeOrder) -> str | None:
        async with asking():
            page = await self._client.v1.payment_intents.list_async(
                params={"customer": order.customer, "limit": 100}
            )
            async for found in page.auto_paging_iter():
                if _collection_of(found) == order.collection_id:
                    return str(found.id)
        return None

    async def charge_state(self, intent_id: str) -> ChargeState:
        async with asking():
            found = await self._client.v1.payment_intents.retrieve_async(
                intent_id, params={"expand": ["latest_charge.balance_transaction"]}
            )
        ours = _collection_of(found)
        if found.status == "succeeded":
            return ChargeState(found.id, "paid", ours, money=payments.figures(found, ours))
        if found.status not in _FAILED:
            return ChargeState(found.id, "open", ours)
        error = found.last_payment_error
        return ChargeState(found.id, "failed", ours, code=error.code if error else found.status)

    async def call_off(self, intent_id: str) -> Outcome:
        try:
            await self._client.v1.payment_intents.cancel_async(
                intent_id,
                params={"cancellation_reason": "abandoned"},
                options={"idempotency_key": f"call-off-{intent_id}"},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=intent_id)


def _collection_of(intent: PaymentIntent) -> UUID | None:
    said = intent.metadata.to_dict() if intent.metadata else {}
    return payments.ours(said.get("collection_id")) if said.get(CHARGED) == OFF_SESSION else None


def _saved(method: PaymentMethod, customer: object) -> Saved:
    owner = customer if isinstance(customer, str) else str(getattr(customer, "id", ""))
    kind, brand, expires = method.type, method.type, None
    if kind == "card" and (card := method.card) is not None:
        brand, expires = card.brand, (card.exp_year, card.exp_month)
    last_four = getattr(getattr(method, kind, None), "last4", None) or ""
    return Saved(method.id, owner, kind, brand, last_four, expires)
