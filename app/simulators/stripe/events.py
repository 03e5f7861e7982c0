"""Events: snapshots (v1) and thin ones (v2), kept with the state of their delivery."""

import json
from typing import Any
from urllib.parse import urlencode

from app.simulators.stripe import clock, listing
from app.simulators.stripe.moments import API_VERSION, Call, Json, Moment
from app.simulators.stripe.refusals import Refused
from app.simulators.stripe.store import PLATFORM, Row, Store, new_id

PLATFORM_ENDPOINT = "platform"
CONNECT_ENDPOINT = "connect"
KEPT_DAYS = 30


def snapshot(
    moment: Moment,
    kind: str,
    body: Json,
    *,
    account: str = PLATFORM,
    before: Json | None = None,
) -> None:
    """Record a v1 event; one of a connected account goes to the connect endpoint."""
    data: Json = {"object": body}
    if before is not None:
        data["previous_attributes"] = before
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": moment.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": moment.request_id, "idempotency_key": moment.idempotency_key},
        "type": kind,
    }
    addressee = PLATFORM_ENDPOINT
    if account != PLATFORM:
        event["account"] = event["context"] = account
        addressee = CONNECT_ENDPOINT
    event["pending_webhooks"] = int(addressee in moment.endpoints)
    _keep(moment, event, account=account, thin=False, addressee=addressee)


def thin(moment: Moment, kind: str, account: str, data: Json | None = None) -> None:
    """Record a v2 event about a connected account; the notification leaves `data` out."""
    event: Json = {
        "id": new_id("evt"),
        "object": "v2.core.event",
        "type": kind,
        "livemode": False,
        "created": clock.as_text(moment.now),
        "context": account,
        "reason": None,
        "related_object": {
            "id": account,
            "type": "v2.core.account",
            "url": f"/v2/core/accounts/{account}",
        },
    }
    if moment.request_id and moment.idempotency_key:
        request = {"id": moment.request_id, "idempotency_key": moment.idempotency_key}
        event["reason"] = {"type": "request", "request": request}
    if data is not None:
        event["data"] = data
    _keep(moment, event, account=account, thin=True, addressee=CONNECT_ENDPOINT)


def _keep(moment: Moment, event: Json, *, account: str, thin: bool, addressee: str) -> None:
    state = "waiting" if addressee in moment.endpoints else "no_endpoint"
    moment.store.run(
        "INSERT INTO events (id, account, type, thin, created, body, addressee, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event["id"],
            account,
            event["type"],
            int(thin),
            moment.now,
            json.dumps(event),
            addressee,
            state,
        ),
    )


def shown(row: Row) -> Json:
    """The event as the API returns it: a snapshot counts the deliveries still to come."""
    body: Json = json.loads(row["body"])
    if not row["thin"]:
        body["pending_webhooks"] = int(row["state"] not in ("delivered", "no_endpoint"))
    return body


def notification(row: Row) -> Json:
    """The event as it is delivered: a thin one carries no data."""
    body: Json = json.loads(row["body"])
    if row["thin"]:
        body.pop("data", None)
    return body


def find(store: Store, identifier: str, *, thin: bool, account: str | None, now: int) -> Row | None:
    """One event of the last 30 days; `account=None` looks into all connected accounts."""
    found = store.row(
        "SELECT * FROM events WHERE id = ? AND thin = ? AND created > ?",
        (identifier, int(thin), now - KEPT_DAYS * clock.DAY),
    )
    if found is not None and account is not None and found["account"] != account:
        return None
    return found


def condition(params: Json, now: int) -> tuple[list[str], list[Any]]:
    """SQL conditions for `GET /v1/events`."""
    wanted: list[str] = ["thin = 0", "created > ?"]
    values: list[Any] = [now - KEPT_DAYS * clock.DAY]
    kinds = [params["type"]] if "type" in params else params.get("types", [])
    if kinds:
        wanted.append("(" + " OR ".join("type GLOB ?" for _ in kinds) + ")")
        values.extend(kinds)
    if "delivery_success" in params:
        settled = "('delivered', 'no_endpoint')"
        wanted.append(f"state {'IN' if params['delivery_success'] else 'NOT IN'} {settled}")
    return wanted, values


def thin_page(call: Call) -> Json:
    """`GET /v2/core/events`, newest first; the page after this one has its own address."""
    said = call.params
    limit = said.get("limit", 20)
    if not 1 <= limit <= 100:
        raise Refused("Limit must be between 1 and 100.", param="limit")
    wanted = ["thin = 1", "created > ?"]
    values: list[Any] = [call.now - KEPT_DAYS * clock.DAY]
    if call.account != PLATFORM:
        wanted.append("account = ?")
        values.append(call.account)
    for name, text in said.get("created", {}).items():
        wanted.append(f"created {listing.COMPARISONS[name]} ?")
        values.append(clock.from_text(text))
    if "object_id" in said:
        wanted.append("account = ?")
        values.append(said["object_id"])
    if said.get("types"):
        wanted.append(f"type IN ({', '.join('?' for _ in said['types'])})")
        values.extend(said["types"])
    if call.next_page is not None:
        wanted.append("seq < ?")
        values.append(call.next_page)
    # Conditions are words of this program; what a caller sent is bound.
    sql = f"SELECT * FROM events WHERE {' AND '.join(wanted)} ORDER BY seq DESC LIMIT ?"  # noqa: S608 – see above
    rows = call.store.rows(sql, (*values, limit + 1))
    shown_rows, following = rows[:limit], None
    if len(rows) > limit:
        asked = [("limit", str(limit)), ("page", str(shown_rows[-1]["seq"]))]
        asked += [(f"created[{name}]", text) for name, text in said.get("created", {}).items()]
        asked += [(f"types[{n}]", kind) for n, kind in enumerate(said.get("types", []))]
        if "object_id" in said:
            asked.append(("object_id", said["object_id"]))
        following = f"/v2/core/events?{urlencode(asked)}"
    return {
        "data": [json.loads(row["body"]) for row in shown_rows],
        "next_page_url": following,
        "previous_page_url": None,
    }
