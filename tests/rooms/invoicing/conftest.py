"""An invoice, and Stripe's simulator on a real port."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from app.api.door import Runtime
from tests.factories import invoiced
from tests.factories.invoiced import Stage
from tests.gateways.simulator import running as simulator
from tests.gateways.simulator.running import Running

Lines = tuple[simulator.Line, simulator.Line]


@pytest_asyncio.fixture(scope="session")
async def lines() -> AsyncIterator[Lines]:
    """Two ports for all tests here; each test gets a simulator of its own on them."""
    async with simulator.line() as letters, simulator.line() as stripe:
        yield letters, stripe


@pytest_asyncio.fixture
async def sim(lines: Lines) -> AsyncIterator[Running]:
    async with simulator.simulator(lines=lines) as started:
        yield started


@pytest_asyncio.fixture
async def runtime(sim: Running, tmp_path: Path, database_url: str) -> AsyncIterator[Runtime]:
    async with invoiced.runtime_on(sim, folder=tmp_path, url=database_url) as made:
        yield made


@pytest_asyncio.fixture
async def stage(runtime: Runtime, sim: Running) -> Stage:
    return await invoiced.stage(runtime, sim)
