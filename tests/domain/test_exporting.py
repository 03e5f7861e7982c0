"""Every state of an export against every event, and what is offered."""

from itertools import product

import pytest

from app.domain import exporting
from app.domain.exporting import ExportEvent, ExportFormat, ExportKind, ExportState
from app.domain.refusals import IllegalMove

LEGAL = {
    ("waiting", "begin"): "writing",
    ("writing", "begin"): "writing",
    ("failed", "begin"): "writing",
    ("writing", "finish"): "finished",
    ("writing", "fail"): "failed",
    ("failed", "finish"): "finished",
}


@pytest.mark.parametrize(("state", "event"), list(product(ExportState, ExportEvent)))
def test_moves(state: ExportState, event: ExportEvent) -> None:
    expected = LEGAL.get((state.value, event.value))
    if expected is None:
        with pytest.raises(IllegalMove):
            exporting.after(state, event)
    else:
        assert exporting.after(state, event) == expected


def test_a_journal_is_made_of_the_ledger_only() -> None:
    for form in (ExportFormat.JOURNAL, ExportFormat.BEANCOUNT):
        kinds = {kind for kind in ExportKind if exporting.offered(kind, form)}
        assert kinds == {ExportKind.LEDGER}
    assert all(exporting.offered(kind, ExportFormat.CSV) for kind in ExportKind)
