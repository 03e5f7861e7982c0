"""The verbs of `gateways.payments` as calls of the Stripe API (2026-10-28.endive)."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import stripe
from stripe import PaymentIntent, StripeClient

from app.gateways.payments import (
    BankPayoutState,
    Checkout,
    CheckoutState,
    Outcome,
    OutcomeKind,
    Payee,
    PayeeState,
    PaymentsUnavailable,
    Send,
)
from app.gateways.stripe.client import ONCE
from app.gateways.stripe.outcomes import asking, outcome_of

_FAILED_INTENTS = ("requires_payment_method", "canceled")
_FAILED_PAYOUTS = ("failed", "canceled")


def group_of(payout_id: UUID) -> str:
    """The transfer group under which a payout's transfer is found again."""
    return f"payout-{payout_id}"


def ours(reference: str | None) -> UUID | None:
    """The id in a reference, unless somebody else wrote it."""
    try:
        return UUID(reference or "")
    except ValueError:
        return None


def unpaid_state(session_status: str | None, intent_status: str | None) -> str:
    """`expired` when nobody can pay on a page any more, else `open`.

    A direct debit completes the page at once and may fail days later: then the page is done, the
    intent wants another means of payment, and no money will come.
    """
    failed = session_status == "complete" and intent_status in _FAILED_INTENTS
    return "expired" if failed or session_status == "expired" else "open"


def figures(paid: PaymentIntent, collection_id: UUID | None) -> CheckoutState:
    """The money of a paid intent whose charge and balance transaction were asked for with it."""
    charge = paid.latest_charge
    if charge is None or isinstance(charge, str):
        raise PaymentsUnavailable("charge_not_expanded")
    balance = charge.balance_transaction
    if balance is None or isinstance(balance, str):
        raise PaymentsUnavailable("balance_transaction_pending")
    return CheckoutState(
        "paid",
        collection_id,
        charge_id=charge.id,
        balance_transaction_id=balance.id,
        gross_minor=balance.amount,
        fee_minor=balance.fee,
        currency=balance.currency.upper(),
        available_at=datetime.fromtimestamp(balance.available_on, UTC),
    )


