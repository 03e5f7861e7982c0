"""Adjustments of approved time: the rows, and their reads scoped by owner.

The only money here is what a trainer says that she laid out, which both sides know. What an
adjustment comes to stands in bill_lines and pay_lines.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.adjustments import AdjustmentState, AdjustmentType
from app.domain.refusals import NotFound
from app.kit.db import Row
from app.kit.paging import Cut, Page, cut, paged


class Adjustment(Row):
    """One change after approval, once for ever; its id is minted by whoever files it.

    `minutes` and `worked_at` (the instant whose week and rates hold) are a correction's,
    `expense_minor` an expense's. `approval_id` pins it on `timesheet_id`, the sheet of the pay week
    in which it was agreed.
    """

    __tablename__ = "adjustments"
    __table_args__ = (
        CheckConstraint("type IN ('bonus','expense','correction','clawback')", name="type"),
        CheckConstraint(
            "state IN ('awaits_company','awaits_trainer','awaits_operations','approved',"
            "'declined')",
            name="state",
        ),
        CheckConstraint(
            "type IN ('expense','correction') OR state = 'approved'", name="decided_at_once"
        ),
        CheckConstraint(
            "CASE type WHEN 'correction' THEN coalesce(minutes, 0) <> 0 AND worked_at IS NOT NULL"
            " ELSE minutes IS NULL AND worked_at IS NULL END",
            name="minutes",
        ),
        CheckConstraint(
            "CASE type WHEN 'expense' THEN coalesce(expense_minor, 0) > 0 AND currency IS NOT NULL"
            " ELSE expense_minor IS NULL AND currency IS NULL END",
            name="expense",
        ),
        CheckConstraint(
            "CASE type WHEN 'correction' THEN"
            " coalesce(reason_code, '') IN ('hours_missing','hours_too_many',"
            "'wrong_engagement','duplicate_time','clerical_error')"
            " WHEN 'clawback' THEN"
            " coalesce(reason_code, '') IN ('duplicate_work','fraud_proven','paid_in_error')"
            " ELSE reason_code IS NULL END",
            name="reason_not_quality",
        ),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint(
            "(state IN ('approved','declined')) = (decided_at IS NOT NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "state <> 'declined' OR decision_explanation IS NOT NULL", name="decline_has_reason"
        ),
        CheckConstraint(
            "(state = 'approved') = (approval_id IS NOT NULL)"
            " AND (approval_id IS NULL) = (timesheet_id IS NULL)",
            name="approved_pinned",
        ),
        CheckConstraint(
            "type <> 'clawback' OR jsonb_array_length(evidence_ids) > 0", name="clawback_evidence"
        ),
        Index("ix_adjustments_company_id", "company_id", "filed_at", "id"),
        Index("ix_adjustments_trainer_id", "trainer_id", "filed_at", "id"),
        Index("ix_adjustments_engagement_id", "engagement_id"),
        Index("ix_adjustments_timesheet_id", "timesheet_id"),
        Index(
            "ix_adjustments_waiting",
            "state",
            "decide_by_at",
            "id",
            postgresql_where=text("state NOT IN ('approved','declined')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    state: Mapped[str]
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"))
    timesheet_id: Mapped[UUID | None] = mapped_column(ForeignKey("timesheets.id"))
    reason_code: Mapped[str | None]
    reason: Mapped[str]
    evidence_reference: Mapped[str | None]
    evidence_ids: Mapped[list[Any]]
    minutes: Mapped[int | None]
    worked_at: Mapped[datetime | None]
    expense_minor: Mapped[int | None]
    currency: Mapped[str | None]
    at_platform_cost: Mapped[bool] = mapped_column(default=False)
    filed_by: Mapped[str]
    filed_at: Mapped[datetime]
    answer: Mapped[str | None]
    decide_by_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason_code: Mapped[str | None]
    decision_explanation: Mapped[str | None]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey("approvals.id"), unique=True)


@dataclass(frozen=True, slots=True)
class AdjustmentFacts:
    """An adjustment without what it comes to."""

    id: UUID
    type: AdjustmentType
    state: AdjustmentState
    engagement_id: UUID
    company_id: UUID
    trainer_id: UUID
    timesheet_id: UUID | None
    reason_code: str | None
    reason: str
    evidence_reference: str | None
    evidence_ids: list[Any]
    minutes: int | None
    worked_at: datetime | None
    expense_minor: int | None
    currency: str | None
    at_platform_cost: bool
    filed_by: str
    filed_at: datetime
    answer: str | None
    decide_by_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason_code: str | None
    decision_explanation: str | None
    approval_id: UUID | None

    @property
    def filer(self) -> str:
        """`company`, `trainer` or `operations`: whose it is, without a name."""
        return party(self.filed_by)

    @property
    def decider(self) -> str | None:
        """`company`, `trainer`, `operations` or `clock`; None while it waits."""
        return None if self.decided_by is None else party(self.decided_by)


@dataclass(frozen=True, slots=True)
class Filed:
    """The adjustment as it stands, and whether this very call made it."""

    adjustment: AdjustmentFacts
    created: bool


def party(actor: str) -> str:
    """Who somebody is as a party, from the words that rows keep of an actor."""
    kinds = {"trainer": "trainer", "operations": "operations", "system": "clock"}
    return kinds.get(actor.split(":", 1)[0], "company")


_ADJUSTMENTS: Select[*tuple[Any, ...]] = select(
    *(getattr(Adjustment, name) for name in AdjustmentFacts.__slots__)
)


async def file(session: AsyncSession, **values: Any) -> bool:
    """Write a new adjustment; False when its id is in use already. The caller then compares."""
    made = await session.scalar(
        insert(Adjustment)
        .values({"evidence_ids": [], "at_platform_cost": False, **values})
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(Adjustment.id)
    )
    return made is not None


async def find(session: AsyncSession, adjustment_id: UUID) -> AdjustmentFacts | None:
    """For verbs, which then check whose it is."""
    row = (await session.execute(_ADJUSTMENTS.where(Adjustment.id == adjustment_id))).one_or_none()
    return None if row is None else _read(row)


async def get(session: AsyncSession, adjustment_id: UUID) -> AdjustmentFacts:
    """For staff, the clock, and verbs that have checked whose it is. Raises NotFound."""
    found = await find(session, adjustment_id)
    if found is None:
        raise NotFound
    return found


async def of_company(
    session: AsyncSession, company_id: UUID, adjustment_id: UUID
) -> AdjustmentFacts:
    """Raises NotFound."""
    found = await get(session, adjustment_id)
    if found.company_id != company_id:
        raise NotFound
    return found


async def of_trainer(
    session: AsyncSession, trainer_id: UUID, adjustment_id: UUID
) -> AdjustmentFacts:
    """Raises NotFound."""
    found = await get(session, adjustment_id)
    if found.trainer_id != trainer_id:
        raise NotFound
    return found


async def list_of_company(
    session: AsyncSession, company_id: UUID, page: Cut, *, state: AdjustmentState | None = None
) -> Page[AdjustmentFacts]:
    """All adjustments of a company's engagements, newest first."""
    return await _newest(
        session, _ADJUSTMENTS.where(Adjustment.company_id == company_id), page, state
    )


