"""What somebody was told: a list, so that a phone without push sees the same."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.notices import MANNERS, Facts, Kind
from app.kit.paging import Cut, Page, cut, paged
from app.notices import preferences
from app.notices.preferences import Reader
from app.notices.tables import Notice


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice without its words. `about`: the noun that `about_id` is the id of."""

    id: UUID
    kind: Kind
    about_id: UUID
    deadline_at: datetime | None
    facts: Facts
    created_at: datetime

    @property
    def about(self) -> str:
        return MANNERS[self.kind].about


async def list_notices(session: AsyncSession, actor: Reader, page: Cut) -> Page[NoticeFacts]:
    """What the reader was told, newest first. Raises NotAllowed."""
    user_id, _ = preferences.reader_of(actor)
    statement = select(
        Notice.id,
        Notice.kind,
        Notice.about_id,
        Notice.deadline_at,
        Notice.facts,
        Notice.created_at,
    ).where(Notice.user_id == user_id)
    rows = await session.execute(cut(statement, Notice.created_at, Notice.id, page))
    found = [NoticeFacts(row.id, Kind(row.kind), *row[2:]) for row in rows]
    return paged(found, page, lambda notice: (notice.created_at, notice.id))
