"""All identities of all rooms, in the order in which work becomes money."""

from collections.abc import Awaitable, Callable

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


async def prove_all(session: AsyncSession) -> list[Identity]:
    """Every identity, held or broken. Reads only.

    Some are read in several statements: while others write, call `prove_at_one_moment`.
    """
    found: list[Identity] = []
    for prove in PROOFS:
        found.extend(await prove(session))
    return found


async def prove_at_one_moment(database: Database) -> list[Identity]:
    """The same on one snapshot, so that work in progress is never taken for a breach."""
    async with database.sessions() as session:
        await session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        return await prove_all(session)