async def list_of_trainer(
    session: AsyncSession, trainer_id: UUID, page: Cut, *, state: AdjustmentState | None = None
) -> Page[AdjustmentFacts]:
    """All adjustments of a trainer's engagements, newest first."""
    return await _newest(
        session, _ADJUSTMENTS.where(Adjustment.trainer_id == trainer_id), page, state
    )


async def list_to_decide(session: AsyncSession, page: Cut) -> Page[AdjustmentFacts]:
    """What waits for operations, the nearest deadline first."""
    statement = _ADJUSTMENTS.where(Adjustment.state == AdjustmentState.AWAITS_OPERATIONS.value)
    rows = await session.execute(
        cut(statement, Adjustment.decide_by_at, Adjustment.id, page, oldest_first=True)
    )
    return paged([_read(row) for row in rows], page, lambda a: (a.decide_by_at, a.id))


async def of_sheets(
    session: AsyncSession, sheet_ids: Collection[UUID]
) -> dict[UUID, list[AdjustmentFacts]]:
    """By timesheet, for sheets that the caller may read, in the order in which they were agreed."""
    found: dict[UUID, list[AdjustmentFacts]] = {}
    if not sheet_ids:
        return found
    rows = await session.execute(
        _ADJUSTMENTS.where(Adjustment.timesheet_id.in_(list(sheet_ids))).order_by(
            Adjustment.decided_at, Adjustment.id
        )
    )
    for row in rows:
        found.setdefault(row.timesheet_id, []).append(_read(row))
    return found


async def _newest(
    session: AsyncSession,
    statement: Select[*tuple[Any, ...]],
    page: Cut,
    state: AdjustmentState | None,
) -> Page[AdjustmentFacts]:
    if state is not None:
        statement = statement.where(Adjustment.state == state.value)
    rows = await session.execute(cut(statement, Adjustment.filed_at, Adjustment.id, page))
    return paged([_read(row) for row in rows], page, lambda a: (a.filed_at, a.id))


def _read(row: Any) -> AdjustmentFacts:
    values = dict(row._mapping)
    values["type"] = AdjustmentType(values["type"])
    values["state"] = AdjustmentState(values["state"])
    return AdjustmentFacts(**values)
