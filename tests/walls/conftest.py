"""One world for all the walls: it is only ever looked at, or its changes are rolled back."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.gateways.simulator import running as simulator
from tests.walls import world as worlds
from tests.walls.world import World


@pytest_asyncio.fixture(scope="session")
async def world(
    server_url: str, template_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    folder: Path = tmp_path_factory.mktemp("world")
    name, template = "walls_world", template_url.rsplit("/", 1)[1]
    administrator = await asyncpg.connect(server_url)
    await administrator.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await administrator.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    url = server_url.rsplit("/", 1)[0] + "/" + name
    async with (
        simulator.line() as letters,
        simulator.line() as stripe,
        simulator.simulator(lines=(letters, stripe)) as sim,
        worlds.made(sim, folder=folder, url=url) as made,
    ):
        yield made
    await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await administrator.close()
