"""The shape of a proof: each room states its identities, `books` collects them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Where something is rotten a hundred rows show what; a million would show nothing.
MOST_BREACHES = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """Something that must be true of the books. `breaches` name the rows that break it."""

    name: str
    checked: int
    breaches: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.breaches


async def check(session: AsyncSession, name: str, *, counted: str, broken: str) -> Identity:
    """An identity from two statements of ours: how much is checked, and the rows that break it.

    `broken` selects one text per breach. It is planned for all its rows and cut afterwards: a
    LIMIT inside makes the planner hope for an early end, which sound books never give.
    """
    checked = await session.scalar(text(counted))
    breaches = await session.scalars(
        text(f"WITH found AS MATERIALIZED ({broken}) SELECT * FROM found LIMIT :most"),  # noqa: S608 – no input in it
        {"most": MOST_BREACHES},
    )
    return Identity(name, checked or 0, tuple(breaches))


async def check_together(
    session: AsyncSession, statements: Mapping[str, tuple[str, str]], *, shared: str
) -> list[Identity]:
    """Identities by name, each from two statements as for `check`, all in one: `shared` is a common
    table expression that they may all read, and that is made once."""
    counted = await session.execute(
        text(f"SELECT {', '.join(f'({count})' for count, _ in statements.values())}")
    )
    parts = [
        f"found_{n} (breach) AS MATERIALIZED ({each})"
        for n, (_, each) in enumerate(statements.values())
    ]
    told = " UNION ALL ".join(
        f"(SELECT {n} AS number, breach FROM found_{n} LIMIT :most)"  # noqa: S608 – no input in it
        for n in range(len(statements))
    )
    rows = await session.execute(
        text(f"WITH {', '.join([shared, *parts])} {told}"), {"most": MOST_BREACHES}
    )
    breaches: list[list[str]] = [[] for _ in statements]
    for number, breach in rows:
        breaches[number].append(breach)
    return [
        Identity(name, checked or 0, tuple(found))
        for name, checked, found in zip(statements, counted.one(), breaches, strict=True)
    ]
