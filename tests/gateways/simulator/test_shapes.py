"""Every answer and event has the fields of Stripe's own published types, and no others."""

from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import pytest
import stripe
from stripe.v2 import core

from tests.gateways.simulator.running import Running

TYPES: dict[str, type] = {
    "balance": stripe.Balance,
    "balance_settings": stripe.BalanceSettings,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "mandate": stripe.Mandate,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "setup_intent": stripe.SetupIntent,
    "transfer": stripe.Transfer,
    "v2.core.account": core.Account,
    "v2.core.account_link": core.AccountLink,
}
ACCOUNT_FIELDS: Any = ["configuration.recipient", "requirements", "identity", "defaults"]


def deviations(value: Any, expected: Any, where: str) -> list[str]:
    """Fields that the type does not have, nulls and literals that it does not allow."""
    options = flat(expected)
    if isinstance(value, list):
        inner = [get_args(option)[0] for option in options if get_origin(option) is list]
        return [
            found
            for place, item in enumerate(value)
            for found in deviations(item, inner[0] if inner else Any, f"{where}[{place}]")
        ]
    if value is None:
        return [] if Any in options or type(None) in options else [f"{where}: null"]
    if not isinstance(value, dict):
        literals = [option for option in options if get_origin(option) is Literal]
        closed = literals and str not in options
        fits = not closed or any(value in get_args(option) for option in literals)
        return [] if fits else [f"{where}: {value!r}"]
    named = TYPES.get(str(value.get("object")))
    if named is None and value.get("object") == "list":
        return deviations(value["data"], list[Any], where)
    classes = [named] if named else [option for option in options if has_fields(option)]
    if not classes:
        return []
    fields = hints(classes[0])
    lacking = [f"{where}.{name}: missing" for name in always(classes[0]) - value.keys()]
    unknown = [f"{where}.{name}: unknown" for name in value if name not in fields]
    return (
        lacking
        + unknown
        + [
            found
            for name, inner_value in value.items()
            if name in fields
            for found in deviations(inner_value, fields[name], f"{where}.{name}")
        ]
    )


def flat(expected: Any) -> list[Any]:
    if get_origin(expected) is Union:
        return [inner for option in get_args(expected) for inner in flat(option)]
    return [expected]


def has_fields(option: Any) -> bool:
    return (
        isinstance(option, type)
        and issubclass(option, stripe.StripeObject)
        and bool(option.__annotations__)
        and option.__name__ != "UntypedStripeObject"
    )


def hints(owner: Any) -> dict[str, Any]:
    """The annotations of a class; names that only type checkers can see become Any."""
    return {name: evaluated(hint) for name, hint in owner.__annotations__.items()}


def evaluated(hint: Any) -> Any:
    if isinstance(hint, str | ForwardRef):
        return Any
    arguments = get_args(hint)
    if get_origin(hint) is Union:
        return Union[tuple(evaluated(argument) for argument in arguments)]  # noqa: UP007 – built at run time
    if get_origin(hint) is list:
        return list[evaluated(arguments[0])]  # type: ignore[misc]
    return hint


def always(owner: Any) -> set[str]:
    """Fields that are never absent."""
    return {
        name
        for name, hint in hints(owner).items()
        if type(None) not in flat(hint) and "ClassVar" not in str(hint)
    }


def clean(answer: Any) -> None:
    body = answer.to_dict() if isinstance(answer, stripe.StripeObject) else answer
    assert deviations(body, Any, body["object"]) == []


async def test_answers_are_clean(sim: Running) -> None:
    client = sim.client()
    payee = await sim.payee(onboarded=False)
    clean(await client.v2.core.accounts.retrieve_async(payee, {"include": ACCOUNT_FIELDS}))
    clean(await client.v2.core.accounts.retrieve_async(payee))
    use_case: Any = {
        "type": "account_onboarding",
        "account_onboarding": {"refresh_url": "https://payee.example.test/again"},
    }
    clean(await client.v2.core.account_links.create_async({"account": payee, "use_case": use_case}))
    await sim.order(f"accounts/{payee}/onboard")
    clean(await client.v2.core.accounts.retrieve_async(payee, {"include": ACCOUNT_FIELDS}))
    clean(await client.v1.customers.create_async({"name": "Invented Labs"}))
    session = await sim.session()
    clean(session)
    await sim.order(f"checkout/{session.id}/pay")
    expand = ["payment_intent.latest_charge.balance_transaction", "line_items"]
    paid: Any = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": expand})
    clean(paid)
    clean(paid.payment_intent)
    clean(paid.payment_intent.latest_charge)
    clean(paid.payment_intent.latest_charge.balance_transaction)
    clean(await client.v1.balance.retrieve_async())
    await sim.order("clock/advance", seconds=2 * 86_400)
    transfer = await client.v1.transfers.create_async(
        {"amount": 900, "currency": "usd", "destination": payee}
    )
    clean(transfer)
    options: Any = {"stripe_account": payee}
    clean(await client.v1.charges.retrieve_async(str(transfer.destination_payment), None, options))
    payout = await client.v1.payouts.create_async({"amount": 900, "currency": "usd"}, options)
    clean(payout)
    clean(await sim.order(f"payouts/{payout.id}/fail"))
    clean(await client.v1.balance.retrieve_async(options=options))


async def test_events_are_clean(sim: Running) -> None:
    payee = await sim.payee()
    await sim.order("top-ups", amount=900, currency="usd")
    for make in (sim.session, sim.session):
        session = await make()
    await sim.order(f"checkout/{session.id}/pay")
    client = sim.client()
    await client.v1.transfers.create_async({"amount": 900, "currency": "usd", "destination": payee})
    options: Any = {"stripe_account": payee}
    payout = await client.v1.payouts.create_async({"amount": 900, "currency": "usd"}, options)
    await sim.order("clock/advance", seconds=3 * 86_400)
    await sim.order(f"payouts/{payout.id}/fail")
    snapshots = [
        letter.event for letter in sim.letters.deliveries if letter.event["object"] == "event"
    ]
    assert {event["type"] for event in snapshots} == {
        "balance.available",
        "charge.succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "payout.created",
        "payout.failed",
        "payout.paid",
        "payout.updated",
        "transfer.created",
    }
    known = get_args(stripe.Event.__annotations__["type"])
    for event in snapshots:
        assert event["type"] in known
        clean(event)
        clean(event["data"]["object"])


async def test_a_payout_schedule_can_only_be_manual(sim: Running) -> None:
    payee = await sim.payee()
    options: Any = {"stripe_account": payee}

    async def schedule(interval: str) -> stripe.BalanceSettings:
        wanted: Any = {"payments": {"payouts": {"schedule": {"interval": interval}}}}
        return await sim.client().v1.balance_settings.update_async(wanted, options)

    clean(await schedule("manual"))
    with pytest.raises(stripe.InvalidRequestError) as found:
        await schedule("daily")
    assert found.value.code == "parameter_not_simulated"
