"""Every state of an entry and of a timesheet against every event."""

from itertools import product

import pytest

from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove
from app.domain.timesheets import (
    COUNTED,
    ENTRY_MOVES,
    SHEET_MOVES,
    TAKES_ENTRIES,
    EntryEvent,
    EntryState,
    SheetEvent,
    SheetState,
)

ENTRY_LEGAL = {
    ("running", "close"): "recorded",
    ("running", "exceed"): "over_cap",
    ("running", "delete"): "deleted",
    ("recorded", "submit"): "on_timesheet",
    ("recorded", "delete"): "deleted",
    ("on_timesheet", "send_back"): "recorded",
    ("on_timesheet", "approve"): "approved",
    ("on_timesheet", "contest"): "contested",
    ("contested", "approve"): "approved",
    ("contested", "uphold"): "declined",
    ("over_cap", "allow"): "recorded",
    ("over_cap", "decline"): "declined",
    ("over_cap", "delete"): "deleted",
}
SHEET_LEGAL = {
    ("open", "submit"): "submitted",
    ("sent_back", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "send_back"): "sent_back",
    ("submitted", "contest"): "contested",
    ("contested", "allow"): "approved",
    ("contested", "uphold"): "declined",
}


@pytest.mark.parametrize(("state", "event"), list(product(EntryState, EntryEvent)))
def test_entries(state: EntryState, event: EntryEvent) -> None:
    expected = ENTRY_LEGAL.get((state.value, event.value))
    if expected is None:
        with pytest.raises(IllegalMove):
            step("time entry", ENTRY_MOVES, state, event)
    else:
        assert step("time entry", ENTRY_MOVES, state, event) == expected


@pytest.mark.parametrize(("state", "event"), list(product(SheetState, SheetEvent)))
def test_sheets(state: SheetState, event: SheetEvent) -> None:
    expected = SHEET_LEGAL.get((state.value, event.value))
    if expected is None:
        with pytest.raises(IllegalMove):
            step("timesheet", SHEET_MOVES, state, event)
    else:
        assert step("timesheet", SHEET_MOVES, state, event) == expected


def test_what_counts_and_what_takes_entries() -> None:
    assert {"over_cap", "declined", "deleted"} == set(EntryState) - COUNTED
    assert {"submitted", "approved", "contested", "declined"} == set(SheetState) - TAKES_ENTRIES
