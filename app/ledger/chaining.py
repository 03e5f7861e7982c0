"""The hash chain: one appender puts committed groups one behind the other.

It runs after the fact and not inside `post`, for there every posting would wait for the one before.
"""

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.ledger.tables import LedgerLink, PostingGroup

FIRST = bytes(32)  # stands before the first link
AT_ONCE = 500
_APPENDER = 7_331_012  # any constant: two appenders would both continue the same link
# A group may commit after one that was recorded later. How late it is still found.
_LATE = timedelta(days=1)


async def extend(session: AsyncSession) -> int:
    """Link up to 500 groups that have no link yet; returns how many were linked."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _APPENDER})
    last = (
        await session.execute(
            select(LedgerLink.place, LedgerLink.hash, PostingGroup.recorded_at)
            .join(PostingGroup, PostingGroup.id == LedgerLink.group_id)
            .order_by(LedgerLink.place.desc())
            .limit(1)
        )
    ).one_or_none()
    asked = select(PostingGroup.id, func.ledger_group_text(PostingGroup.id).label("said")).where(
        ~select(LedgerLink.place).where(LedgerLink.group_id == PostingGroup.id).exists()
    )
    if last is not None:
        asked = asked.where(PostingGroup.recorded_at > last.recorded_at - _LATE)
    rows = (
        await session.execute(
            asked.order_by(PostingGroup.recorded_at, PostingGroup.id).limit(AT_ONCE)
        )
    ).all()
    place, before = (0, FIRST) if last is None else (last.place, last.hash)
    links = []
    for row in rows:
        place, before = place + 1, follow(before, row.said)
        links.append({"place": place, "group_id": row.id, "hash": before})
    if links:
        await session.execute(insert(LedgerLink), links)
    return len(links)


def follow(before: bytes, said: str) -> bytes:
    """The hash of a link, from the hash before it and the group's text."""
    return sha256(before + said.encode()).digest()
