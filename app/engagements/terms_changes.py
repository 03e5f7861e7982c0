"""Changes of an engagement's terms: the rows without their money, and how they move."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.actor import Actor, describe
from app.domain.lifecycles import step
from app.domain.refusals import NotFound
from app.domain.terms import TERMS_MOVES, TermsEvent, TermsState
from app.engagements.tables import Engagement
from app.kit.db import Row
from app.kit.paging import Cut, Page, cut, paged


class TermsChange(Row):
    """New rates from `effective_at` on. `consent_by_at` stands where the trainer has to consent.

    Its rates are in bill_terms.py and pay_terms.py; they hold once they stand among the
    engagement's dated terms.
    """

    __tablename__ = "engagement_terms_changes"
    __table_args__ = (
        CheckConstraint(
            "state IN ('agreed','proposed','consented','declined','withdrawn','expired')",
            name="state",
        ),
        CheckConstraint("effective_at > created_at", name="never_backwards"),
        CheckConstraint("(state = 'agreed') = (consent_by_at IS NULL)", name="consent"),
        CheckConstraint(
            "consent_by_at > created_at AND consent_by_at < effective_at", name="time_to_consent"
        ),
        CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        Index(
            "uq_engagement_terms_changes_proposed",
            "engagement_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        Index("ix_engagement_terms_changes_engagement_id", "engagement_id", "created_at", "id"),
        Index(
            "ix_engagement_terms_changes_due",
            "consent_by_at",
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    state: Mapped[str]
    effective_at: Mapped[datetime]
    consent_by_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """A change without its rates."""

    id: UUID
    engagement_id: UUID
    company_id: UUID
    trainer_id: UUID
    state: TermsState
    effective_at: datetime
    consent_by_at: datetime | None
    created_at: datetime
    decided_at: datetime | None


_OF_ENGAGEMENT = ("company_id", "trainer_id")
_FACTS: Select[*tuple[Any, ...]] = select(
    *(
        getattr(Engagement if name in _OF_ENGAGEMENT else TermsChange, name)
        for name in ChangeFacts.__slots__
    )
).join(Engagement, Engagement.id == TermsChange.engagement_id)


async def of_company(session: AsyncSession, company_id: UUID, change_id: UUID) -> ChangeFacts:
    """Raises NotFound."""
    return await _one(session, TermsChange.id == change_id, Engagement.company_id == company_id)


async def of_trainer(session: AsyncSession, trainer_id: UUID, change_id: UUID) -> ChangeFacts:
    """Raises NotFound."""
    return await _one(session, TermsChange.id == change_id, Engagement.trainer_id == trainer_id)


async def list_of(
    session: AsyncSession, engagement_id: UUID, page: Cut, *conditions: Any
) -> Page[ChangeFacts]:
    """The changes of an engagement, newest first; the caller has checked whose it is."""
    statement = _FACTS.where(TermsChange.engagement_id == engagement_id, *conditions)
    rows = await session.execute(cut(statement, TermsChange.created_at, TermsChange.id, page))
    return paged([_read(row) for row in rows], page, lambda c: (c.created_at, c.id))


async def open_of(session: AsyncSession, engagement_id: UUID) -> ChangeFacts | None:
    """The change that waits for consent, if any; the caller holds the engagement."""
    statement = _FACTS.where(
        TermsChange.engagement_id == engagement_id,
        TermsChange.state == TermsState.PROPOSED.value,
    )
    row = (await session.execute(statement)).one_or_none()
    return _read(row) if row else None


async def agreed_at(
    session: AsyncSession, engagement_id: UUID, effective_at: datetime
) -> UUID | None:
    """The change that was agreed for this moment."""
    return await session.scalar(
        select(TermsChange.id).where(
            TermsChange.engagement_id == engagement_id,
            TermsChange.effective_at == effective_at,
            TermsChange.state == TermsState.AGREED.value,
        )
    )


async def due(session: AsyncSession, *, now: datetime, limit: int = 500) -> Sequence[UUID]:
    """Proposed changes whose time to consent is over."""
    found = await session.scalars(
        select(TermsChange.id)
        .where(TermsChange.state == TermsState.PROPOSED.value, TermsChange.consent_by_at <= now)
        .order_by(TermsChange.consent_by_at, TermsChange.id)
        .limit(limit)
    )
    return found.all()


async def hold(session: AsyncSession, change_id: UUID) -> tuple[Engagement, TermsChange]:
    """The engagement first and then the change, both locked, as every verb does. Raises NotFound.

    Not FOR UPDATE on the engagement: every entry that is being written holds a key share of it.
    """
    engagement_id = await session.scalar(
        select(TermsChange.engagement_id).where(TermsChange.id == change_id)
    )
    engagement = await session.scalar(
        select(Engagement)
        .where(Engagement.id == engagement_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    change = await session.scalar(
        select(TermsChange)
        .where(TermsChange.id == change_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if engagement is None or change is None:
        raise NotFound
    return engagement, change


def move(change: TermsChange, event: TermsEvent, actor: Actor, *, now: datetime) -> None:
    """One legal move of a held change. Raises IllegalMove."""
    change.state = step("terms", TERMS_MOVES, TermsState(change.state), event).value
    change.decided_at, change.decided_by = now, describe(actor)


async def _one(session: AsyncSession, *conditions: Any) -> ChangeFacts:
    row = (await session.execute(_FACTS.where(*conditions))).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


def _read(row: Any) -> ChangeFacts:
    values = dict(row._mapping)
    return ChangeFacts(**{**values, "state": TermsState(values["state"])})
