"""The books: what happens after the fact."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import structlog

from app.domain.errands import Errand
from app.domain.notices import Kind
from app.jobs.toolbox import Toolbox
from app.kit import queue
from app.kit.ids import derived_id
from app.ledger import chaining, proof, snapshots
from app.notices import reminding, telling
from app.notices.telling import News, To

_log = structlog.get_logger("lehrwerk.jobs")
_BOOKS = UUID("7a3d3c52-5b0a-5c66-9d0e-0d3f5a1c7b21")
NIGHTLY = timedelta(days=1)

_ROUNDS = 20  # then the other sweeps get their turn


async def chain_postings(tools: Toolbox) -> None:
    """Put new postings into the hash chain."""
    for _ in range(_ROUNDS):
        async with tools.database.begin() as session:
            if await chaining.extend(session) < chaining.AT_ONCE:
                return


async def care_for_books_nightly(tools: Toolbox) -> None:
    """Sweep: leave the errand once a day."""
    async with tools.database.begin() as session:
        if await reminding.begin_round(
            session, "care_for_books", every=NIGHTLY, now=tools.clock.now()
        ):
            await queue.enqueue(session, Errand.CARE_FOR_BOOKS, {}, dedupe_key="care_for_books")


async def care_for_books(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand CARE_FOR_BOOKS: the whole hash chain is gone through; where it is broken, finance is
    told, once a day. Then balances that have grown a long tail get a new snapshot."""
    del payload
    async with tools.database.begin() as session:
        found = await proof.prove_chain(session)
        if not found.holds:
            now = tools.clock.now()
            _log.error("chain_broken", breaches=len(found.breaches))
            about = derived_id(_BOOKS, now.date().isoformat())
            await telling.tell(
                session, News(Kind.STAFF_CHAIN_BROKEN, about, To(door="finance")), now=now
            )
    async with tools.database.begin() as session:
        await snapshots.take(session, now=tools.clock.now())
