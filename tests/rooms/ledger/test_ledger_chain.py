"""The hash chain: every group once, recomputed here by other code, broken by any change."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.kit.db import Database
from app.ledger import chaining, posting, proof
from app.ledger.posting import Entry
from app.ledger.tables import LedgerAccount, LedgerEntry, LedgerLink, PostingGroup

CHAIN = "ledger: the hash chain is unbroken"


async def write(session: AsyncSession, key: str, at: datetime) -> None:
    await posting.post(
        session, source="test", key=key, effective_at=at, now=at,
        description=f"Ünï „{key}“ \\ / \"",
        entries=[Entry(chart.BANK, "USD", 5), Entry(chart.INCOME_SERVICES, "USD", -5)],
    )  # fmt: skip


async def breaches(session: AsyncSession) -> tuple[str, ...]:
    found = {identity.name: identity for identity in await proof.prove(session)}
    return found[CHAIN].breaches


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def recomputed(session: AsyncSession) -> list[bytes]:
    """The whole chain from the rows alone: PostgreSQL's jsonb text is JSON with ', '."""
    hashes, before = [], bytes(32)
    groups = await session.scalars(
        select(PostingGroup)
        .join(LedgerLink, LedgerLink.group_id == PostingGroup.id)
        .order_by(LedgerLink.place)
    )
    for group in groups.all():
        entries = await session.execute(
            select(LedgerAccount.key, LedgerEntry.currency, LedgerEntry.amount_minor)
            .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
            .where(LedgerEntry.group_id == group.id)
        )
        said = json.dumps(
            [
                str(group.id), group.source, group.key, group.description,
                instant(group.effective_at), instant(group.recorded_at), None,
                sorted(list(entry) for entry in entries),
            ],
            ensure_ascii=False,
        )  # fmt: skip
        before = sha256(before + said.encode()).digest()
        hashes.append(before)
    return hashes


async def test_every_group_gets_one_link(session: AsyncSession, now: datetime) -> None:
    assert await chaining.extend(session) == 0
    for number in range(3):
        await write(session, str(number), now + timedelta(seconds=number))
    assert await chaining.extend(session) == 3
    assert await chaining.extend(session) == 0
    # Recorded before the others, committed after them: a later place, not a lost one.
    await write(session, "late", now - timedelta(hours=3))
    assert await chaining.extend(session) == 1
    stored = (await session.scalars(select(LedgerLink.hash).order_by(LedgerLink.place))).all()
    assert stored == await recomputed(session)
    assert len(stored) == 4
    assert await breaches(session) == ()


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        ("UPDATE posting_groups SET description = 'other' WHERE key = '1'", [2]),
        ("UPDATE ledger_entries SET amount_minor = amount_minor * 2 WHERE group_id ="
         " (SELECT id FROM posting_groups WHERE key = '1')", [2]),
        ("DELETE FROM posting_groups WHERE key = '1'", [2]),
        ("DELETE FROM ledger_links WHERE place = 2", [3]),
        ("UPDATE ledger_links SET hash = sha256(hash) WHERE place = 1", [1, 2]),
    ],
)  # fmt: skip
async def test_any_change_breaks_it(
    session: AsyncSession, now: datetime, statement: str, places: list[int]
) -> None:
    for number in range(3):
        await write(session, str(number), now + timedelta(seconds=number))
    await chaining.extend(session)
    await session.execute(text("SET session_replication_role = replica"))
    await session.execute(text(statement))
    found = await breaches(session)
    assert [breach.split(" no longer")[0] for breach in found] == [f"link {n}" for n in places]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_links SET place = place + 1",
        "DELETE FROM ledger_links",
        "TRUNCATE ledger_links",
    ],
)
async def test_links_are_not_rewritten(
    session: AsyncSession, now: datetime, statement: str
) -> None:
    await write(session, "a", now)
    await chaining.extend(session)
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    with pytest.raises(DBAPIError, match="append-only"):
        await session.execute(text(statement))


async def test_appenders_and_writers_at_once_keep_one_chain(
    database: Database, now: datetime
) -> None:
    async def work(worker: int) -> None:
        for step in range(5):
            async with database.begin() as session:
                await write(session, f"{worker}:{step}", now + timedelta(seconds=step))
            async with database.begin() as session:
                await chaining.extend(session)

    await asyncio.gather(*(work(worker) for worker in range(8)))
    async with database.begin() as session:
        await chaining.extend(session)
    async with database.begin() as session:
        places = (await session.scalars(select(LedgerLink.place).order_by(LedgerLink.place))).all()
        assert places == list(range(1, 41))
        assert await breaches(session) == ()
