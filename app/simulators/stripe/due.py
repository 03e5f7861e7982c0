"""What falls due by the clock: banks, expiries, availability, old keys."""

import json
from dataclasses import replace

from app.simulators.stripe import checkout, events, idempotency, intents, money, payouts
from app.simulators.stripe.moments import Moment


def catch_up(moment: Moment) -> None:
    """Let everything happen that is due at `moment.now`, in order, each at its own time."""
    while True:
        step = _next_object(moment), _next_availability(moment)
        times = [at for at in step if at is not None]
        if not times:
            break
        at = replace(moment, now=min(times), request_id=None, idempotency_key=None)
        if step[1] == at.now:
            _announce(at)
        else:
            _proceed(at)
    idempotency.prune(moment.store, older_than=moment.now - idempotency.lifetime(moment.store))


def _next_object(moment: Moment) -> int | None:
    row = moment.store.row(
        "SELECT MIN(due_at) AS due_at FROM objects WHERE due_at <= ?", (moment.now,)
    )
    return row["due_at"] if row else None


def _next_availability(moment: Moment) -> int | None:
    row = moment.store.row(
        "SELECT MIN(available_on) AS due_at FROM balance_transactions"
        " WHERE announced = 0 AND available_on <= ?",
        (moment.now,),
    )
    return row["due_at"] if row else None


def _announce(at: Moment) -> None:
    accounts = at.store.rows(
        "SELECT DISTINCT account FROM balance_transactions"
        " WHERE announced = 0 AND available_on <= ? ORDER BY account",
        (at.now,),
    )
    at.store.run(
        "UPDATE balance_transactions SET announced = 1 WHERE announced = 0 AND available_on <= ?",
        (at.now,),
    )
    for row in accounts:
        balance = money.balance(at.store, row["account"], at.now)
        events.snapshot(at, "balance.available", balance, account=row["account"])


def _proceed(at: Moment) -> None:
    row = at.store.row(
        "SELECT kind, account, body FROM objects WHERE due_at <= ? ORDER BY due_at, seq LIMIT 1",
        (at.now,),
    )
    assert row is not None
    body = json.loads(row["body"])
    if row["kind"] == "payout":
        payouts.proceed(at, body, row["account"])
    elif row["kind"] == "payment_intent":
        checkout.follow(at, intents.proceed(at, body))
    else:
        checkout.expire(at, body)
