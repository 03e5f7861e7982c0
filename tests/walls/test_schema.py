"""What must be true of the migrated database as PostgreSQL itself describes it."""

import re
from collections import defaultdict

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import Row
from migrations.all_tables import metadata
from tests.walls import sources

# Money whose currency is another row's by its key, with that row.
CURRENCY_ELSEWHERE = {"ledger_balances": "ledger_accounts"}
# Timestamps of PostgreSQL's type that history rows call `at`.
SHORT_INSTANTS = {"at"}
APPEND_ONLY = (
    "ledger_entries", "posting_groups", "ledger_links", "invoices", "invoice_lines",
    "invoice_tax_groups", "engagement_limits",
)  # fmt: skip


async def _columns(session: AsyncSession) -> dict[str, dict[str, str]]:
    rows = await session.execute(
        text(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name NOT LIKE 'pgqueuer%'"
            " AND table_name <> 'alembic_version'"
        )
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, kind in rows:
        found[table][column] = kind
    return found


async def test_every_declared_table_is_there_and_no_other(session: AsyncSession) -> None:
    assert set(await _columns(session)) == set(metadata.tables)


async def test_money_has_a_currency_and_is_an_integer(session: AsyncSession) -> None:
    wrong, tables = [], await _columns(session)
    for table, columns in tables.items():
        money = [name for name in columns if name.endswith("_minor")]
        currency = [name for name in columns if name == "currency" or name.endswith("_currency")]
        elsewhere = tables.get(CURRENCY_ELSEWHERE.get(table, ""), {})
        if money and not currency and "currency" not in elsewhere:
            wrong.append(f"{table} holds {', '.join(money)} without a currency")
        wrong += [f"{table}.{name} is {columns[name]}" for name in money
                  if columns[name] != "bigint"]  # fmt: skip
        wrong += [
            f"{table}.{name} is {kind}: nothing we count is inexact"
            for name, kind in columns.items()
            if kind in ("double precision", "real", "numeric", "money")
        ]
    assert not wrong, "\n".join(wrong)


async def test_instants_and_dates_say_what_they_are(session: AsyncSession) -> None:
    wrong = []
    for table, columns in (await _columns(session)).items():
        for name, kind in columns.items():
            instant = name.endswith("_at") or name in SHORT_INSTANTS
            if instant != (kind == "timestamp with time zone"):
                wrong.append(f"{table}.{name} is {kind}")
            if name.endswith("_on") != (kind == "date"):
                wrong.append(f"{table}.{name} is {kind}")
            if kind == "timestamp without time zone":
                wrong.append(f"{table}.{name} has no zone")
    assert not wrong, "\n".join(wrong)


async def test_every_table_has_a_primary_key(session: AsyncSession) -> None:
    bare = await session.scalars(
        text(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND relkind IN ('r','p') AND NOT EXISTS"
            " (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')"
            " AND relname NOT LIKE 'pgqueuer%'"
        )
    )
    assert bare.all() == []


# A company is never deleted, and its time is found by engagement. An index on it would be one more
# write with every entry.
NEVER_FOLLOWED = {("time_entries", "fk_time_entries_company_id")}


async def test_every_foreign_key_has_an_index_that_begins_with_it(session: AsyncSession) -> None:
    """Without one, a delete or a join upstream reads the whole table.

    An index that leaves out empty keys serves as well.
    """
    bare = await session.execute(
        text(
            "SELECT k.conrelid::regclass::text, k.conname FROM pg_constraint k"
            " WHERE k.contype = 'f' AND NOT EXISTS (SELECT FROM pg_index i"
            " WHERE i.indrelid = k.conrelid AND (i.indpred IS NULL"
            "   OR pg_get_expr(i.indpred, i.indrelid) = '(' || (SELECT attname FROM pg_attribute"
            "     WHERE attrelid = k.conrelid AND attnum = k.conkey[1]) || ' IS NOT NULL)')"
            " AND (i.indkey::int2[])[0:cardinality(k.conkey)-1] @> k.conkey)"
        )
    )
    assert not (found := {tuple(row) for row in bare} - NEVER_FOLLOWED), found


def _order() -> dict[str, int]:
    """Room → floor, the deepest being 0, as the import contract `order` has it."""
    floors = sources.contracts()["order"]["layers"]
    return {
        room.strip(): floor
        for floor, rooms in enumerate(reversed(floors))
        for room in rooms.split("|")
    }


def _room_of(table: str) -> str:
    for mapper in Row.registry.mappers:
        if mapper.local_table is not None and getattr(mapper.local_table, "name", "") == table:
            return str(mapper.class_.__module__.split(".")[1])
    raise AssertionError(f"no row class for {table}")


def test_foreign_keys_point_upstream() -> None:
    """What the import contracts cannot see: a string that names a later room's table."""
    order, wrong = _order(), []
    for table in metadata.tables.values():
        for key in table.foreign_keys:
            own, other = _room_of(table.name), _room_of(key.column.table.name)
            if own != other and order[own] <= order[other]:
                wrong.append(f"{table.name} ({own}) → {key.column.table.name} ({other})")
    assert not wrong, "\n".join(wrong)


def test_relationships_never_load_by_themselves_nor_reach_over() -> None:
    for mapper in Row.registry.mappers:
        for relation in mapper.relationships:
            assert relation.lazy in ("raise", "raise_on_sql"), relation
            if relation.back_populates:
                rooms = {m.class_.__module__.split(".")[1] for m in (mapper, relation.mapper)}
                assert len(rooms) == 1, relation


async def test_no_two_entries_of_a_trainer_can_overlap(session: AsyncSession) -> None:
    found = await session.scalars(
        text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x'"
            " AND conrelid = 'time_entries'::regclass"
        )
    )
    definitions = " ".join(found)
    assert re.search(r"EXCLUDE USING gist \(.*trainer_id.* WITH =, period WITH &&\)", definitions)


async def test_groups_must_balance_at_commit(session: AsyncSession) -> None:
    deferred = await session.scalar(
        text(
            "SELECT count(*) FROM pg_trigger WHERE tgdeferrable AND tginitdeferred"
            " AND tgrelid = 'ledger_entries'::regclass"
        )
    )
    assert deferred


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
async def test_books_and_invoices_are_not_rewritten(session: AsyncSession, verb: str) -> None:
    bare = [table for table in APPEND_ONLY if not await _refusing(session, table, verb)]
    assert bare == []


async def _refusing(session: AsyncSession, table: str, verb: str) -> list[str]:
    bit = {"DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}[verb]
    found = await session.scalars(
        text(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:t AS regclass)"
            " AND NOT tgisinternal AND tgtype & 2 = 2 AND tgtype & :bit = :bit"
        ),
        {"t": table, "bit": bit},
    )
    return list(found.all())


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_emptying_a_book_is_refused(session: AsyncSession, table: str) -> None:
    with pytest.raises(DBAPIError, match=r"never|frozen|append"):
        await session.execute(text(f"TRUNCATE {table} CASCADE"))
