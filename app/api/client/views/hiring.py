"""What a company can see of hiring and engagements."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.engagements import EndReason, EngagementState
from app.domain.hiring import ApplicationState, DeclineReason, OfferState
from app.domain.weekdays import Weekday
from app.engagements.for_companies import CompanyEngagement
from app.hiring.for_companies import CompanyApplication, CompanyOffer


class PayWeekView(Seen):
    """When the week for counting and approving hours begins, and in which time zone."""

    timezone: str = Field(examples=["Europe/Berlin"])
    first_day: Weekday


class ApplicationView(Seen):
    """Somebody who applied for your position."""

    id: UUID
    position_id: UUID
    trainer_id: UUID
    trainer_name: str
    trainer_headline: str
    trainer_country: str
    state: ApplicationState
    asking_bill_rate: MoneySeen = Field(
        description="What an hour would cost you at the rate that the trainer asks."
    )
    note: str | None
    reason_code: DeclineReason | None
    explanation: str | None
    decide_by_at: datetime = Field(description="Answer by then; each stage starts it anew.")
    created_at: datetime
    open_offer_id: UUID | None


class OfferView(Seen):
    """An offer of yours. `bill_rate` is what you are billed an hour."""

    id: UUID
    application_id: UUID
    position_id: UUID
    trainer_id: UUID
    state: OfferState
    bill_rate: MoneySeen
    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    expires_at: datetime
    pay_week: PayWeekView
    created_at: datetime
    decided_at: datetime | None


class ComingLimitsView(Seen):
    """Minutes that are agreed to hold from an instant on."""

    weekly_minutes: int
    total_minutes: int | None
    from_at: datetime


class EngagementView(Seen):
    """A trainer at work for you. `bill_rate` is what you are billed an hour now, or first."""

    id: UUID
    project_id: UUID
    project_title: str
    position_id: UUID
    position_title: str
    trainer_id: UUID
    trainer_name: str
    state: EngagementState
    bill_rate: MoneySeen
    weekly_minutes: int
    total_minutes: int | None
    coming_limits: ComingLimitsView | None = Field(
        description="A cut of the weekly minutes takes effect with the next pay week."
    )
    starts_on: date
    ends_on: date | None
    pay_week: PayWeekView
    opened_at: datetime
    ended_at: datetime | None
    end_reason_code: EndReason | None
    end_explanation: str | None


def application_view(found: CompanyApplication) -> ApplicationView:
    return ApplicationView(
        id=found.id,
        position_id=found.position_id,
        trainer_id=found.trainer_id,
        trainer_name=found.trainer_name,
        trainer_headline=found.trainer_headline,
        trainer_country=found.trainer_country,
        state=found.state,
        asking_bill_rate=MoneySeen(minor=found.asking_bill_minor, currency=found.currency),
        note=found.note,
        reason_code=DeclineReason(found.reason_code) if found.reason_code else None,
        explanation=found.explanation,
        decide_by_at=found.decide_by_at,
        created_at=found.created_at,
        open_offer_id=found.open_offer_id,
    )


def offer_view(found: CompanyOffer) -> OfferView:
    return OfferView(
        id=found.id,
        application_id=found.application_id,
        position_id=found.position_id,
        trainer_id=found.trainer_id,
        state=found.state,
        bill_rate=MoneySeen(minor=found.bill_minor, currency=found.currency),
        weekly_minutes=found.weekly_minutes,
        total_minutes=found.total_minutes,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        expires_at=found.expires_at,
        pay_week=PayWeekView(timezone=found.pay_week_timezone, first_day=found.pay_week_first_day),
        created_at=found.created_at,
        decided_at=found.decided_at,
    )


def engagement_view(found: CompanyEngagement) -> EngagementView:
    facts = found.facts
    return EngagementView(
        id=facts.id,
        project_id=facts.project_id,
        project_title=facts.project_title,
        position_id=facts.position_id,
        position_title=facts.position_title,
        trainer_id=facts.trainer_id,
        trainer_name=facts.trainer_name,
        state=facts.state,
        bill_rate=MoneySeen(minor=found.bill.minor, currency=found.bill.currency),
        weekly_minutes=found.limits.weekly_minutes,
        total_minutes=found.limits.total_minutes,
        coming_limits=found.coming
        and ComingLimitsView(
            weekly_minutes=found.coming.weekly_minutes,
            total_minutes=found.coming.total_minutes,
            from_at=found.coming.effective_at,
        ),
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        pay_week=PayWeekView(
            timezone=facts.pay_week_timezone,
            first_day=Weekday.from_iso(facts.pay_week_first_day),
        ),
        opened_at=facts.opened_at,
        ended_at=facts.ended_at,
        end_reason_code=EndReason(facts.end_reason_code) if facts.end_reason_code else None,
        end_explanation=facts.end_explanation,
    )