class StripePayments:
    """Payments through Stripe: Connect with Accounts v2, separate charges and transfers."""

    def __init__(self, client: StripeClient) -> None:
        self._client = client

    async def create_payee(self, payee: Payee) -> Outcome:
        key = f"payee-{payee.trainer_id}"
        try:
            account = await self._client.v2.core.accounts.create_async(
                params={
                    "contact_email": payee.email,
                    "display_name": payee.full_name,
                    "dashboard": "express",
                    "identity": {"country": payee.country, "entity_type": "individual"},
                    "configuration": {
                        "recipient": {
                            "capabilities": {
                                "stripe_balance": {"stripe_transfers": {"requested": True}}
                            }
                        }
                    },
                    "defaults": {
                        "responsibilities": {
                            "fees_collector": "application",
                            "losses_collector": "application",
                        }
                    },
                    "metadata": {"trainer_id": str(payee.trainer_id)},
                },
                options={"idempotency_key": key},
            )
            # Payouts to the bank are ours to start: Stripe must not sweep the balance by itself.
            await self._client.v1.balance_settings.update_async(
                params={"payments": {"payouts": {"schedule": {"interval": "manual"}}}},
                options={"idempotency_key": f"{key}-manual", "stripe_account": account.id},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=account.id)

    async def onboarding_link(self, account: str, *, refresh_url: str, return_url: str) -> str:
        async with asking():
            link = await self._client.v2.core.account_links.create_async(
                params={
                    "account": account,
                    "use_case": {
                        "type": "account_onboarding",
                        "account_onboarding": {
                            "refresh_url": refresh_url,
                            "return_url": return_url,
                        },
                    },
                }
            )
        return str(link.url)

    async def payee_state(self, account: str) -> PayeeState:
        async with asking():
            found = await self._client.v2.core.accounts.retrieve_async(
                account, params={"include": ["configuration.recipient", "requirements"]}
            )
            banks = await self._client.v1.accounts.external_accounts.list_async(
                account, params={"limit": 100}
            )
        status = None
        if found.configuration and (recipient := found.configuration.recipient):
            balance = getattr(recipient.capabilities, "stripe_balance", None)
            transfers = getattr(balance, "stripe_transfers", None)
            status = getattr(transfers, "status", None)
        entries = (found.requirements.entries if found.requirements else None) or []
        missing = tuple(str(entry.description) for entry in entries)
        # The id of a bank account changes with every edit; its fingerprint only with the account.
        prints = sorted(getattr(bank, "fingerprint", None) or bank.id for bank in banks.data)
        digest = hashlib.sha256("|".join(prints).encode()).hexdigest() if prints else None
        return PayeeState(status == "active", missing, destination=digest)

    async def open_checkout(
        self, collection_id: UUID, *, amount_minor: int, currency: str, label: str, return_url: str
    ) -> Checkout | Outcome:
        try:
            opened = await self._client.v1.checkout.sessions.create_async(
                params={
                    "mode": "payment",
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": currency.lower(),
                                "unit_amount": amount_minor,
                                "product_data": {"name": label},
                            },
                        }
                    ],
                    "success_url": return_url,
                    "client_reference_id": str(collection_id),
                    "metadata": {"collection_id": str(collection_id)},
                    "payment_intent_data": {"metadata": {"collection_id": str(collection_id)}},
                },
                options={"idempotency_key": f"checkout-{collection_id}"},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Checkout(opened.id, str(opened.url))

    async def checkout_state(self, session_id: str) -> CheckoutState:
        async with asking():
            found = await self._client.v1.checkout.sessions.retrieve_async(session_id)
            if found.mode == "setup":
                return CheckoutState("setup", ours(found.client_reference_id))
            intent = found.payment_intent
            intent_id = intent if isinstance(intent, str) else intent.id if intent else ""
            if found.payment_status != "paid":
                status = None
                if found.status == "complete" and intent_id:
                    asked = await self._client.v1.payment_intents.retrieve_async(intent_id)
                    status = asked.status
                state = unpaid_state(found.status, status)
                return CheckoutState(state, ours(found.client_reference_id))
            paid = await self._client.v1.payment_intents.retrieve_async(
                intent_id, params={"expand": ["latest_charge.balance_transaction"]}
            )
        return figures(paid, ours(found.client_reference_id))

    async def expire_checkout(self, session_id: str) -> Outcome:
        try:
            await self._client.v1.checkout.sessions.expire_async(session_id)
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=session_id)

    async def send_transfer(self, send: Send) -> Outcome:
        try:
            sent = await self._client.v1.transfers.create_async(
                params={
                    "amount": send.amount_minor,
                    "currency": send.currency.lower(),
                    "destination": send.account,
                    "transfer_group": group_of(send.payout_id),
                    "metadata": {
                        "payout_id": str(send.payout_id),
                        "attempt_id": str(send.attempt_id),
                    },
                },
                options={"idempotency_key": str(send.attempt_id), **ONCE},
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=sent.id)

    async def find_transfer(self, send: Send) -> str | None:
        """By listing and not by Search, which does not read its own writes."""
        async with asking():
            page = await self._client.v1.transfers.list_async(
                params={"transfer_group": group_of(send.payout_id), "limit": 100}
            )
            async for found in page.auto_paging_iter():
                if found.destination == send.account and not found.reversed:
                    return str(found.id)
        return None

    async def start_bank_payout(self, send: Send) -> Outcome:
        try:
            started = await self._client.v1.payouts.create_async(
                params={
                    "amount": send.amount_minor,
                    "currency": send.currency.lower(),
                    "metadata": {
                        "payout_id": str(send.payout_id),
                        "attempt_id": str(send.attempt_id),
                    },
                },
                options={
                    "idempotency_key": str(send.attempt_id),
                    "stripe_account": send.account,
                    **ONCE,
                },
            )
        except stripe.StripeError as error:
            return outcome_of(error)
        return Outcome(OutcomeKind.SETTLED, provider_id=started.id)

    async def find_bank_payout(self, send: Send) -> str | None:
        """The live payout of this payout, whichever attempt made it."""
        async with asking():
            page = await self._client.v1.payouts.list_async(
                params={"limit": 100}, options={"stripe_account": send.account}
            )
            async for found in page.auto_paging_iter():
                of = (found.metadata.to_dict() if found.metadata else {}).get("payout_id")
                if of == str(send.payout_id) and found.status not in _FAILED_PAYOUTS:
                    return str(found.id)
        return None

    async def bank_payout_state(self, account: str, bank_payout_id: str) -> BankPayoutState:
        async with asking():
            found = await self._client.v1.payouts.retrieve_async(
                bank_payout_id, options={"stripe_account": account}
            )
        return BankPayoutState(found.status, found.failure_code)

    async def available_minor(self, currency: str) -> int:
        async with asking():
            balance = await self._client.v1.balance.retrieve_async()
        return sum(b.amount for b in balance.available if b.currency == currency.lower())
