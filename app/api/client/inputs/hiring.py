"""What a company can say in hiring."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import Day, Instant, Minutes, MoneySaid, Prose, Said, TotalMinutes, Zone
from app.domain.engagements import EndReason
from app.domain.hiring import DeclineReason
from app.domain.money import Money
from app.domain.weekdays import Weekday
from app.engagements.limiting import Change
from app.hiring.offering import PayWeek, Terms

Sentence = Annotated[Prose, Field(max_length=2_000)]


class DeclineApplication(Said):
    """A reason from the list and a sentence of yours. The trainer reads both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reason_code": "experience",
                    "explanation": "We need at least three years in emergency care.",
                }
            ]
        }
    )

    reason_code: DeclineReason
    explanation: Sentence


class PayWeekSaid(Said):
    """When the week for counting and approving hours begins, and in which time zone."""

    timezone: Zone | None = Field(
        None, description="IANA name. Left out: the zone of your billing profile, else UTC."
    )
    first_day: Weekday = Weekday.MONDAY


class MakeOffer(Said):
    """What you offer. `bill_rate` is what you are billed an hour."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "bill_rate": {"minor": 15000, "currency": "USD"},
                    "weekly_minutes": 1200,
                    "starts_on": "2026-11-02",
                    "pay_week": {"timezone": "Europe/Berlin", "first_day": "monday"},
                }
            ]
        }
    )

    bill_rate: MoneySaid = Field(
        description="An hour, in your company's currency, within the position's cap."
    )
    weekly_minutes: Minutes = Field(description="At most the position's.")
    total_minutes: TotalMinutes | None = Field(
        None, description="Over the whole engagement. Left out: only the position's total holds."
    )
    starts_on: Day = Field(description="May lie up to 14 days back.")
    ends_on: Day | None = Field(None, description="Last day. Left out: the position's end.")
    expires_at: Instant | None = Field(
        None, description="Until when it can be accepted. Left out: seven days from now."
    )
    pay_week: PayWeekSaid | None = Field(
        None, description="Left out: your billing profile's time zone, from Monday on."
    )

    def terms(self) -> Terms:
        """As the verb takes it."""
        week = self.pay_week or PayWeekSaid()
        return Terms(
            bill=Money(self.bill_rate.minor, self.bill_rate.currency),
            weekly_minutes=self.weekly_minutes,
            total_minutes=self.total_minutes,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            expires_at=self.expires_at,
            pay_week=PayWeek(week.timezone, week.first_day),
        )


class ChangeLimit(Said):
    """What changes. What is left out stays; null as `total_minutes` takes the limit away."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"weekly_minutes": 900}, {"total_minutes": None}]}
    )

    weekly_minutes: Minutes | None = None
    total_minutes: TotalMinutes | None = None

    def change(self) -> Change:
        """As the verb takes it."""
        return Change(
            self.weekly_minutes, self.total_minutes, "total_minutes" in self.model_fields_set
        )


class EndEngagement(Said):
    """A reason from the list and a sentence of yours. The trainer reads both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reason_code": "work_done",
                    "explanation": "The evaluation round is complete. Thank you.",
                }
            ]
        }
    )

    reason_code: EndReason
    explanation: Sentence
