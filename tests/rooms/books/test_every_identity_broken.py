"""Each identity that the proof lists is broken once on purpose; its breach must name the rows."""

import re

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.door import Runtime
from app.books import proving
from tests.factories.whole_deal import whole_deal
from tests.rooms.books.corruptions import BREAKS

_TABLES = sorted(set(re.findall(r"\{(\w+)\}", str(BREAKS))) - {"payable", "number"})


async def _names(session: AsyncSession) -> dict[str, str]:
    """Ids that the corruptions speak of: of each table one row, the smallest."""
    found = {
        table: str(await session.scalar(text(f"SELECT id FROM {table} ORDER BY id LIMIT 1")))
        for table in _TABLES
    }
    found["payable"] = str(
        await session.scalar(text("SELECT id FROM ledger_accounts WHERE key LIKE '%payable'"))
    )
    found["number"] = str(await session.scalar(text("SELECT number FROM invoices")))
    assert "None" not in found.values(), found
    return found


async def test_each_identity_is_broken_once_and_names_its_rows(runtime: Runtime) -> None:
    """A corrupted copy for each: the sound world, changed in a transaction that is undone."""
    await whole_deal(runtime)
    rooms = {}
    async with runtime.database.sessions() as session:
        for prove in proving.PROOFS:
            for identity in await prove(session):
                assert identity.holds, identity
                rooms[identity.name] = prove
        names = await _names(session)
        await session.rollback()
        assert set(rooms) == set(BREAKS), "each identity needs its corruption"
        missed = []
        for name, (statements, words) in BREAKS.items():
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements.split(";"):
                quoted = re.sub(r"\{(\w+)\}", lambda m: f"'{names[m[1]]}'", statement)
                await (await session.connection()).exec_driver_sql(quoted)
            found = {identity.name: identity for identity in await rooms[name](session)}[name]
            if not any(words.format(**names) in breach for breach in found.breaches):
                missed.append((name, words.format(**names), found.breaches))
            await session.rollback()
    assert missed == []
