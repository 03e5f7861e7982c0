"""Which dataset a kind of export is."""

from app.domain.exporting import ExportKind
from app.exports.dataset import Dataset
from app.exports.invoice_rows import INVOICE_LINES, INVOICES
from app.exports.ledger_rows import LEDGER
from app.exports.payout_rows import PAYOUTS
from app.exports.timesheet_rows import TIMESHEETS

DATASETS: dict[ExportKind, Dataset] = {
    ExportKind.INVOICES: INVOICES,
    ExportKind.INVOICE_LINES: INVOICE_LINES,
    ExportKind.TIMESHEETS: TIMESHEETS,
    ExportKind.PAYOUTS: PAYOUTS,
    ExportKind.LEDGER: LEDGER,
}
