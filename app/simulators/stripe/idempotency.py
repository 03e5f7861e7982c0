"""Idempotency keys.

v1 keeps status and body of the first request whose execution began, refusals and 500s included.
v2 keeps only what succeeded: a failed request is tried again under the same key.
"""

import json

from app.simulators.stripe import clock
from app.simulators.stripe.moments import Json
from app.simulators.stripe.refusals import Invalid
from app.simulators.stripe.store import Row, Store

KEPT_SECONDS = clock.DAY
LONGEST_KEY = 255
_LIFETIME = "key_lifetime_seconds"


def find(store: Store, account: str, key: str, endpoint: str, params: Json) -> Row | None:
    """The kept answer; another endpoint or other parameters are an `idempotency_error`."""
    kept = store.row("SELECT * FROM idempotency_keys WHERE account = ? AND key = ?", (account, key))
    if kept is None:
        return None
    if kept["method_and_path"] != endpoint:
        raise Invalid(
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{kept['method_and_path']}' vs '{endpoint}').",
            kind="idempotency_error",
        )
    if kept["parameters"] != _canonical(params):
        raise Invalid(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
        )
    return kept


def keep(
    store: Store,
    scope: tuple[str, str],
    request: tuple[str, Json],
    answer: tuple[int, str],
    now: int,
) -> None:
    """`scope` is account and key, `request` endpoint and parameters, `answer` status and body."""
    store.run(
        "INSERT OR REPLACE INTO idempotency_keys"
        " (account, key, method_and_path, parameters, status, body, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*scope, request[0], _canonical(request[1]), *answer, now),
    )


def lifetime(store: Store) -> int:
    """Seconds for which a key is kept: Stripe's day, or what was ordered."""
    return int(store.meta(_LIFETIME, str(KEPT_SECONDS)))


def live(store: Store, seconds: int) -> None:
    """From now on a key is kept so long; 0: it is forgotten before the next request."""
    store.set_meta(_LIFETIME, str(seconds))


def prune(store: Store, *, older_than: int | None = None) -> int:
    """Forget keys; without a limit all of them. Returns how many."""
    if older_than is None:
        return store.run("DELETE FROM idempotency_keys")
    return store.run("DELETE FROM idempotency_keys WHERE created <= ?", (older_than,))


def check(key: str) -> None:
    if not key or len(key) > LONGEST_KEY:
        raise Invalid(
            f"Idempotency keys must have between 1 and {LONGEST_KEY} characters.",
            kind="idempotency_error",
        )


def in_use(key: str) -> Invalid:
    return Invalid(
        "There is currently another in-progress request using this Idempotency Key (that probably "
        "means you submitted twice, and the other request is still going through): "
        f"{key}. Please try again later.",
        code="idempotency_key_in_use",
        status=409,
        kind="idempotency_error",
    )


def _canonical(params: Json) -> str:
    return json.dumps(params, sort_keys=True)
