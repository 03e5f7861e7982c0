"""The books: what happens after the fact."""

from app.jobs.toolbox import Toolbox
from app.ledger import chaining

_ROUNDS = 20  # then the other sweeps get their turn


async def chain_postings(tools: Toolbox) -> None:
    """Put new postings into the hash chain."""
    for _ in range(_ROUNDS):
        async with tools.database.begin() as session:
            if await chaining.extend(session) < chaining.AT_ONCE:
                return
