"""Changes of an engagement's rates: from when they hold, and when the trainer has to consent.

Rates change from a day that is still to come, so that no logged time and no time that a running
timer has reserved is ever counted at two rates. Less pay needs a yes; a raise does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.timesheets import LATEST_AHEAD, RESERVE_SLICE
from app.domain.weeks import PayWeek, start_of_day, week_of

# Longer than any timer reserves ahead: what is reserved is given back at the rate it was taken at.
LEAD = timedelta(hours=2)
CONSENT_WITHIN = timedelta(days=7)
CONSENT_AT_LEAST = timedelta(hours=48)

assert LEAD > RESERVE_SLICE + LATEST_AHEAD


class TermsState(StrEnum):
    """agreed: no consent was needed. The other ends: the trainer's, the company's, the clock's."""

    AGREED = "agreed"
    PROPOSED = "proposed"
    CONSENTED = "consented"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class TermsEvent(StrEnum):
    CONSENT = "consent"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


_S, _V = TermsState, TermsEvent
TERMS_MOVES: Mapping[tuple[TermsState, TermsEvent], TermsState] = MappingProxyType(
    {
        (_S.PROPOSED, _V.CONSENT): _S.CONSENTED,
        (_S.PROPOSED, _V.DECLINE): _S.DECLINED,
        (_S.PROPOSED, _V.WITHDRAW): _S.WITHDRAWN,
        (_S.PROPOSED, _V.EXPIRE): _S.EXPIRED,
    }
)
# States whose rates hold from their day on.
HOLDING = frozenset({_S.AGREED, _S.CONSENTED})


@dataclass(frozen=True, slots=True)
class Beginning:
    """From when new rates hold; `consent_by_at` None where no consent is needed."""

    effective_at: datetime
    consent_by_at: datetime | None


def beginning(
    asked_on: date | None, pay_week: PayWeek, *, lowers_pay: bool, now: datetime
) -> Beginning | None:
    """When rates asked for a day (None: the first pay week that is possible) begin to hold.

    None when that day begins too early: two hours ahead at least, and where consent is needed two
    days before its deadline.
    """
    earliest = now + LEAD + (CONSENT_AT_LEAST if lowers_pay else timedelta())
    if asked_on is None:
        week = week_of(earliest, pay_week)
        effective_at = week.starts_at if week.starts_at >= earliest else week.ends_at
    else:
        effective_at = start_of_day(asked_on, pay_week.timezone)
    if effective_at < earliest:
        return None
    if not lowers_pay:
        return Beginning(effective_at, None)
    return Beginning(effective_at, min(now + CONSENT_WITHIN, effective_at - LEAD))
