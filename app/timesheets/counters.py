"""Cap counters as rows: made, locked and moved in one order by everybody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.caps import CounterKey, Scope

# How SQL writes a week's start as the period of a counter, as `datetime.isoformat` does.
WEEK_PERIOD = '\'YYYY-MM-DD"T"HH24:MI:SS"+00:00"\''


@dataclass(frozen=True, slots=True)
class Move:
    """`by` units up or down. `lift`: the cap's owner has agreed, so the cap rises to fit."""

    key: CounterKey
    by: int
    agreed: int
    lift: bool = False


async def lock(session: AsyncSession, wanted: Collection[CounterKey]) -> dict[CounterKey, int]:
    """Lock the counters, made where missing, and return what each has used.

    `wanted` may come in any order. Either all of them are locked or, while one is missing, none:
    whoever waits for another's new row then holds no old one, so that nobody waits in a circle.
    """
    keys = sorted(wanted, key=lambda key: key.place)
    places = _places(keys)
    rows = (await session.execute(_LOCK, places)).all()
    if len(rows) < len(keys):
        await session.execute(_MAKE, places)
        rows = (await session.execute(_LOCK, places)).all()
    return {keys[place - 1]: used for place, used in rows}


async def hold_engagements(session: AsyncSession, engagement_ids: Collection[UUID]) -> None:
    """Be the only one who moves the entries and sheets of these engagements until the commit.

    Every writer of them holds the engagement's counter first, whatever else it locks later, so
    that nobody waits in a circle.
    """
    await lock(
        session,
        {CounterKey(Scope.ENGAGEMENT_TOTAL, id_, "") for id_ in engagement_ids},
    )


async def read(session: AsyncSession, keys: Sequence[CounterKey]) -> dict[CounterKey, int]:
    """What is used of each counter, without a lock; a counter that nobody moved has no entry."""
    rows = await session.execute(_READ, _places(keys))
    return {keys[place - 1]: used for place, used in rows}


async def move(session: AsyncSession, moves: Sequence[Move]) -> None:
    """Move locked counters by relative amounts; the CHECK `used <= cap` stands behind.

    A cap follows what is agreed, but never below what is used already; it stands at 0 until the
    first move.
    """
    if not moves:
        return
    await session.execute(
        _MOVE,
        {
            **_places([each.key for each in moves]),
            "by": [each.by for each in moves],
            "agreed": [each.agreed for each in moves],
            "lift": [max(0, each.by) if each.lift else 0 for each in moves],
        },
    )


def _places(keys: Sequence[CounterKey]) -> dict[str, Any]:
    return {
        "scopes": [key.scope.value for key in keys],
        "scope_ids": [key.scope_id for key in keys],
        "periods": [key.period for key in keys],
    }


def _over_keys(statement: str, *numbers: str) -> TextClause:
    return text(statement).bindparams(
        bindparam("scopes", type_=ARRAY(Text())),
        bindparam("scope_ids", type_=ARRAY(Uuid())),
        bindparam("periods", type_=ARRAY(Text())),
        *(bindparam(name, type_=ARRAY(BigInteger())) for name in numbers),
    )


_MAKE = _over_keys(
    "INSERT INTO cap_counters (scope, scope_id, period, cap, used)"
    " SELECT scope, scope_id, period, 0, 0"
    " FROM unnest(:scopes, :scope_ids, :periods) AS w (scope, scope_id, period)"
    " ON CONFLICT DO NOTHING"
)
_READ = _over_keys(
    "SELECT w.place, c.used FROM cap_counters c"
    " JOIN unnest(:scopes, :scope_ids, :periods)"
    " WITH ORDINALITY AS w (scope, scope_id, period, place) USING (scope, scope_id, period)"
)
_LOCK = _over_keys(
    "SELECT w.place, c.used FROM cap_counters c"
    " JOIN unnest(:scopes, :scope_ids, :periods)"
    " WITH ORDINALITY AS w (scope, scope_id, period, place) USING (scope, scope_id, period)"
    " WHERE cardinality(:scopes) = (SELECT count(*) FROM cap_counters"
    " JOIN unnest(:scopes, :scope_ids, :periods) AS v (scope, scope_id, period)"
    " USING (scope, scope_id, period))"
    " ORDER BY w.place FOR UPDATE OF c"
)
_MOVE = _over_keys(
    "UPDATE cap_counters c SET used = c.used + w.by,"
    " cap = greatest(w.agreed, c.used + w.lift)"
    " FROM unnest(:scopes, :scope_ids, :periods, :by, :agreed, :lift)"
    " AS w (scope, scope_id, period, by, agreed, lift)"
    " WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.period = w.period",
    "by",
    "agreed",
    "lift",
)
