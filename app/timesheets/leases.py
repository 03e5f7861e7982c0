"""Shared caps in slices: hold one's own, fill it, take all back where a cap runs short.

Order of locks: one's own counters, then shared counters, then leases. Whoever holds a lease never
waits for a shared counter after it; who takes leases back holds the company's credit counter, so
that only one does. Nobody waits in a circle.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ScalarSelect,
    TextClause,
    Uuid,
    bindparam,
    cast,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.caps import SHARED, CounterKey, Ground, Scope
from app.kit.db import after_create
from app.timesheets.tables import CapCounter, CapLease

_UNITS: dict[Scope, InstrumentedAttribute[int]] = {
    Scope.POSITION_TOTAL: CapLease.position_units,
    Scope.PROJECT_BUDGET: CapLease.budget_units,
    Scope.CREDIT_LIMIT: CapLease.credit_units,
}
_SHARERS: dict[Scope, InstrumentedAttribute[UUID]] = {
    Scope.POSITION_TOTAL: CapLease.position_id,
    Scope.PROJECT_BUDGET: CapLease.project_id,
    Scope.CREDIT_LIMIT: CapLease.company_id,
}


@dataclass(frozen=True, slots=True)
class Lease:
    """One's own, under lock: units free of each shared cap, and what its counter counts as used."""

    free: Mapping[Scope, int]
    counted: Mapping[Scope, int]


async def hold(
    session: AsyncSession, ground: Ground, needed: Mapping[Scope, int], agreed: Mapping[Scope, int]
) -> Lease | None:
    """Lock the engagement's lease if it has so many units and no cap was cut below what is used.

    Else None, and nothing is locked. The caller holds the engagement's own counters.
    """
    row = (
        await session.execute(
            _HOLD,
            {
                "engagement": ground.engagement_id,
                "owners": [ground.position_id, ground.project_id, ground.company_id],
                "needed": [needed[scope] for scope in SHARED],
                "agreed": [agreed[scope] for scope in SHARED],
            },
        )
    ).one()
    if row.free is None:
        return None
    return Lease(
        dict(zip(SHARED, row.free, strict=True)), dict(zip(SHARED, row.counted, strict=True))
    )


async def spend(session: AsyncSession, ground: Ground, units: Mapping[Scope, int]) -> None:
    """Use up, or give back (negative), what is held. Its counters count it as used all along."""
    values = {_UNITS[scope]: _UNITS[scope] - by for scope, by in units.items() if by}
    if values:
        await session.execute(
            update(CapLease)
            .where(CapLease.engagement_id == ground.engagement_id)
            .values(values)
            .execution_options(synchronize_session=False)
        )


async def fill(session: AsyncSession, ground: Ground, units: Mapping[Scope, int]) -> None:
    """Put in what was counted as used a moment ago, under the shared counters' locks."""
    if not any(units.values()):
        return
    values = {_UNITS[scope].key: units.get(scope, 0) for scope in SHARED}
    row = insert(CapLease).values(
        engagement_id=ground.engagement_id,
        position_id=ground.position_id,
        project_id=ground.project_id,
        company_id=ground.company_id,
        **values,
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=[CapLease.engagement_id],
            set_={name: getattr(CapLease, name) + value for name, value in values.items()},
        )
    )


async def free_units(session: AsyncSession, engagement_id: UUID) -> dict[Scope, int]:
    """What is left of the engagement's own lease; nothing where it never had one."""
    row = (
        await session.execute(
            select(*_UNITS.values()).where(CapLease.engagement_id == engagement_id)
        )
    ).one_or_none()
    return dict(zip(SHARED, row or (0, 0, 0), strict=True))


async def leased(session: AsyncSession, key: CounterKey) -> int:
    """Units that are held in advance under this shared cap, by everybody together."""
    units = await session.scalar(select(leased_of(key.scope, key.scope_id)))
    return int(units or 0)


def leased_of(scope: Scope, owner: UUID | InstrumentedAttribute[UUID]) -> ScalarSelect[int]:
    """The sum of what is held in advance under a shared cap, as part of a statement."""
    total = cast(func.coalesce(func.sum(_UNITS[scope]), 0), BigInteger)
    return select(total).where(_SHARERS[scope] == owner).scalar_subquery()


