"""Contests of single entries: the rows, and their reads scoped by owner. No money."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.contests import LIVE, ContestReason, ContestState
from app.domain.hours import seconds_between
from app.domain.refusals import NotFound
from app.domain.timesheets import EntryState
from app.kit.db import Row
from app.kit.paging import Cut, Page, cut, paged
from app.timesheets.tables import TimeEntry

_LIVE = [state.value for state in LIVE]


class Contest(Row):
    """One entry that a company contests, once for ever: what is decided stays.

    `decide_by_at` begins with the trainer's answer or silence. `approval_id` pins the entry after
    all; a declined entry has none.
    """

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint(
            "state IN ('awaits_answer','awaits_decision','approved','declined','withdrawn')",
            name="state",
        ),
        CheckConstraint(
            "reason_code IN ('time_not_worked','wrong_task','duplicate',"
            "'too_many_hours_for_task','wrong_engagement','other')",
            name="reason_about_time",
        ),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("answer_by_at > created_at", name="time_to_answer"),
        CheckConstraint(
            "state = 'withdrawn' OR (state = 'awaits_answer') = (decide_by_at IS NULL)",
            name="time_to_decide",
        ),
        CheckConstraint(
            "(state IN ('awaits_answer','awaits_decision')) = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "state <> 'declined' OR decision_explanation IS NOT NULL", name="decline_has_reason"
        ),
        CheckConstraint(
            "(state IN ('approved','withdrawn')) = (approval_id IS NOT NULL)", name="paid_pinned"
        ),
        Index("ix_contests_company_id", "company_id", "created_at", "id"),
        Index("ix_contests_trainer_id", "trainer_id", "created_at", "id"),
        Index(
            "ix_contests_answer_by_at",
            "answer_by_at",
            postgresql_where=text("state = 'awaits_answer'"),
        ),
        Index(
            "ix_contests_decide_by_at",
            "decide_by_at",
            "id",
            postgresql_where=text("state = 'awaits_decision'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("time_entries.id"), unique=True)
    timesheet_id: Mapped[UUID] = mapped_column(ForeignKey("timesheets.id"), index=True)
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    state: Mapped[str]
    reason_code: Mapped[str]
    explanation: Mapped[str]
    contested_by: Mapped[str]
    created_at: Mapped[datetime]
    answer_by_at: Mapped[datetime]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    decide_by_at: Mapped[datetime | None]
    decision_explanation: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey("approvals.id"), unique=True)


@dataclass(frozen=True, slots=True)
class ContestFacts:
    """A contest with the time that it is about."""

    id: UUID
    entry_id: UUID
    timesheet_id: UUID
    engagement_id: UUID
    company_id: UUID
    trainer_id: UUID
    state: ContestState
    reason_code: ContestReason
    explanation: str
    created_at: datetime
    answer_by_at: datetime
    answer: str | None
    answered_at: datetime | None
    decide_by_at: datetime | None
    decision_explanation: str | None
    decided_by: str | None
    decided_at: datetime | None
    started_at: datetime
    ended_at: datetime
    note: str | None
    task_reference: str | None

    @property
    def worked_seconds(self) -> int:
        """Elapsed seconds of the contested time."""
        return seconds_between(self.started_at, self.ended_at)

    @property
    def silent_by_at(self) -> datetime | None:
        """When the clock moves it on, if nobody does before; None once it is decided."""
        if self.state is ContestState.AWAITS_ANSWER:
            return self.answer_by_at
        return self.decide_by_at if self.state is ContestState.AWAITS_DECISION else None

    @property
    def decider(self) -> str | None:
        """`operations`, `company` (withdrawn) or `clock`: who ended it, without a name."""
        if self.decided_by is None:
            return None
        kinds = {"operations": "operations", "system": "clock"}
        return kinds.get(self.decided_by.split(":", 1)[0], "company")


_OF_TIME = ("started_at", "ended_at", "note", "task_reference")
_CONTESTS: Select[*tuple[Any, ...]] = select(
    *(getattr(Contest, name) for name in ContestFacts.__slots__ if name not in _OF_TIME),
    *(getattr(TimeEntry, name) for name in _OF_TIME),
).join(TimeEntry, TimeEntry.id == Contest.entry_id)


async def get(session: AsyncSession, contest_id: UUID) -> ContestFacts:
    """For staff, the clock, and verbs that have checked whose it is. Raises NotFound."""
    return await _one(session, Contest.id == contest_id)


async def of_company(session: AsyncSession, company_id: UUID, contest_id: UUID) -> ContestFacts:
    """Raises NotFound."""
    return await _one(session, Contest.id == contest_id, Contest.company_id == company_id)


async def of_trainer(session: AsyncSession, trainer_id: UUID, contest_id: UUID) -> ContestFacts:
    """Raises NotFound."""
    return await _one(session, Contest.id == contest_id, Contest.trainer_id == trainer_id)


async def list_of_company(
    session: AsyncSession, company_id: UUID, page: Cut, *, state: ContestState | None = None
) -> Page[ContestFacts]:
    """All contests of a company, newest first."""
    statement = _CONTESTS.where(Contest.company_id == company_id)
    return await _newest_first(session, statement, page, state)


async def list_of_trainer(
    session: AsyncSession, trainer_id: UUID, page: Cut, *, state: ContestState | None = None
) -> Page[ContestFacts]:
    """All contests of a trainer's hours, newest first."""
    statement = _CONTESTS.where(Contest.trainer_id == trainer_id)
    return await _newest_first(session, statement, page, state)


