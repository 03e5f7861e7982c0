"""One process that posts as fast as it can, over several connections: `-m app.bench.posting_load`.

Prints how many postings were committed and in how many seconds.
"""

import asyncio
import sys
import time
from uuid import UUID

from app.domain import chart
from app.kit.clock import Clock
from app.kit.db import Database, connect
from app.kit.ids import derived_id, new_id
from app.ledger import posting
from app.ledger.posting import Entry

CLIENTS_OF_OURS = 1_000
_PARENT = UUID(int=7)
HOT = chart.STRIPE_PENDING


def receivable(number: int) -> str:
    """The account beside the hot one: another company's each time."""
    return chart.receivable(derived_id(_PARENT, number % CLIENTS_OF_OURS))


async def _post_until(database: Database, until: float, start: int) -> int:
    now, done = Clock().now(), 0
    while time.perf_counter() < until:
        async with database.begin() as session:
            await posting.post(
                session,
                source="bench",
                key=str(new_id()),
                description="Measured",
                effective_at=now,
                now=now,
                entries=[
                    Entry(HOT, "USD", 1_000),
                    Entry(receivable(start + done), "USD", -1_000),
                ],
            )
        done += 1
    return done


async def _run(url: str, clients: int, seconds: float) -> tuple[int, float]:
    database = connect(url, pool_size=clients, application="lehrwerk-bench")
    try:
        await _post_until(database, time.perf_counter() + 0.3, 0)
        began = time.perf_counter()
        counts = await asyncio.gather(
            *(_post_until(database, began + seconds, n * 77) for n in range(clients))
        )
        return sum(counts), time.perf_counter() - began
    finally:
        await database.close()


if __name__ == "__main__":
    done, took = asyncio.run(_run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
    sys.stdout.write(f"{done} {took}\n")
