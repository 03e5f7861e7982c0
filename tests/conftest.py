"""One PostgreSQL for the run, a migrated template, an empty database for each test that commits."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.door import Runtime
from app.kit.clock import Clock
from app.kit.db import Database, connect
from app.kit.postgres import launcher
from app.main import build_app, make_runtime
from app.settings import Settings
from migrations.running import upgrade

# No assertion of ours is about time: on a busy machine the deadline would be one.
hypothesis_settings.register_profile("lehrwerk", deadline=None)
hypothesis_settings.load_profile("lehrwerk")


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lehrwerk")


@pytest.fixture(scope="session")
def server_url(data_dir: Path) -> Iterator[str]:
    """The address of a server's maintenance database: DATABASE_URL's, or an embedded one."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    server = launcher.ensure(data_dir, durable=False)
    yield server.url
    server.stop()


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _named(url: str, name: str) -> str:
    return url.rsplit("/", 1)[0] + "/" + name


@pytest.fixture(scope="session")
def template_url(server_url: str) -> Iterator[str]:
    """A migrated database, never written to; others are cloned from it."""
    name = f"template_{uuid4().hex[:12]}"

    async def prepare() -> None:
        await _administer(server_url, f'CREATE DATABASE "{name}"')
        database = connect(_named(server_url, name))
        await upgrade(database)
        await database.close()

    asyncio.run(prepare())
    yield _named(server_url, name)
    asyncio.run(_administer(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _clone(server_url: str, template_url: str) -> str:
    name = f"test_{uuid4().hex[:12]}"
    template = template_url.rsplit("/", 1)[1]
    await _administer(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return _named(server_url, name)


@pytest_asyncio.fixture(scope="session")
async def shared_database(server_url: str, template_url: str) -> AsyncIterator[Database]:
    """One database for all tests that roll back."""
    url = await _clone(server_url, template_url)
    database = connect(url)
    yield database
    await database.close()
    await _administer(server_url, f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')


@pytest_asyncio.fixture
async def session(shared_database: Database) -> AsyncIterator[AsyncSession]:
    """A session whose every commit is a savepoint; the test's writes are rolled back."""
    async with shared_database.engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as opened:
            yield opened
        await outer.rollback()


async def _wipe(url: str) -> None:
    """Empty every table, whatever guards it, and end what a test left connected."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_END_OTHERS)
        tables = [row["name"] for row in await connection.fetch(_FILLED_BY_TESTS)]
        async with connection.transaction():
            # Triggers that forbid deleting and foreign keys are asleep for this alone.
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(";".join(f"DELETE FROM {name}" for name in tables))
    finally:
        await connection.close()


_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend'"
)
_FILLED_BY_TESTS = (
    "SELECT quote_ident(relname) AS name FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    " AND relname <> 'alembic_version'"
)


@pytest_asyncio.fixture(scope="session")
async def committed_url(server_url: str, template_url: str) -> AsyncIterator[str]:
    url = await _clone(server_url, template_url)
    yield url
    await _administer(server_url, f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')


@pytest_asyncio.fixture
async def database_url(committed_url: str) -> AsyncIterator[str]:
    """The address of a database that is empty and the test's own until its end.

    One is wiped after each test: a new one each time made half of the suite's work.
    """
    yield committed_url
    await _wipe(committed_url)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of the test's own with real commits."""
    opened = connect(database_url, pool_size=16)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module")
async def module_database(server_url: str, template_url: str) -> AsyncIterator[Database]:
    """A database with real commits, shared by the tests of one file: for worlds that they read."""
    url = await _clone(server_url, template_url)
    opened = connect(url, pool_size=16)
    yield opened
    await opened.close()
    await _administer(server_url, f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock.now()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, allow_async_commit=True)


@pytest_asyncio.fixture
async def runtime(settings: Settings, database_url: str) -> AsyncIterator[Runtime]:
    """What the doors are built on, with real commits in a database of the test's own."""
    made = make_runtime(settings, url=database_url)
    yield made
    await made.database.close()


@pytest_asyncio.fixture
async def doors(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """The whole application over ASGI, on a database of the test's own."""
    transport = httpx.ASGITransport(app=build_app(runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://lehrwerk.test") as client:
        yield client
