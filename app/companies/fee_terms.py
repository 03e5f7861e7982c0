"""The platform's fee for a company, dated. Finance alone sees it.

The row lives here, not in tables.py, so that the import contracts see who can reach it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.companies.refusals import TermsInThePast
from app.companies.tables import Company
from app.domain import dated_terms
from app.domain.actor import FinanceActor
from app.domain.rates import DEFAULT_FEE_BPS
from app.domain.refusals import NotFound
from app.kit.db import Row
from app.kit.ids import new_id


class FeeTerms(Row):
    """The fee in basis points from `effective_at` on. Never rewritten."""

    __tablename__ = "fee_terms"
    __table_args__ = (
        UniqueConstraint("company_id", "effective_at"),
        CheckConstraint("fee_bps >= 0 AND fee_bps < 10000", name="fee_bps"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("companies.id"))
    fee_bps: Mapped[int]
    effective_at: Mapped[datetime]
    set_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)


@dataclass(frozen=True, slots=True)
class DatedFee:
    """`effective_at` is None for the fee that holds when none was ever set."""

    company_id: UUID
    fee_bps: int
    effective_at: datetime | None


async def fee_bps_at(session: AsyncSession, company_id: UUID, at: datetime) -> int:
    """The fee in force at an instant, in basis points; 2,000 when none was set."""
    return (await fees_at(session, [company_id], at))[company_id].fee_bps


async def fees_at(
    session: AsyncSession, company_ids: list[UUID], at: datetime
) -> dict[UUID, DatedFee]:
    """The fee in force at an instant for each of the companies."""
    newest = (
        select(FeeTerms.company_id, FeeTerms.fee_bps, FeeTerms.effective_at)
        .where(FeeTerms.company_id.in_(company_ids), FeeTerms.effective_at <= at)
        .order_by(FeeTerms.company_id, FeeTerms.effective_at.desc())
        .ext(distinct_on(FeeTerms.company_id))
    )
    found = {row[0]: DatedFee(*row) for row in await session.execute(newest)}
    return {id_: found.get(id_, DatedFee(id_, DEFAULT_FEE_BPS, None)) for id_ in company_ids}


async def every_fee(
    session: AsyncSession, company_ids: Collection[UUID] | None = None
) -> dict[UUID, list[DatedFee]]:
    """All fees ever set, by company, oldest first: for whoever asks of many moments."""
    statement = select(FeeTerms.company_id, FeeTerms.fee_bps, FeeTerms.effective_at).order_by(
        FeeTerms.company_id, FeeTerms.effective_at
    )
    if company_ids is not None:
        statement = statement.where(FeeTerms.company_id.in_(list(company_ids)))
    rows = await session.execute(statement)
    found: dict[UUID, list[DatedFee]] = {}
    for row in rows:
        found.setdefault(row.company_id, []).append(DatedFee(*row))
    return found


def in_force(fees: Iterable[DatedFee], at: datetime) -> int:
    """The fee of a company at an instant, of all its fees, oldest first; 2,000 before the first."""
    fee_bps = DEFAULT_FEE_BPS
    for fee in fees:
        if fee.effective_at is not None and fee.effective_at <= at:
            fee_bps = fee.fee_bps
    return fee_bps


async def set_fee_terms(
    session: AsyncSession,
    actor: FinanceActor,
    company_id: UUID,
    *,
    fee_bps: int,
    effective_at: datetime | None,
    now: datetime,
) -> DatedFee:
    """From `effective_at` (None: now) on this fee holds for new terms; agreed terms keep theirs.

    The same fee again changes nothing. Raises NotFound, TermsInThePast.
    """
    at = dated_terms.takes_effect_at(effective_at, now)
    if at is None:
        raise TermsInThePast
    # One at a time per company, so that "the same again" is judged on what is committed.
    if await session.scalar(
        select(Company.id).where(Company.id == company_id).with_for_update()
    ) is None:  # fmt: skip
        raise NotFound
    current = (await fees_at(session, [company_id], at))[company_id]
    if current.effective_at is not None and current.fee_bps == fee_bps:
        return current
    session.add(
        FeeTerms(
            id=new_id(),
            company_id=company_id,
            fee_bps=fee_bps,
            effective_at=at,
            set_by_user_id=actor.user_id,
        )
    )
    await session.flush()
    return DatedFee(company_id, fee_bps, at)
