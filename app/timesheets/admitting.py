"""Which time may be logged at all."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import engagements
from app.domain.engagements import EngagementState
from app.domain.refusals import FieldProblem
from app.domain.requirements import Requirements, TrainerFacts, Unmet
from app.domain.time_zones import zone
from app.domain.timesheets import LATE_WITHIN, LATEST_AHEAD, LONGEST_ENTRY
from app.domain.weeks import start_of_day
from app.engagements.queries import EngagementFacts
from app.matching import eligibility, people
from app.projects import queries as projects
from app.timesheets.refusals import (
    AfterLastDay,
    BeforeFirstDay,
    CredentialLapsed,
    EndsInTheFuture,
    EngagementNotActive,
    EntryTooLong,
    LoggedTooLate,
    NotForward,
)

_SECOND = timedelta(seconds=1)


def check_shape(engagement: EngagementFacts, started_at: datetime, ended_at: datetime) -> None:
    """Raise NotForward, EntryTooLong or BeforeFirstDay: what no entry can ever have been."""
    if ended_at <= started_at:
        raise NotForward(errors=_at("ended_at", NotForward))
    if ended_at - started_at > LONGEST_ENTRY:
        raise EntryTooLong(errors=_at("ended_at", EntryTooLong))
    first = start_of_day(engagement.starts_on, engagement.pay_week_timezone)
    if started_at < first:
        raise BeforeFirstDay(from_at=first.isoformat())


def check_end(engagement: EngagementFacts, ended_at: datetime, *, now: datetime) -> None:
    """Raise EndsInTheFuture, LoggedTooLate or AfterLastDay."""
    if ended_at > now + LATEST_AHEAD:
        raise EndsInTheFuture(errors=_at("ended_at", EndsInTheFuture))
    if ended_at < now - LATE_WITHIN:
        raise LoggedTooLate(errors=_at("ended_at", LoggedTooLate))
    last = last_instant(engagement)
    if last is not None and ended_at > last:
        raise AfterLastDay(until_at=last.isoformat())


@dataclass(slots=True)
class Standing:
    """What decides whether time may be logged for an engagement, read once for many times."""

    engagement: EngagementFacts
    asked: Requirements
    trainer: TrainerFacts | None
    _lapsed: dict[date, list[Unmet]] = field(default_factory=dict)

    def check(self, worked_at: datetime, *, starting: bool = False) -> None:
        """Raise EngagementNotActive, or CredentialLapsed when a needed one did not hold that day.

        Time worked before an engagement ended or was paused may still be logged; `starting`: a
        timer, which is new time.
        """
        engagement = self.engagement
        if starting and engagement.state is not EngagementState.ACTIVE:
            raise EngagementNotActive(state=engagement.state.value)
        if engagement.ended_at is not None and worked_at > engagement.ended_at:
            raise EngagementNotActive(state=EngagementState.ENDED.value)
        if engagements.meets_pause(engagement.pauses, worked_at - _SECOND, worked_at):
            raise EngagementNotActive(state=EngagementState.PAUSED.value)
        lapsed = self._lapsed_on(worked_at.astimezone(zone(engagement.pay_week_timezone)).date())
        if lapsed:
            raise CredentialLapsed(
                errors=[
                    FieldProblem("/engagement_id", "credential_lapsed", u.en, u.de) for u in lapsed
                ]
            )

    def _lapsed_on(self, day: date) -> list[Unmet]:
        if self.trainer is None:
            return []
        if day not in self._lapsed:
            self._lapsed[day] = eligibility.credentials_lapsed(self.asked, self.trainer, on=day)
        return self._lapsed[day]


async def standing(session: AsyncSession, engagement: EngagementFacts) -> Standing:
    """How an engagement stands now; the trainer is read only where a credential is asked for."""
    position = await projects.get_position(session, engagement.position_id)
    assert position is not None
    asked, trainer = position.requirements, None
    if asked.credentials or asked.specialties:
        trainer = await people.trainer_facts(session, engagement.trainer_id)
        assert trainer is not None
    return Standing(engagement, asked, trainer)


async def check_standing(
    session: AsyncSession,
    engagement: EngagementFacts,
    worked_at: datetime,
    *,
    starting: bool = False,
) -> None:
    """For one time. Raises what `Standing.check` does."""
    (await standing(session, engagement)).check(worked_at, starting=starting)


def check_pauses(engagement: EngagementFacts, started_at: datetime, ended_at: datetime) -> None:
    """Raise EngagementNotActive when any of the time lies in a pause."""
    if engagements.meets_pause(engagement.pauses, started_at, ended_at):
        raise EngagementNotActive(state=EngagementState.PAUSED.value)


def last_instant(engagement: EngagementFacts) -> datetime | None:
    """The end of the engagement's last day, None when it has none."""
    if engagement.ends_on is None:
        return None
    return start_of_day(engagement.ends_on + timedelta(days=1), engagement.pay_week_timezone)


def _at(
    field: str, refusal: type[NotForward | EntryTooLong | EndsInTheFuture | LoggedTooLate]
) -> list[FieldProblem]:
    code = refusal().code
    return [FieldProblem(f"/{field}", code, refusal.en, refusal.de)]
