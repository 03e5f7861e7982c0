"""One PostgreSQL for the run, a migrated template, an empty database for each test that commits."""

import tests.bytecode  # noqa: F401 – before the imports that it is about

# isort: split
import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from hypothesis import settings as hypothesis_settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.door import Runtime
from app.identity import passwords
from app.kit.clock import Clock
from app.kit.db import Database, connect
from app.kit.postgres import launcher
from app.main import reach_outside
from app.settings import Settings
from migrations.running import upgrade
from tests.factories.application import application

# No assertion of ours is about time: on a busy machine the deadline would be one. Sixty examples
# are what five minutes for the whole suite leave; deep runs behind `slow` name their own number.
hypothesis_settings.register_profile("lehrwerk", deadline=None, max_examples=60)
hypothesis_settings.load_profile("lehrwerk")

# The real parameters take 40 ms of a core a time, and most tests begin by signing somebody in.
_DELIBERATELY_SLOW = passwords._HASHER
passwords._HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))


def pytest_collection_finish() -> None:
    """What is imported by now stays: looking through it for garbage again and again is waste."""
    gc.freeze()


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
    # For root it lies outside of what pytest clears away, and is 70 MB.
    shutil.rmtree(launcher.home_of(data_dir), ignore_errors=True)


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


async def _wipe(database: Database) -> None:
    """Empty every table, whatever guards it, and end what a test left connected."""
    async with database.begin() as session:
        await session.execute(_END_OTHERS, {"ours": _OURS})
        # Triggers that forbid deleting and foreign keys are asleep for this alone.
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("SET LOCAL lock_timeout = '20s'"))
        await session.execute(_DELETE_ALL)


_OURS = "lehrwerk tests"
_END_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name <> :ours"
    " AND backend_type = 'client backend'"
)
_DELETE_ALL = text(
    "DO $$ DECLARE each regclass; BEGIN FOR each IN"
    " SELECT oid FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'"
    " AND relnamespace = 'public'::regnamespace"
    " LOOP EXECUTE 'DELETE FROM ' || each; END LOOP; END $$"
)


@pytest_asyncio.fixture(scope="session")
async def _committed(server_url: str, template_url: str) -> AsyncIterator[tuple[str, Database]]:
    url = await _clone(server_url, template_url)
    database = connect(url, pool_size=16, application=_OURS)
    yield url, database
    await database.close()
    await _administer(server_url, f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')


@pytest_asyncio.fixture
async def _emptied(_committed: tuple[str, Database]) -> AsyncIterator[tuple[str, Database]]:
    """One database is wiped after each test: a new one each time made half of the suite's work."""
    yield _committed
    await _wipe(_committed[1])


@pytest.fixture
def database_url(_emptied: tuple[str, Database]) -> str:
    """The address of a database that is empty and the test's own until its end."""
    return _emptied[0]


@pytest.fixture
def database(_emptied: tuple[str, Database]) -> Database:
    """An empty database of the test's own with real commits and many connections."""
    return _emptied[1]


@pytest_asyncio.fixture(scope="module")
async def module_database(server_url: str, template_url: str) -> AsyncIterator[Database]:
    """A database with real commits, shared by the tests of one file: for worlds that they read."""
    url = await _clone(server_url, template_url)
    opened = connect(url, pool_size=16)
    yield opened
    await opened.close()
    await _administer(server_url, f'DROP DATABASE "{url.rsplit("/", 1)[1]}" WITH (FORCE)')


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as in production, for tests of just that."""
    monkeypatch.setattr(passwords, "_HASHER", _DELIBERATELY_SLOW)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock.now()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, allow_async_commit=True)


@pytest.fixture
def runtime(settings: Settings, database: Database) -> Runtime:
    """What the doors are built on, with real commits in a database of the test's own."""
    return Runtime(settings, database, Clock(), reach_outside(settings))


@pytest_asyncio.fixture
async def doors(runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """The whole application over ASGI, on a database of the test's own."""
    with application(runtime) as app:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://lehrwerk.test") as http:
            yield http
