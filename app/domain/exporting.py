"""Finance files: which there are, and how one comes to be."""

from enum import StrEnum

from app.domain.lifecycles import step


class ExportKind(StrEnum):
    """What a file holds, one row each."""

    INVOICES = "invoices"
    INVOICE_LINES = "invoice_lines"
    TIMESHEETS = "timesheets"
    PAYOUTS = "payouts"
    LEDGER = "ledger"


class ExportFormat(StrEnum):
    """How it is written. Plain-text accounting, for hledger (`journal`) or beancount, exists for
    the ledger alone."""

    CSV = "csv"
    JSONL = "jsonl"
    JOURNAL = "journal"
    BEANCOUNT = "beancount"


class ExportState(StrEnum):
    WAITING = "waiting"
    WRITING = "writing"
    FINISHED = "finished"
    FAILED = "failed"


class ExportEvent(StrEnum):
    BEGIN = "begin"
    FINISH = "finish"
    FAIL = "fail"


# A killed writer leaves `writing` behind, and a failed one is tried again: both begin anew.
MOVES = {
    (ExportState.WAITING, ExportEvent.BEGIN): ExportState.WRITING,
    (ExportState.WRITING, ExportEvent.BEGIN): ExportState.WRITING,
    (ExportState.FAILED, ExportEvent.BEGIN): ExportState.WRITING,
    (ExportState.WRITING, ExportEvent.FINISH): ExportState.FINISHED,
    (ExportState.WRITING, ExportEvent.FAIL): ExportState.FAILED,
    # Two workers had the same job: one of them failed and the other did not.
    (ExportState.FAILED, ExportEvent.FINISH): ExportState.FINISHED,
}


def after(state: ExportState, event: ExportEvent) -> ExportState:
    """The state after `event`. Raises IllegalMove: a finished file is never written again."""
    return step("export", MOVES, state, event)


def offered(kind: ExportKind, form: ExportFormat) -> bool:
    """Whether this kind can be written in this format."""
    plain_text = form in (ExportFormat.JOURNAL, ExportFormat.BEANCOUNT)
    return not plain_text or kind is ExportKind.LEDGER
