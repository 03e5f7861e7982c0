"""Applications and offers: their legal moves, their reasons, and what an offer may say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.refusals import FieldProblem

DECIDE_WITHIN = timedelta(days=14)
OFFER_STANDS = timedelta(days=7)
OFFER_STANDS_AT_MOST = timedelta(days=90)
STARTS_BACK_AT_MOST = timedelta(days=14)


class ApplicationState(StrEnum):
    SUBMITTED = "submitted"
    SHORTLISTED = "shortlisted"
    SCREENING = "screening"
    OFFERED = "offered"
    HIRED = "hired"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ApplicationEvent(StrEnum):
    SHORTLIST = "shortlist"
    SCREEN = "screen"
    OFFER = "offer"
    OFFER_ENDED = "offer_ended"  # declined, expired or withdrawn: unaccepted in any way
    HIRE = "hire"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class OfferState(StrEnum):
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OfferEvent(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


class DeclineReason(StrEnum):
    """Why a company declines an application. The trainer reads it, with a sentence of its own."""

    SKILLS = "skills"
    EXPERIENCE = "experience"
    LANGUAGE = "language"
    AVAILABILITY = "availability"
    RATE = "rate"
    POSITION_FILLED = "position_filled"
    OTHER = "other"


_S, _E = ApplicationState, ApplicationEvent

APPLICATION_MOVES: Mapping[tuple[ApplicationState, ApplicationEvent], ApplicationState] = {
    (_S.SUBMITTED, _E.SHORTLIST): _S.SHORTLISTED,
    (_S.SHORTLISTED, _E.SCREEN): _S.SCREENING,
    (_S.SUBMITTED, _E.OFFER): _S.OFFERED,
    (_S.SHORTLISTED, _E.OFFER): _S.OFFERED,
    (_S.SCREENING, _E.OFFER): _S.OFFERED,
    (_S.OFFERED, _E.OFFER_ENDED): _S.SHORTLISTED,
    (_S.OFFERED, _E.HIRE): _S.HIRED,
    (_S.SUBMITTED, _E.DECLINE): _S.DECLINED,
    (_S.SHORTLISTED, _E.DECLINE): _S.DECLINED,
    (_S.SCREENING, _E.DECLINE): _S.DECLINED,
    (_S.SUBMITTED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.SHORTLISTED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.SCREENING, _E.WITHDRAW): _S.WITHDRAWN,
}

OFFER_MOVES: Mapping[tuple[OfferState, OfferEvent], OfferState] = {
    (OfferState.SENT, OfferEvent.ACCEPT): OfferState.ACCEPTED,
    (OfferState.SENT, OfferEvent.DECLINE): OfferState.DECLINED,
    (OfferState.SENT, OfferEvent.EXPIRE): OfferState.EXPIRED,
    (OfferState.SENT, OfferEvent.WITHDRAW): OfferState.WITHDRAWN,
}


def state_at(state: OfferState, expires_at: datetime, now: datetime) -> OfferState:
    """What an offer is at `now`: the clock ends it, whether or not the sweep has come by."""
    return OfferState.EXPIRED if state is OfferState.SENT and expires_at <= now else state


@dataclass(frozen=True, slots=True)
class Period:
    """What an offer says about time; minutes are positive, `expires_at` is UTC."""

    weekly_minutes: int
    total_minutes: int | None
    starts_on: date
    ends_on: date | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Room:
    """What a position leaves room for."""

    weekly_minutes: int
    total_minutes: int | None
    ends_on: date | None


def faults_of(period: Period, room: Room, *, today: date, now: datetime) -> list[FieldProblem]:
    """Everything that keeps an offer from being made; `today` is the pay week's zone's."""
    return [
        *_start_faults(period, room, today),
        *_end_faults(period, room),
        *_minute_faults(period, room),
        *_expiry_faults(period, now),
    ]


def _start_faults(period: Period, room: Room, today: date) -> Iterator[FieldProblem]:
    if period.starts_on < today - STARTS_BACK_AT_MOST:
        yield FieldProblem(
            "#/starts_on",
            "starts_too_early",
            "The start may lie at most 14 days back.",
            "Der Beginn darf höchstens 14 Tage zurückliegen.",
        )
    if room.ends_on is not None and period.starts_on > room.ends_on:
        yield FieldProblem(
            "#/starts_on",
            "starts_after_position",
            "The start lies after the end of the position.",
            "Der Beginn liegt nach dem Ende der Stelle.",
        )


def _end_faults(period: Period, room: Room) -> Iterator[FieldProblem]:
    if period.ends_on is None:
        return
    if period.ends_on < period.starts_on:
        yield FieldProblem(
            "#/ends_on",
            "ends_before_start",
            "The end lies before the start.",
            "Das Ende liegt vor dem Beginn.",
        )
    if room.ends_on is not None and period.ends_on > room.ends_on:
        yield FieldProblem(
            "#/ends_on",
            "ends_after_position",
            "The end lies after the end of the position.",
            "Das Ende liegt nach dem Ende der Stelle.",
        )


def _minute_faults(period: Period, room: Room) -> Iterator[FieldProblem]:
    if period.weekly_minutes > room.weekly_minutes:
        yield FieldProblem(
            "#/weekly_minutes",
            "more_than_position",
            f"The position allows {room.weekly_minutes} minutes a week.",
            f"Die Stelle erlaubt {room.weekly_minutes} Minuten in der Woche.",
        )
    if (
        period.total_minutes is not None
        and room.total_minutes is not None
        and period.total_minutes > room.total_minutes
    ):
        yield FieldProblem(
            "#/total_minutes",
            "more_than_position",
            f"The position allows {room.total_minutes} minutes in total.",
            f"Die Stelle erlaubt insgesamt {room.total_minutes} Minuten.",
        )


def _expiry_faults(period: Period, now: datetime) -> Iterator[FieldProblem]:
    if period.expires_at <= now:
        yield FieldProblem(
            "#/expires_at",
            "expires_in_the_past",
            "The offer would already be expired.",
            "Das Angebot wäre schon abgelaufen.",
        )
    if period.expires_at > now + OFFER_STANDS_AT_MOST:
        yield FieldProblem(
            "#/expires_at",
            "expires_too_late",
            "An offer stands for at most 90 days.",
            "Ein Angebot steht höchstens 90 Tage.",
        )
