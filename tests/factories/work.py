"""Projects, positions, offers and engagements: rows that are valid by default."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.pay_terms import EngagementPayTerms
from app.engagements.tables import Engagement, EngagementLimits
from app.hiring.bill_terms import ApplicationBillTerms, OfferBillTerms
from app.hiring.pay_terms import ApplicationPayTerms, OfferPayTerms
from app.hiring.tables import Application, Offer
from app.kit.ids import new_id
from app.projects.bill_terms import PositionBillTerms, ProjectBillTerms
from app.projects.pay_terms import PositionPayTerms
from app.projects.tables import Position, Project
from app.trainers import capacity

REQUIREMENTS: dict[str, Any] = {
    "credentials": [],
    "specialties": [],
    "skills": [],
    "languages": [],
    "countries": [],
    "timezone_overlap": None,
}


async def project(
    session: AsyncSession,
    owner: Company,
    *,
    now: datetime,
    budget_minor: int | None = None,
    **over: Any,
) -> Project:
    row = Project(
        id=over.pop("id", None) or new_id(),
        company_id=owner.id,
        title=over.pop("title", "Clinical answers"),
        brief=over.pop("brief", "Judge answers of a model to clinical questions."),
        state=over.pop("state", "open"),
        created_at=now,
        published_at=now,
        **over,
    )
    session.add(row)
    await session.flush()
    session.add(
        ProjectBillTerms(project_id=row.id, budget_minor=budget_minor, currency=owner.currency)
    )
    await session.flush()
    return row


async def position(session: AsyncSession, of: Project, *, now: datetime, **over: Any) -> Position:
    """Ten seats, 20 hours a week, a bill cap of 180.00 and hence up to 144.00 of pay."""
    currency = over.pop("currency", "USD")
    cap = over.pop("bill_rate_cap_minor", 18_000)
    row = Position(
        id=over.pop("id", None) or new_id(),
        project_id=of.id,
        company_id=of.company_id,
        title=over.pop("title", "Emergency physician"),
        domain=over.pop("domain", "medicine"),
        seats=over.pop("seats", 10),
        seats_taken=over.pop("seats_taken", 0),
        requirements={**REQUIREMENTS, **over.pop("requirements", {})},
        weekly_minutes=over.pop("weekly_minutes", 1200),
        starts_on=over.pop("starts_on", (now - timedelta(days=14)).date()),
        created_at=now,
        **over,
    )
    session.add(row)
    await session.flush()
    session.add(PositionBillTerms(position_id=row.id, bill_rate_cap_minor=cap, currency=currency))
    session.add(
        PositionPayTerms(
            position_id=row.id,
            pay_rate_up_to_minor=cap * 8 // 10,
            currency=currency,
            priced_at=now,
        )
    )
    await session.flush()
    return row


async def offer(
    session: AsyncSession,
    at: Position,
    trainer_id: UUID,
    *,
    now: datetime,
    bill_minor: int = 15_000,
    pay_minor: int = 12_000,
    currency: str = "USD",
    **over: Any,
) -> Offer:
    """An open offer for a week, 20 hours a week from today, with its application."""
    application = Application(
        id=new_id(), position_id=at.id, company_id=at.company_id, trainer_id=trainer_id,
        state="offered", decide_by_at=now + timedelta(days=14), created_at=now,
    )  # fmt: skip
    session.add(application)
    await session.flush()
    row = Offer(
        id=new_id(), application_id=application.id, position_id=at.id, company_id=at.company_id,
        trainer_id=trainer_id, state="sent",
        weekly_minutes=over.pop("weekly_minutes", 1200),
        starts_on=over.pop("starts_on", now.date()),
        expires_at=over.pop("expires_at", now + timedelta(days=7)),
        pay_week_timezone="UTC", pay_week_first_day=1, created_at=now, **over,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    session.add_all(
        [
            ApplicationBillTerms(
                application_id=application.id, asking_bill_minor=bill_minor, currency=currency
            ),
            ApplicationPayTerms(
                application_id=application.id, asking_pay_minor=pay_minor, currency=currency
            ),
            OfferBillTerms(offer_id=row.id, bill_minor=bill_minor, currency=currency),
            OfferPayTerms(offer_id=row.id, pay_minor=pay_minor, currency=currency),
        ]
    )
    await session.flush()
    return row


async def engagement(
    session: AsyncSession,
    at: Position,
    trainer_id: UUID,
    *,
    now: datetime,
    bill_minor: int = 15_000,
    pay_minor: int = 12_000,
    currency: str = "USD",
    **over: Any,
) -> Engagement:
    """An active engagement with its application and accepted offer, open for four weeks back."""
    weekly = over.pop("weekly_minutes", 1200)
    total = over.pop("total_minutes", None)
    starts_on = over.pop("starts_on", (now - timedelta(days=28)).date())
    zone = over.pop("pay_week_timezone", "UTC")
    first_day = over.pop("pay_week_first_day", 1)
    application = Application(
        id=new_id(), position_id=at.id, company_id=at.company_id, trainer_id=trainer_id,
        state="hired", decide_by_at=now, created_at=now,
    )  # fmt: skip
    session.add(application)
    await session.flush()
    offer = Offer(
        id=new_id(), application_id=application.id, position_id=at.id, company_id=at.company_id,
        trainer_id=trainer_id, state="accepted", weekly_minutes=weekly, total_minutes=total,
        starts_on=starts_on, expires_at=now, pay_week_timezone=zone,
        pay_week_first_day=first_day, created_at=now, decided_at=now,
    )  # fmt: skip
    session.add(offer)
    await session.flush()
    session.add_all(
        [
            ApplicationBillTerms(application_id=application.id, asking_bill_minor=bill_minor,
                                 currency=currency),
            ApplicationPayTerms(application_id=application.id, asking_pay_minor=pay_minor,
                                currency=currency),
            OfferBillTerms(offer_id=offer.id, bill_minor=bill_minor, currency=currency),
            OfferPayTerms(offer_id=offer.id, pay_minor=pay_minor, currency=currency),
        ]
    )  # fmt: skip
    if over.get("state") == "paused":
        over.setdefault("pauses", [Range(now - timedelta(days=28), None, bounds="[)")])
    row = Engagement(
        id=offer.id, offer_id=offer.id, position_id=at.id, project_id=at.project_id,
        company_id=at.company_id, trainer_id=trainer_id, state=over.pop("state", "active"),
        starts_on=starts_on, pay_week_timezone=zone, pay_week_first_day=first_day,
        opened_at=now - timedelta(days=28), **over,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    effective = now - timedelta(days=60)
    session.add_all(
        [
            EngagementLimits(id=new_id(), engagement_id=row.id, weekly_minutes=weekly,
                             total_minutes=total, effective_at=effective),
            EngagementBillTerms(id=new_id(), engagement_id=row.id, bill_minor=bill_minor,
                                currency=currency, effective_at=effective),
            EngagementPayTerms(id=new_id(), engagement_id=row.id, pay_minor=pay_minor,
                               currency=currency, effective_at=effective),
        ]
    )  # fmt: skip
    at.seats_taken += 1
    await session.flush()
    await capacity.commit_minutes(session, trainer_id, weekly)
    return row
