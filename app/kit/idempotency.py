"""Answers to POSTs that were made once, kept so that a repeat gets the same bytes.

The key is locked for the length of the caller's transaction and the answer is written by the same
transaction as its effects: either both are there or neither.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import LargeBinary, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row


class KeptAnswer(Row):
    """One answer by (scope, key). `scope` is caller and route; `body` may be sealed."""

    __tablename__ = "kept_answers"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    media_type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer and the fingerprint of the request that made it."""

    fingerprint: bytes
    status: int
    media_type: str
    body: bytes


async def lock(session: AsyncSession, scope: str, key: str) -> bool:
    """Hold (scope, key) until the transaction ends. False while another request holds it."""
    number = int.from_bytes(sha256(f"{scope}\0{key}".encode()).digest()[:8], signed=True)
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": number}))


async def find(session: AsyncSession, scope: str, key: str) -> Answer | None:
    """The kept answer, if any. Call it only after `lock`."""
    row = await session.scalar(
        select(KeptAnswer).where(KeptAnswer.scope == scope, KeptAnswer.key == key)
    )
    if row is None:
        return None
    return Answer(row.fingerprint, row.status, row.media_type, row.body)


async def keep(
    session: AsyncSession, scope: str, key: str, answer: Answer, *, now: datetime
) -> None:
    """Keep an answer; the first one wins."""
    await session.execute(
        insert(KeptAnswer)
        .values(
            scope=scope,
            key=key,
            fingerprint=answer.fingerprint,
            status=answer.status,
            media_type=answer.media_type,
            body=answer.body,
            kept_at=now,
        )
        .on_conflict_do_nothing()
    )
