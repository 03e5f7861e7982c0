"""The migrations and the rows say the same: up, down and up again, without drift.

Autogenerate compares tables; triggers, functions, exclusions and types are compared as PostgreSQL
prints them, between a database made by the migrations and one made from the rows' own DDL.
"""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from alembic import autogenerate, command
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.db import EXTRA_DDL, FIRST_DDL, Database, connect
from migrations.all_tables import metadata
from migrations.running import configuration

_OURS = """
 n.nspname = 'public' AND c.relname NOT LIKE '%pgqueuer%' AND c.relname <> 'alembic_version'
"""
_NOT_THE_QUEUES = "f.proname NOT LIKE '%pgqueuer%' AND f.proname NOT LIKE 'tg_pgq%'"
CATALOGUE = {
    "column": f"""
 SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || ' ' ||
   a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' ' ||
   a.attgenerated::text || ' ' || a.attidentity::text || ' ' || c.relpersistence::text
 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 JOIN pg_namespace n ON n.oid = c.relnamespace
 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
 WHERE {_OURS} AND c.relkind IN ('r','p') AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": f"""
 SELECT c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
 FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
 JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS}""",
    "index": f"""
 SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_class c
 JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indexrelid = c.oid
 WHERE {_OURS} AND c.relname NOT LIKE 'alembic%'""",
    "trigger": f"""
 SELECT c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text
 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {_OURS} AND NOT t.tgisinternal""",
    "function": f"""
 SELECT f.oid::regprocedure::text, CASE WHEN f.prokind = 'f' THEN pg_get_functiondef(f.oid) END
 FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
 WHERE n.nspname = 'public' AND {_NOT_THE_QUEUES} AND NOT EXISTS (SELECT FROM pg_depend d
   WHERE d.objid = f.oid AND d.deptype IN ('e','i'))""",
    "type": """
 SELECT t.typname, t.typtype::text || coalesce((SELECT string_agg(e.enumlabel, ',' ORDER BY
   e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '')
 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'public'
 AND t.typtype IN ('e','d','r') AND t.typname NOT LIKE '%pgqueuer%'""",
    "extension": "SELECT extname, extversion FROM pg_extension",
}
Catalogue = dict[str, str]


async def _snapshot(connection: asyncpg.Connection) -> Catalogue:
    """Everything of ours in the database, by kind and name, as PostgreSQL prints it."""
    found = {}
    for kind, query in CATALOGUE.items():
        for name, definition in await connection.fetch(query):
            found[f"{kind} {name}"] = " ".join((definition or "").split())
    return found


def _differences(left: Catalogue, right: Catalogue) -> list[str]:
    return [
        f"{name}: {left.get(name, 'absent')} | {right.get(name, 'absent')}"
        for name in sorted(left.keys() | right.keys())
        if left.get(name) != right.get(name)
    ]


@pytest_asyncio.fixture(scope="module")
async def from_rows(server_url: str) -> AsyncIterator[Catalogue]:
    """The catalogue of a database made from the rows and their own DDL, without a migration."""
    administrator = await asyncpg.connect(server_url)
    name = "made_from_rows"
    await administrator.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await administrator.execute(f'CREATE DATABASE "{name}"')
    url = server_url.rsplit("/", 1)[0] + "/" + name
    raw = await asyncpg.connect(url)
    for up, _ in FIRST_DDL:
        await raw.execute(up)
    database = connect(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await database.close()
    for up, _ in EXTRA_DDL:
        await raw.execute(up)
    yield await _snapshot(raw)
    await raw.close()
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await administrator.close()


async def _raw(session: AsyncSession) -> asyncpg.Connection:
    raw = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(raw, asyncpg.Connection)
    return raw


async def test_the_migrations_make_what_the_rows_say(
    session: AsyncSession, from_rows: Catalogue
) -> None:
    migrated = await _snapshot(await _raw(session))
    assert len(migrated) > 300
    different = _differences(migrated, from_rows)
    assert not different, "\n".join(different)


@pytest.mark.parametrize(
    "drift",
    [
        "DROP TRIGGER ledger_entries_frozen ON ledger_entries",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_frozen",
        "ALTER TABLE time_entries DROP CONSTRAINT ex_time_entries_no_overlap",
        "ALTER TABLE users ALTER full_name DROP NOT NULL",
        "ALTER TABLE offer_bill_terms ALTER bill_minor TYPE integer",
        "ALTER TABLE companies ADD note text",
        "CREATE INDEX ix_stray ON companies (legal_name)",
        "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RETURN NEW; END $$",
    ],
)
async def test_drift_is_noticed(session: AsyncSession, from_rows: Catalogue, drift: str) -> None:
    await session.execute(text(drift))
    assert _differences(await _snapshot(await _raw(session)), from_rows)


async def test_autogenerate_finds_nothing_to_do(session: AsyncSession) -> None:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: (
                    not (kind == "table" and str(name).startswith("pgqueuer"))
                ),
            },
        )
        return list(autogenerate.compare_metadata(context, metadata))

    connection = await session.connection()
    assert await connection.run_sync(compare) == []


async def test_down_leaves_nothing_and_up_again_is_the_same(database: Database) -> None:
    def go(connection: Connection, *, down: bool) -> None:
        move, to = (command.downgrade, "base") if down else (command.upgrade, "head")
        move(configuration(connection), to)

    async def look() -> Catalogue:
        async with database.sessions() as session:
            return await _snapshot(await _raw(session))

    before = await look()
    async with database.engine.begin() as connection:
        await connection.run_sync(go, down=True)
    left = [name for name in await look() if not name.startswith("extension")]
    assert left == []
    async with database.engine.begin() as connection:
        await connection.run_sync(go, down=False)
    assert _differences(before, await look()) == []
