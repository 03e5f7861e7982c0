"""All identities of all rooms, in the order in which work becomes money."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import crossing
from app.companies import proof as companies
from app.engagements import proof as engagements
from app.invoicing import proof as invoicing
from app.kit.db import Database
from app.kit.proof import Identity
from app.ledger import proof as ledger
from app.payouts import proof as payouts
from app.projects import proof as projects
from app.reconciling import proof as reconciling
from app.timesheets import proof as timesheets
from app.trainers import proof as trainers

Prove = Callable[[AsyncSession], Awaitable[list[Identity]]]
Tell = Callable[[list[Identity]], None]

PROOFS: tuple[Prove, ...] = (
    ledger.prove,
    companies.prove,
    trainers.prove,
    projects.prove,
    engagements.prove,
    timesheets.prove,
    invoicing.prove,
    payouts.prove,
    reconciling.prove,
    crossing.prove,
)
_FROZEN = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
# Sorts and hashes of a million rows in memory; the proof is one of few, at most one a connection.
_MEMORY = text("SET LOCAL work_mem = '128MB'")


def _unheard(_: list[Identity]) -> None:
    pass


async def prove_all(session: AsyncSession, tell: Tell = _unheard) -> list[Identity]:
    """Every identity, held or broken. Reads only. `tell` hears each room's when it is proven.

    Some are read in several statements: while others write, call `prove_at_one_moment`.
    """
    found: list[Identity] = []
    for prove in PROOFS:
        proven = await prove(session)
        tell(proven)
        found.extend(proven)
    return found


async def prove_at_one_moment(
    database: Database, *, side_by_side: int = 1, tell: Tell = _unheard
) -> list[Identity]:
    """The same on one snapshot, so that work in progress is never taken for a breach.

    Above one, `side_by_side` more connections share the snapshot and prove rooms at once.
    """
    async with database.sessions() as session:
        await session.connection(execution_options=_FROZEN)
        if side_by_side == 1:
            await session.execute(_MEMORY)
            return await prove_all(session, tell)
        # The snapshot lives as long as this transaction, which hence waits for all others.
        snapshot = await session.scalar(text("SELECT pg_export_snapshot()"))
        waiting = list(enumerate(PROOFS))
        rooms: dict[int, list[Identity]] = {}

        async def work() -> None:
            async with database.sessions() as beside:
                await beside.connection(execution_options=_FROZEN)
                await beside.execute(text(f"SET TRANSACTION SNAPSHOT '{snapshot}'"))
                await beside.execute(_MEMORY)
                while waiting:
                    place, prove = waiting.pop(0)
                    rooms[place] = await prove(beside)
                    tell(rooms[place])

        await asyncio.gather(*(work() for _ in range(side_by_side)))
    return [identity for place in sorted(rooms) for identity in rooms[place]]
