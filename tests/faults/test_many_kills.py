"""A payout run by four workers who are killed all the time: exactly one transfer per trainer.

KILL_TRAINERS=1000 KILLS=300 for the full figure, with `-n 0 -s` to read it; KILL_SEED repeats one.
"""

import asyncio
import os
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from app.bench import payouts_ground, processes
from app.domain.actor import FinanceActor
from app.domain.holds import PayoutRules
from app.kit.clock import Clock
from app.kit.db import Database
from app.ledger import proof as ledger_proof
from app.payouts import proof, running
from tests.faults import doomed_crew
from tests.faults.conftest import KILLED, context
from tests.faults.doomed_crew import Place

TRAINERS = int(os.environ.get("KILL_TRAINERS", "60"))
KILLS = int(os.environ.get("KILLS", "20"))
WORKERS = 4
LIMIT = 25
PATIENCE_S = 300


@dataclass
class Massacre:
    """Four workers, always; `killed` counts those who died by order."""

    place: Place
    dice: random.Random
    crew: list[BaseProcess] = field(default_factory=list)
    killed: int = 0

    def fill(self) -> None:
        while len(self.crew) < WORKERS:
            process = context.Process(target=doomed_crew.work, args=(self.place,))
            process.start()
            self.crew.append(process)

    async def kill_one(self) -> None:
        victim = self.crew.pop(self.dice.randrange(len(self.crew)))
        victim.kill()
        await asyncio.to_thread(victim.join, 30)
        assert victim.exitcode == KILLED
        self.killed += 1
        self.fill()

    async def go_home(self) -> None:
        for process in self.crew:
            process.kill()
        for process in self.crew:
            await asyncio.to_thread(process.join, 30)


@pytest_asyncio.fixture
async def stripe() -> AsyncIterator[httpx.AsyncClient]:
    """The simulator in a process of its own: this one is busy killing."""
    key, port = f"sk_test_{secrets.token_hex(12)}", processes.free_port()
    environment = {**os.environ, "LEHRWERK_STRIPE_KEY": key}
    with processes.started("stripe-sim", "--port", str(port), environment=environment):
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", timeout=60,
            headers={"Authorization": f"Bearer {key}"}, trust_env=False,
        ) as client:  # fmt: skip
            for _ in range(600):
                try:
                    await client.get("/")
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                else:
                    break
            yield client


async def sent(connection: asyncpg.Connection) -> int:
    return int(
        await connection.fetchval("SELECT count(*) FROM payouts WHERE bank_payout_id IS NOT NULL")
    )


async def all_transfers(stripe: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = {"starting_after": found[-1]["id"]} if found else {}
        answer = await stripe.get("/v1/transfers", params={"limit": 100, **after})
        page = answer.raise_for_status().json()
        found += page["data"]
        if not page["has_more"]:
            return found


async def kill_and_kill(massacre: Massacre, connection: asyncpg.Connection) -> float:
    """Kill as the work goes on, evenly over all of it; seconds from the last kill to the end."""
    last, began = time.monotonic(), time.monotonic()
    while (done := await sent(connection)) < TRAINERS:
        # Spread over nine tenths of the work; when nothing moves any more, a kill helps nobody.
        wanted = min(KILLS, 1 + done * KILLS * 10 // (TRAINERS * 9))
        if massacre.killed < wanted:
            await massacre.kill_one()
            last = time.monotonic()
        await asyncio.sleep(massacre.dice.uniform(0.02, 0.2))
        assert time.monotonic() - last < PATIENCE_S, f"{done} of {TRAINERS} sent, then nothing"
    print(f"{massacre.killed} kills in {last - began:.0f} s, ", end="")
    return time.monotonic() - last


@pytest.mark.slow
@pytest.mark.parametrize("keys", ["alive", "pruned"])
async def test_whoever_is_killed_everybody_is_paid_once(
    database: Database, database_url: str, stripe: httpx.AsyncClient, tmp_path: Path, keys: str
) -> None:
    seed = int(os.environ.get("KILL_SEED", secrets.randbits(32)))
    print(f"\nkeys {keys}, seed {seed}: ", end="")
    staff = await payouts_ground.lay(database_url, stripe, TRAINERS, lambda _: None)
    if keys == "pruned":
        await stripe.post("/_sim/keys/lifetime", json={"seconds": 0})
    await stripe.post("/_sim/limits", json={"per_second": LIMIT})
    now = Clock().now()
    async with database.begin() as session:
        await running.order(session, FinanceActor(staff), as_of=now, rules=PayoutRules(), now=now)
    key = stripe.headers["Authorization"].removeprefix("Bearer ")
    place = Place(database_url, str(stripe.base_url).rstrip("/"), key, str(tmp_path))
    massacre = Massacre(place, random.Random(seed))
    connection = await asyncpg.connect(database_url)
    try:
        massacre.fill()
        resumed_s = await kill_and_kill(massacre, connection)
        async with database.begin() as session:
            for each in (*await proof.prove(session), *await ledger_proof.prove(session)):
                assert each.holds, each
    finally:
        await massacre.go_home()
        await connection.execute("DROP FUNCTION IF EXISTS bench_id")
        await connection.close()
    await stripe.post("/_sim/limits", json={})
    transfers = await all_transfers(stripe)
    per_payee = Counter(each["destination"] for each in transfers)
    owed, moved = TRAINERS * payouts_ground.PAY_MINOR, sum(each["amount"] for each in transfers)
    print(
        f"all sent {resumed_s:.0f} s after the last; {len(transfers)} transfers to "
        f"{len(per_payee)} of {TRAINERS}, difference {(moved - owed) / 100:.2f}"
    )
    assert massacre.killed >= KILLS
    assert (len(per_payee), set(per_payee.values()), moved) == (TRAINERS, {1}, owed)
    assert (await stripe.get("/_sim/proof")).json()["holds"] is True
