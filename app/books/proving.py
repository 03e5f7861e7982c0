"""All identities of all rooms, in the order in which work becomes money."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.proof import Identity
from app.ledger import proof as ledger

Prove = Callable[[AsyncSession], Awaitable[list[Identity]]]

PROOFS: tuple[Prove, ...] = (ledger.prove,)


async def prove_all(session: AsyncSession) -> list[Identity]:
    """Every identity, held or broken. Reads only; each identity sees one snapshot."""
    found: list[Identity] = []
    for prove in PROOFS:
        found.extend(await prove(session))
    return found
