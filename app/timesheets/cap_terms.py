"""What is agreed about an engagement's time: rates, minutes and money, read at once.

Trainers' paths meet bill rates here; they leave as units of caps only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.companies import credit_terms
from app.companies.tables import CreditTerms
from app.domain import caps, limits
from app.domain.caps import CounterKey, Ground, Scope, Section
from app.domain.limits import DatedLimits
from app.domain.rates import DatedRate
from app.domain.weeks import PayWeek, week_of
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.queries import EngagementFacts
from app.engagements.tables import EngagementLimits
from app.projects.bill_terms import ProjectBillTerms
from app.projects.tables import Position
from app.timesheets.tables import TrainerWeekCap


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything agreed about an engagement's time, read at once."""

    ground: Ground
    now: datetime
    limits: tuple[DatedLimits, ...]
    position_minutes: int | None
    budget_minor: int | None
    credit_minor: int
    trainer_week_minutes: int
    crowd: int

    def units(self, scope: Scope, worked_at: datetime) -> int:
        """A cap in units. A week's is that of the week worked, a total's what holds now."""
        match scope:
            case Scope.TRAINER_WEEK:
                return caps.cap_units(self.trainer_week_minutes)
            case Scope.ENGAGEMENT_WEEK:
                week = week_of(worked_at, self.ground.pay_week)
                return caps.cap_units(limits.weekly_in(self.limits, week))
            case Scope.ENGAGEMENT_TOTAL:
                return caps.cap_units(limits.in_force(self.limits, self.now).total_minutes)
            case Scope.POSITION_TOTAL:
                return caps.cap_units(self.position_minutes)
            case Scope.PROJECT_BUDGET:
                return caps.money_cap_units(self.budget_minor)
            case Scope.CREDIT_LIMIT:
                return caps.money_cap_units(self.credit_minor)

    def agreed(self, found: Sequence[Section]) -> dict[CounterKey, int]:
        """The caps over these sections, in units."""
        agreed: dict[CounterKey, int] = {}
        for section in found:
            for key, _ in section.weights:
                if key not in agreed:
                    agreed[key] = self.units(key.scope, section.started_at)
        return agreed


def ground(engagement: EngagementFacts, *, bill_rates: tuple[DatedRate, ...] = ()) -> Ground:
    """Whose counters this engagement's time moves."""
    return Ground(
        trainer_id=engagement.trainer_id,
        engagement_id=engagement.id,
        position_id=engagement.position_id,
        project_id=engagement.project_id,
        company_id=engagement.company_id,
        pay_week=PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day),
        bill_rates=bill_rates,
    )


async def read(session: AsyncSession, engagement: EngagementFacts, now: datetime) -> Terms:
    """As of now; read it again after a lock that was waited for."""
    row = (
        await session.execute(
            _TERMS,
            {
                "engagement": engagement.id,
                "trainer": engagement.trainer_id,
                "position": engagement.position_id,
                "project": engagement.project_id,
                "company": engagement.company_id,
                "now": now,
            },
        )
    ).one()
    return terms_of(row._mapping, ground(engagement), now)


def terms_of(row: Any, bare: Ground, now: datetime) -> Terms:
    """From a row or record with the names that `read` asks for; `bare`: a ground without rates."""
    rates = zip(row["rates_from"], row["rates"], row["currencies"], strict=True)
    return Terms(
        ground=replace(bare, bill_rates=tuple(DatedRate(*rate) for rate in rates)),
        now=now,
        limits=tuple(
            DatedLimits(*each)
            for each in zip(row["limits_from"], row["weekly"], row["total"], strict=True)
        ),
        position_minutes=row["position_minutes"],
        budget_minor=row["budget_minor"],
        credit_minor=(
            credit_terms.DEFAULT_CREDIT_LIMIT_MINOR
            if row["credit_minor"] is None
            else row["credit_minor"]
        ),
        trainer_week_minutes=(
            caps.DEFAULT_TRAINER_WEEK_MINUTES
            if row["trainer_week_minutes"] is None
            else row["trainer_week_minutes"]
        ),
        crowd=row["crowd"] or 0,
    )


def _dated(
    column: InstrumentedAttribute[Any],
    effective_at: InstrumentedAttribute[datetime],
    engagement_id: InstrumentedAttribute[UUID],
) -> ScalarSelect[Any]:
    """All values of a dated column of one engagement, oldest first."""
    return (
        select(func.array_agg(aggregate_order_by(column, effective_at)))
        .where(engagement_id == bindparam("engagement"))
        .scalar_subquery()
    )


def _rates(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    return _dated(column, EngagementBillTerms.effective_at, EngagementBillTerms.engagement_id)


def _limits(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    return _dated(column, EngagementLimits.effective_at, EngagementLimits.engagement_id)


_TERMS = select(
    _rates(EngagementBillTerms.effective_at).label("rates_from"),
    _rates(EngagementBillTerms.bill_minor).label("rates"),
    _rates(EngagementBillTerms.currency).label("currencies"),
    _limits(EngagementLimits.effective_at).label("limits_from"),
    _limits(EngagementLimits.weekly_minutes).label("weekly"),
    _limits(EngagementLimits.total_minutes).label("total"),
    select(Position.total_minutes)
    .where(Position.id == bindparam("position"))
    .scalar_subquery()
    .label("position_minutes"),
    select(Position.seats_taken)
    .where(Position.id == bindparam("position"))
    .scalar_subquery()
    .label("crowd"),
    select(ProjectBillTerms.budget_minor)
    .where(ProjectBillTerms.project_id == bindparam("project"))
    .scalar_subquery()
    .label("budget_minor"),
    select(CreditTerms.credit_limit_minor)
    .where(
        CreditTerms.company_id == bindparam("company"), CreditTerms.effective_at <= bindparam("now")
    )
    .order_by(CreditTerms.effective_at.desc())
    .limit(1)
    .scalar_subquery()
    .label("credit_minor"),
    select(TrainerWeekCap.weekly_minutes)
    .where(TrainerWeekCap.trainer_id == bindparam("trainer"))
    .scalar_subquery()
    .label("trainer_week_minutes"),
)
