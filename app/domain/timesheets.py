"""How entries and timesheets move, and the periods that their clock keeps."""

from datetime import timedelta
from enum import StrEnum

LATEST_AHEAD = timedelta(minutes=2)  # a phone's clock may run this far ahead
LATE_WITHIN = timedelta(days=30)
LONGEST_ENTRY = timedelta(days=7)
LONGEST_TIMER = timedelta(hours=12)
LONGEST_TAIL = timedelta(hours=12)
RESERVE_SLICE = timedelta(minutes=60)
EXTEND_AHEAD = timedelta(minutes=30)
AUTO_SUBMIT_AFTER = timedelta(hours=24)
# Whoever is still logging a past week must not be cut off in the middle of it.
QUIET_BEFORE_SUBMIT = timedelta(hours=1)
RESUBMIT_AFTER = timedelta(days=3)
REVIEW_WITHIN = timedelta(days=5)
DECIDE_WITHIN = timedelta(days=5)


class EntryState(StrEnum):
    RUNNING = "running"
    RECORDED = "recorded"
    ON_TIMESHEET = "on_timesheet"
    CONTESTED = "contested"
    APPROVED = "approved"
    OVER_CAP = "over_cap"
    DECLINED = "declined"
    DELETED = "deleted"


class EntryEvent(StrEnum):
    CLOSE = "close"
    EXCEED = "exceed"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    CONTEST = "contest"
    APPROVE = "approve"
    UPHOLD = "uphold"
    ALLOW = "allow"
    DECLINE = "decline"
    DELETE = "delete"


_E, _V = EntryState, EntryEvent
ENTRY_MOVES: dict[tuple[EntryState, EntryEvent], EntryState] = {
    (_E.RUNNING, _V.CLOSE): _E.RECORDED,
    (_E.RUNNING, _V.EXCEED): _E.OVER_CAP,
    (_E.RUNNING, _V.DELETE): _E.DELETED,
    (_E.RECORDED, _V.SUBMIT): _E.ON_TIMESHEET,
    (_E.RECORDED, _V.DELETE): _E.DELETED,
    (_E.ON_TIMESHEET, _V.SEND_BACK): _E.RECORDED,
    (_E.ON_TIMESHEET, _V.APPROVE): _E.APPROVED,
    (_E.ON_TIMESHEET, _V.CONTEST): _E.CONTESTED,
    (_E.CONTESTED, _V.APPROVE): _E.APPROVED,
    (_E.CONTESTED, _V.UPHOLD): _E.DECLINED,
    (_E.OVER_CAP, _V.ALLOW): _E.RECORDED,
    (_E.OVER_CAP, _V.DECLINE): _E.DECLINED,
    (_E.OVER_CAP, _V.DELETE): _E.DELETED,
}
# States whose seconds stand in the counters (a running timer's until its `stops_by_at`).
COUNTED = frozenset({_E.RUNNING, _E.RECORDED, _E.ON_TIMESHEET, _E.CONTESTED, _E.APPROVED})


class SheetState(StrEnum):
    """`contested`: all that stands on it is, and nothing is approved yet. `declined`: all was."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    CONTESTED = "contested"
    DECLINED = "declined"


class SheetEvent(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    CONTEST = "contest"
    ALLOW = "allow"
    UPHOLD = "uphold"


_S, _W = SheetState, SheetEvent
SHEET_MOVES: dict[tuple[SheetState, SheetEvent], SheetState] = {
    (_S.OPEN, _W.SUBMIT): _S.SUBMITTED,
    (_S.SENT_BACK, _W.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _W.APPROVE): _S.APPROVED,
    (_S.SUBMITTED, _W.SEND_BACK): _S.SENT_BACK,
    (_S.SUBMITTED, _W.CONTEST): _S.CONTESTED,
    (_S.CONTESTED, _W.ALLOW): _S.APPROVED,
    (_S.CONTESTED, _W.UPHOLD): _S.DECLINED,
}
# A sheet that still takes entries.
TAKES_ENTRIES = frozenset({_S.OPEN, _S.SENT_BACK})


class SendBackReason(StrEnum):
    """Why a company sends a timesheet back; the trainer reads it with a sentence."""

    WRONG_TIMES = "wrong_times"
    WRONG_ENGAGEMENT = "wrong_engagement"
    NOTE_MISSING = "note_missing"
    OTHER = "other"


class OverCapReason(StrEnum):
    """Why time beyond a cap is declined; the trainer reads it with a sentence."""

    NOT_AGREED = "not_agreed"
    CAP_STANDS = "cap_stands"
    NOT_WORKED = "not_worked"
    TOO_MANY_HOURS = "too_many_hours"
    OTHER = "other"
