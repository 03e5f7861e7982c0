"""Contests of single entries: why, who moves next, by when, and what silence does.

Hours are contested for reasons about time, never for the quality of the work: what was worked is
paid, and poor work is a matter for reviews. Silence never costs the trainer money.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from app.domain.refusals import Kind, Refusal

ANSWER_WITHIN = timedelta(days=5)
JUDGE_WITHIN = timedelta(days=5)


class ContestReason(StrEnum):
    """Why hours are contested; the trainer reads it with a sentence. All are about time."""

    TIME_NOT_WORKED = "time_not_worked"
    WRONG_TASK = "wrong_task"
    DUPLICATE = "duplicate"
    TOO_MANY_HOURS_FOR_TASK = "too_many_hours_for_task"
    WRONG_ENGAGEMENT = "wrong_engagement"
    OTHER = "other"


class ContestState(StrEnum):
    AWAITS_ANSWER = "awaits_answer"
    AWAITS_DECISION = "awaits_decision"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ContestEvent(StrEnum):
    ANSWER = "answer"
    HAND_ON = "hand_on"
    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class Outcome(StrEnum):
    """What operations decides about contested hours."""

    APPROVED = "approved"
    DECLINED = "declined"


_S, _V = ContestState, ContestEvent
CONTEST_MOVES: dict[tuple[ContestState, ContestEvent], ContestState] = {
    (_S.AWAITS_ANSWER, _V.ANSWER): _S.AWAITS_DECISION,
    (_S.AWAITS_ANSWER, _V.HAND_ON): _S.AWAITS_DECISION,
    (_S.AWAITS_ANSWER, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.AWAITS_DECISION, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.AWAITS_DECISION, _V.APPROVE): _S.APPROVED,
    (_S.AWAITS_DECISION, _V.DECLINE): _S.DECLINED,
}
# States in which the entry waits.
LIVE = frozenset({_S.AWAITS_ANSWER, _S.AWAITS_DECISION})
# States after which the hours are paid.
PAID = frozenset({_S.APPROVED, _S.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Silence:
    """What the clock does at a deadline that nobody met, and how the trainer is told of it."""

    event: ContestEvent
    en: str
    de: str


ON_SILENCE: Mapping[ContestState, Silence] = MappingProxyType(
    {
        _S.AWAITS_ANSWER: Silence(
            _V.HAND_ON,
            "Without an answer by then, operations decides without it. The hours stay on hold "
            "and are not lost.",
            "Ohne Antwort bis dahin entscheidet das Team ohne sie. Die Stunden bleiben "
            "zurückgestellt und gehen nicht verloren.",
        ),
        _S.AWAITS_DECISION: Silence(
            _V.APPROVE,
            "Without a decision by then, the hours are approved.",
            "Ohne Entscheidung bis dahin werden die Stunden freigegeben.",
        ),
    }
)


class ReasonNotAboutTime(Refusal):
    """Somebody wants to take hours away for another cause than time, such as a quality score."""

    kind = Kind.INVALID
    en = "Quality never voids hours. Hours are only taken away for a reason about time."
    de = "Qualität nimmt keine Stunden weg. Das geht nur aus einem Grund, der die Zeit betrifft."


def about_time(cause: str) -> ContestReason:
    """The reason for which hours may be taken away. Raises ReasonNotAboutTime for any other."""
    try:
        return ContestReason(cause)
    except ValueError:
        raise ReasonNotAboutTime from None