async def take_back(session: AsyncSession, key: CounterKey) -> int:
    """Empty all leases of a shared cap; returns the units that its counter no longer counts.

    The caller holds the shared counters. It waits for whoever works off a lease right now.
    """
    statement = _TAKE_BACK[key.scope]
    return int(await session.scalar(statement, {"owner": key.scope_id}) or 0)


_HOLD = (
    text("SELECT free, counted FROM hold_cap_lease(:engagement, :owners, :needed, :agreed)")
    .bindparams(
        bindparam("engagement", type_=Uuid()),
        bindparam("owners", type_=ARRAY(Uuid())),
        bindparam("needed", type_=ARRAY(BigInteger())),
        bindparam("agreed", type_=ARRAY(BigInteger())),
    )
    .columns(free=ARRAY(BigInteger()), counted=ARRAY(BigInteger()))
)


def _emptying(scope: Scope) -> TextClause:
    units, sharer = _UNITS[scope].key, _SHARERS[scope].key
    return text(
        f"""
WITH held AS (
  SELECT engagement_id, {units} AS units FROM cap_leases
  WHERE {sharer} = :owner AND {units} > 0 ORDER BY engagement_id FOR UPDATE
), emptied AS (
  UPDATE cap_leases l SET {units} = 0 FROM held WHERE l.engagement_id = held.engagement_id
)
UPDATE cap_counters SET used = used - (SELECT coalesce(sum(units), 0) FROM held)
WHERE scope = '{scope.value}' AND scope_id = :owner AND period = ''
RETURNING (SELECT coalesce(sum(units), 0) FROM held)::bigint
"""  # noqa: S608 – our own names
    ).bindparams(bindparam("owner", type_=Uuid()))


_TAKE_BACK = {scope: _emptying(scope) for scope in SHARED}

# SKIP LOCKED: only who takes leases back can hold this one, for its engagement's counters are ours.
# The block is a savepoint, so that a lease too small is not kept locked while we wait elsewhere.
after_create(
    CapLease.__table__,
    """
CREATE FUNCTION hold_cap_lease(
  p_engagement uuid, p_owners uuid[], p_needed bigint[], p_agreed bigint[],
  OUT free bigint[], OUT counted bigint[]
) LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    SELECT ARRAY[position_units, budget_units, credit_units] INTO free FROM cap_leases
    WHERE engagement_id = p_engagement FOR UPDATE SKIP LOCKED;
    counted := ARRAY[
      (SELECT used FROM cap_counters
       WHERE scope = 'position_total' AND scope_id = p_owners[1] AND period = ''),
      (SELECT used FROM cap_counters
       WHERE scope = 'project_budget' AND scope_id = p_owners[2] AND period = ''),
      (SELECT used FROM cap_counters
       WHERE scope = 'credit_limit' AND scope_id = p_owners[3] AND period = '')];
    IF free IS NULL
      OR free[1] < p_needed[1] OR free[2] < p_needed[2] OR free[3] < p_needed[3]
      OR counted[1] > p_agreed[1] OR counted[2] > p_agreed[2] OR counted[3] > p_agreed[3]
    THEN RAISE SQLSTATE 'LW001'; END IF;
  EXCEPTION WHEN SQLSTATE 'LW001' THEN
    free := NULL;
  END;
END
$$""",
    down="DROP FUNCTION IF EXISTS hold_cap_lease",
)
# Whoever cuts a shared cap waits for those who take slices of it, so that none of them goes on
# by a cap that was cut before it took its slice.
for _table, _event, _scope, _owner in (
    ("positions", "UPDATE OF total_minutes", Scope.POSITION_TOTAL, "id"),
    ("project_bill_terms", "UPDATE OF budget_minor", Scope.PROJECT_BUDGET, "project_id"),
    ("credit_terms", "INSERT", Scope.CREDIT_LIMIT, "company_id"),
):
    after_create(
        CapCounter.__table__,
        f"""
CREATE FUNCTION {_table}_hold_cap() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM cap_counters
  WHERE scope = '{_scope.value}' AND scope_id = NEW.{_owner} AND period = '' FOR UPDATE;
  RETURN NEW;
END
$$""",
        down=f"DROP FUNCTION IF EXISTS {_table}_hold_cap",
    )
    after_create(
        CapCounter.__table__,
        f"CREATE TRIGGER {_table}_hold_cap BEFORE {_event} ON {_table}"
        f" FOR EACH ROW EXECUTE FUNCTION {_table}_hold_cap()",
        down=f"DROP TRIGGER IF EXISTS {_table}_hold_cap ON {_table}",
    )
