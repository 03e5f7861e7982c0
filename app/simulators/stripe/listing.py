"""Lists in Stripe's shape: newest first, cursors by id."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.simulators.stripe.moments import Call, Json
from app.simulators.stripe.refusals import Refused, no_such
from app.simulators.stripe.store import Row

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
PAGING = ("limit", "starting_after", "ending_before", "created", "expand")


@dataclass(frozen=True)
class Source:
    """A table to list from; `noun` is what a missing cursor is called."""

    table: str
    url: str
    noun: str
    render: Callable[[Row], Json]


def body_of(row: Row) -> Json:
    body: Json = json.loads(row["body"])
    return body


def objects(url: str, noun: str) -> Source:
    return Source("objects", url, noun, body_of)


def page(call: Call, source: Source, wanted: list[str], values: list[Any]) -> Json:
    """One page; `wanted` and `values` are the conditions beside the paging parameters."""
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused("Limit must be between 1 and 100.", param="limit")
    wanted, values = ["account = ?", *wanted], [call.account, *values]
    _between(call.params.get("created"), wanted, values)
    backwards = "ending_before" in call.params
    if "starting_after" in call.params:
        wanted.append("seq < ?")
        values.append(_cursor(call, source, "starting_after"))
    if backwards:
        wanted.append("seq > ?")
        values.append(_cursor(call, source, "ending_before"))
    order = "ASC" if backwards else "DESC"
    # Tables and conditions are words of this program; what a caller sent is bound.
    where = " AND ".join(wanted)
    sql = f"SELECT * FROM {source.table} WHERE {where} ORDER BY seq {order} LIMIT ?"  # noqa: S608 – see above
    rows = call.store.rows(sql, (*values, limit + 1))
    shown = rows[:limit]
    if backwards:
        shown.reverse()
    return {
        "object": "list",
        "data": [source.render(row) for row in shown],
        "has_more": len(rows) > limit,
        "url": source.url,
    }


def _cursor(call: Call, source: Source, name: str) -> int:
    identifier = call.params[name]
    sql = f"SELECT seq FROM {source.table} WHERE id = ? AND account = ?"  # noqa: S608 – our own word
    row = call.store.row(sql, (identifier, call.account))
    if row is None:
        raise no_such(source.noun, identifier, param=name)
    return int(row["seq"])


def _between(created: Any, wanted: list[str], values: list[Any]) -> None:
    if created is None:
        return
    bounds = created.items() if isinstance(created, dict) else [("", created)]
    for name, bound in bounds:
        wanted.append(f"created {COMPARISONS.get(name, '=')} ?")
        values.append(bound)
