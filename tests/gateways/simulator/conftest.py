"""A fresh simulator for each test, on two ports that stay open for all of them."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.gateways.simulator import running

Lines = tuple[running.Line, running.Line]


@pytest_asyncio.fixture(scope="session")
async def lines() -> AsyncIterator[Lines]:
    async with running.line() as letters, running.line() as simulator:
        yield letters, simulator


@pytest_asyncio.fixture
async def sim(lines: Lines) -> AsyncIterator[running.Running]:
    async with running.simulator(lines=lines) as started:
        yield started