async def list_to_decide(session: AsyncSession, page: Cut) -> Page[ContestFacts]:
    """What waits for operations, the nearest deadline first."""
    statement = _CONTESTS.where(Contest.state == ContestState.AWAITS_DECISION.value)
    rows = await session.execute(
        cut(statement, Contest.decide_by_at, Contest.id, page, oldest_first=True)
    )
    return paged([_read(row) for row in rows], page, lambda c: (c.decide_by_at, c.id))


async def of_entries(
    session: AsyncSession, entry_ids: Collection[UUID]
) -> dict[UUID, ContestFacts]:
    """By entry, for entries that the caller may read; one without a contest is left out."""
    if not entry_ids:
        return {}
    rows = await session.execute(_CONTESTS.where(Contest.entry_id.in_(list(entry_ids))))
    return {row.entry_id: _read(row) for row in rows}


async def of_sheets(
    session: AsyncSession, sheet_ids: Collection[UUID]
) -> dict[UUID, list[ContestFacts]]:
    """By timesheet, for sheets that the caller may read, in the order of the work."""
    found: dict[UUID, list[ContestFacts]] = {}
    if not sheet_ids:
        return found
    rows = await session.execute(
        _CONTESTS.where(Contest.timesheet_id.in_(list(sheet_ids))).order_by(
            TimeEntry.started_at, TimeEntry.id
        )
    )
    for row in rows:
        found.setdefault(row.timesheet_id, []).append(_read(row))
    return found


async def waiting_on(session: AsyncSession, sheet_id: UUID) -> int:
    """How many entries of a sheet are contested and undecided."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(TimeEntry)
            .where(
                TimeEntry.timesheet_id == sheet_id, TimeEntry.state == EntryState.CONTESTED.value
            )
        )
        or 0
    )


async def write(session: AsyncSession, contest_id: UUID, **values: object) -> ContestFacts:
    """Change a contest that is not decided yet; the caller holds its engagement."""
    await session.execute(
        update(Contest)
        .where(Contest.id == contest_id, Contest.state.in_(_LIVE))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return await get(session, contest_id)


async def _newest_first(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    page: Cut,
    state: ContestState | None,
) -> Page[ContestFacts]:
    if state is not None:
        statement = statement.where(Contest.state == state.value)
    rows = await session.execute(cut(statement, Contest.created_at, Contest.id, page))
    return paged([_read(row) for row in rows], page, lambda c: (c.created_at, c.id))


async def _one(session: AsyncSession, *conditions: Any) -> ContestFacts:
    row = (await session.execute(_CONTESTS.where(*conditions))).one_or_none()
    if row is None:
        raise NotFound
    return _read(row)


def _read(row: Any) -> ContestFacts:
    values = dict(row._mapping)
    values["state"] = ContestState(values["state"])
    values["reason_code"] = ContestReason(values["reason_code"])
    return ContestFacts(**values)
