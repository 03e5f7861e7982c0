"""Every endpoint that exists: method, path, parameters that have an effect, what it does."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.simulators.stripe import (
    accounts,
    balance_settings,
    banks,
    checkout,
    customers,
    disputes,
    events,
    intents,
    listing,
    money,
    payment_methods,
    payments,
    payouts,
    refunds,
    setups,
    transfers,
)
from app.simulators.stripe.moments import Call, Json
from app.simulators.stripe.parameters import Shape
from app.simulators.stripe.refusals import no_such
from app.simulators.stripe.store import PLATFORM

LIST = listing.PAGING
NOTED = ("metadata", "description", "expand")


@dataclass(frozen=True)
class Operation:
    method: str
    pattern: re.Pattern[str]
    shape: Shape
    handler: Callable[[Call], Json]

    @property
    def is_v2(self) -> bool:
        return self.shape.name.startswith("v2.")


def find(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    for operation in OPERATIONS:
        match = operation.pattern.fullmatch(path)
        if match and operation.method == method:
            return operation, match.groupdict()
    return None


def _operation(
    endpoint: str, shape: str, simulated: tuple[str, ...], handler: Callable[[Call], Json]
) -> Operation:
    method, _, path = endpoint.partition(" ")
    pattern = re.compile(path.replace("{id}", "(?P<id>[A-Za-z0-9_]{1,100})"))
    return Operation(method, pattern, Shape(shape, simulated), handler)


def _balance(call: Call) -> Json:
    return money.balance(call.store, call.account, call.now)


def _balance_transaction(call: Call) -> Json:
    found = money.find(call.store, call.path["id"], account=call.account, now=call.now)
    if found is None:
        raise no_such("balance transaction", call.path["id"], param="id", in_url=True)
    return found


def _balance_transactions(call: Call) -> Json:
    source = listing.Source(
        "balance_transactions",
        "/v1/balance_transactions",
        "balance transaction",
        lambda row: money.rendered(row, call.now),
    )
    named = [name for name in ("currency", "source", "type") if name in call.params]
    values = [call.params[name] for name in named]
    if "payout" in call.params:
        # Manual payouts are not itemised by Stripe either: only their own row names them.
        named.append("source")
        values.append(call.params["payout"])
    return listing.page(call, source, [f"{name} = ?" for name in named], values)


def _event(call: Call) -> Json:
    row = events.find(call.store, call.path["id"], thin=False, account=call.account, now=call.now)
    if row is None:
        raise no_such("event", call.path["id"], param="id", in_url=True)
    return events.shown(row)


def _events(call: Call) -> Json:
    source = listing.Source("events", "/v1/events", "event", events.shown)
    return listing.page(call, source, *events.condition(call.params, call.now))


def _thin_event(call: Call) -> Json:
    account = None if call.account == PLATFORM else call.account
    row = events.find(call.store, call.path["id"], thin=True, account=account, now=call.now)
    if row is None:
        raise no_such("event", call.path["id"], param="id", in_url=True)
    return events.shown(row)


ACCOUNT = (
    "contact_email",
    "contact_phone",
    "display_name",
    "dashboard",
    "identity",
    "defaults",
    "metadata",
    "include",
    "configuration.recipient.capabilities.stripe_balance.stripe_transfers",
)
ONBOARDING = "use_case.account_onboarding"
SESSION = (
    "mode",
    "ui_mode",
    "success_url",
    "cancel_url",
    "customer",
    "customer_email",
    "client_reference_id",
    "metadata",
    "locale",
    "expires_at",
    "expand",
    "line_items.quantity",
    "line_items.price_data.currency",
    "line_items.price_data.unit_amount",
    "line_items.price_data.product_data.name",
    "line_items.price_data.product_data.description",
    "payment_intent_data.transfer_group",
    "payment_intent_data.metadata",
    "payment_intent_data.description",
    "currency",
    "setup_intent_data.metadata",
    "setup_intent_data.description",
)
INTENT = (
    *NOTED,
    "amount",
    "currency",
    "customer",
    "payment_method",
    "confirm",
    "off_session",
    "error_on_requires_action",
    "automatic_payment_methods.enabled",
    "transfer_group",
)

OPERATIONS = (
    _operation("POST /v2/core/accounts", "v2.core.AccountCreateParams", ACCOUNT, accounts.create),
    _operation(
        "GET /v2/core/accounts/{id}",
        "v2.core.AccountRetrieveParams",
        ("include",),
        accounts.retrieve,
    ),
    _operation(
        "POST /v2/core/account_links",
        "v2.core.AccountLinkCreateParams",
        (
            "account",
            "use_case.type",
            f"{ONBOARDING}.refresh_url",
            f"{ONBOARDING}.return_url",
            f"{ONBOARDING}.collection_options",
        ),
        accounts.create_link,
    ),
    _operation(
        "GET /v1/accounts/{id}/external_accounts",
        "AccountExternalAccountListParams",
        ("limit", "object", "expand"),
        banks.list_all,
    ),
    _operation("GET /v2/core/events/{id}", "v2.core.EventRetrieveParams", (), _thin_event),
    _operation(
        "GET /v2/core/events",
        "v2.core.EventListParams",
        ("created", "limit", "object_id", "types"),
        events.thin_page,
    ),
    _operation(
        "POST /v1/customers",
        "CustomerCreateParams",
        (*NOTED, "name", "email", "phone", "address", "preferred_locales"),
        customers.create,
    ),
    _operation("GET /v1/customers/{id}", "CustomerRetrieveParams", ("expand",), customers.retrieve),
    _operation(
        "POST /v1/checkout/sessions", "checkout.SessionCreateParams", SESSION, checkout.create
    ),
    _operation(
        "GET /v1/checkout/sessions",
        "checkout.SessionListParams",
        (*LIST, "payment_intent", "customer", "status"),
        checkout.list_all,
    ),
    _operation(
        "GET /v1/checkout/sessions/{id}",
        "checkout.SessionRetrieveParams",
        ("expand",),
        checkout.retrieve,
    ),
    _operation(
        "POST /v1/checkout/sessions/{id}/expire",
        "checkout.SessionExpireParams",
        ("expand",),
        checkout.expire_by_call,
    ),
    _operation("POST /v1/payment_intents", "PaymentIntentCreateParams", INTENT, intents.create),
    _operation(
        "GET /v1/payment_intents",
        "PaymentIntentListParams",
        (*LIST, "customer"),
        intents.list_all,
    ),
    _operation(
        "GET /v1/payment_intents/{id}", "PaymentIntentRetrieveParams", ("expand",), intents.retrieve
    ),
    _operation(
        "POST /v1/payment_intents/{id}/confirm",
        "PaymentIntentConfirmParams",
        ("payment_method", "off_session", "expand"),
        intents.confirm,
    ),
    _operation(
        "POST /v1/payment_intents/{id}/cancel",
        "PaymentIntentCancelParams",
        ("cancellation_reason", "expand"),
        intents.cancel,
    ),
    _operation(
        "POST /v1/setup_intents",
        "SetupIntentCreateParams",
        (*NOTED, "customer", "usage", "automatic_payment_methods.enabled"),
        setups.create,
    ),
    _operation(
        "GET /v1/setup_intents/{id}", "SetupIntentRetrieveParams", ("expand",), setups.retrieve
    ),
    _operation(
        "POST /v1/setup_intents/{id}/cancel", "SetupIntentCancelParams", ("expand",), setups.cancel
    ),
    _operation(
        "GET /v1/payment_methods",
        "PaymentMethodListParams",
        (*LIST, "customer", "type"),
        payment_methods.list_all,
    ),
    _operation(
        "GET /v1/payment_methods/{id}",
        "PaymentMethodRetrieveParams",
        ("expand",),
        payment_methods.retrieve,
    ),
    _operation(
        "POST /v1/payment_methods/{id}/detach",
        "PaymentMethodDetachParams",
        ("expand",),
        payment_methods.detach,
    ),
    _operation(
        "GET /v1/mandates/{id}",
        "MandateRetrieveParams",
        ("expand",),
        payment_methods.retrieve_mandate,
    ),
    _operation(
        "GET /v1/charges/{id}", "ChargeRetrieveParams", ("expand",), payments.retrieve_charge
    ),
    _operation(
        "POST /v1/refunds",
        "RefundCreateParams",
        ("charge", "payment_intent", "amount", "reason", "metadata", "expand"),
        refunds.create,
    ),
    _operation(
        "GET /v1/refunds", "RefundListParams", (*LIST, "charge", "payment_intent"), refunds.list_all
    ),
    _operation("GET /v1/refunds/{id}", "RefundRetrieveParams", ("expand",), refunds.retrieve),
    _operation(
        "GET /v1/disputes",
        "DisputeListParams",
        (*LIST, "charge", "payment_intent"),
        disputes.list_all,
    ),
    _operation("GET /v1/disputes/{id}", "DisputeRetrieveParams", ("expand",), disputes.retrieve),
    _operation("POST /v1/disputes/{id}/close", "DisputeCloseParams", ("expand",), disputes.close),
    _operation(
        "POST /v1/transfers",
        "TransferCreateParams",
        (*NOTED, "amount", "currency", "destination", "source_transaction", "transfer_group"),
        transfers.create,
    ),
    _operation(
        "GET /v1/transfers",
        "TransferListParams",
        (*LIST, "transfer_group", "destination"),
        transfers.list_all,
    ),
    _operation("GET /v1/transfers/{id}", "TransferRetrieveParams", ("expand",), transfers.retrieve),
    _operation(
        "POST /v1/payouts",
        "PayoutCreateParams",
        (*NOTED, "amount", "currency", "method", "statement_descriptor"),
        payouts.create,
    ),
    _operation(
        "GET /v1/payouts", "PayoutListParams", (*LIST, "status", "arrival_date"), payouts.list_all
    ),
    _operation("GET /v1/payouts/{id}", "PayoutRetrieveParams", ("expand",), payouts.retrieve),
    _operation("POST /v1/payouts/{id}/cancel", "PayoutCancelParams", ("expand",), payouts.cancel),
    _operation("GET /v1/balance", "BalanceRetrieveParams", (), _balance),
    _operation(
        "GET /v1/balance_settings",
        "BalanceSettingsRetrieveParams",
        ("expand",),
        balance_settings.retrieve,
    ),
    _operation(
        "POST /v1/balance_settings",
        "BalanceSettingsUpdateParams",
        ("payments.payouts.schedule.interval", "expand"),
        balance_settings.update,
    ),
    _operation(
        "GET /v1/balance_transactions",
        "BalanceTransactionListParams",
        (*LIST, "currency", "source", "type", "payout"),
        _balance_transactions,
    ),
    _operation(
        "GET /v1/balance_transactions/{id}",
        "BalanceTransactionRetrieveParams",
        ("expand",),
        _balance_transaction,
    ),
    _operation(
        "GET /v1/events", "EventListParams", (*LIST, "type", "types", "delivery_success"), _events
    ),
    _operation("GET /v1/events/{id}", "EventRetrieveParams", ("expand",), _event),
)
