"""The company's money is in: approved time becomes payable."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.domain import funding
from app.domain.adjustments import AdjustmentType
from app.domain.funding import Unfunded
from app.timesheets.adjustments import Adjustment
from app.timesheets.tables import Approval, Timesheet

_ON_APPROVAL = "on_approval"


class _Waiting(NamedTuple):
    engagement_id: UUID
    row: Unfunded


async def begin(
    session: AsyncSession, approval: Approval, company_id: UUID, *, bill_minor: int
) -> None:
    """Fund an approval at once where nothing is waited for.

    That is so where finance has granted it, and where nothing will be invoiced because the platform
    pays. What takes back begins with `begin_taking_back`.
    """
    terms = await credit_terms.current(session, company_id, approval.approved_at)
    if terms.funding_rule == _ON_APPROVAL or bill_minor <= 0:
        approval.funded_at = approval.approved_at
        await session.flush()


async def waits(session: AsyncSession, engagement_id: UUID) -> bool:
    """Whether what is taken back now has to wait: time of the engagement is not paid for yet.

    Those approvals stay locked, so that a payment that is coming in right now sees what waits. The
    caller holds the engagement and its company's money.
    """
    unfunded = await _lock_unfunded(session, [engagement_id])
    return any(not each.row.takes_back for each in unfunded)


async def begin_taking_back(session: AsyncSession, approval: Approval, *, waits: bool) -> None:
    """Fund an approval that takes back, unless it `waits`."""
    if not waits:
        approval.funded_at = approval.approved_at
        await session.flush()


async def mark_funded(
    session: AsyncSession, approval_ids: Collection[UUID], *, at: datetime
) -> None:
    """Mark approvals funded; those that already are keep their moment.

    What was taken back in the same engagements is funded with them once nothing approved before it
    waits, and not before.
    """
    paid = set(approval_ids)
    engagements = await session.scalars(
        select(Timesheet.engagement_id)
        .join(Approval, Approval.timesheet_id == Timesheet.id)
        .where(Approval.id.in_(paid))
        .distinct()
    )
    waiting = await _lock_unfunded(session, engagements.all())
    due: list[UUID] = []
    for _, some in groupby(waiting, key=lambda each: each.engagement_id):
        due.extend(funding.newly_funded([each.row for each in some], paid))
    await session.execute(
        update(Approval)
        .where(Approval.id.in_(due))
        .values(funded_at=at)
        .execution_options(synchronize_session=False)
    )


def takes_back(approval_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether an approval is of an adjustment that lowers what was earned."""
    return exists().where(
        Adjustment.approval_id == approval_id,
        or_(
            Adjustment.type == AdjustmentType.CLAWBACK.value,
            and_(Adjustment.type == AdjustmentType.CORRECTION.value, Adjustment.minutes < 0),
        ),
    )


async def _lock_unfunded(
    session: AsyncSession, engagement_ids: Sequence[UUID]
) -> Sequence[_Waiting]:
    """Unfunded approvals by engagement, locked in the order of their ids."""
    rows = await session.execute(
        select(
            Timesheet.engagement_id,
            Approval.approved_at,
            takes_back(Approval.id.expression).label("takes_back"),
            Approval.id,
        )
        .join(Timesheet, Timesheet.id == Approval.timesheet_id)
        .where(Timesheet.engagement_id.in_(engagement_ids), Approval.funded_at.is_(None))
        .order_by(Approval.id)
        .with_for_update(of=Approval, key_share=True)
    )
    found = [_Waiting(row[0], Unfunded(row[1], row[2], row[3])) for row in rows]
    return sorted(found)
