"""What finance says to get a file."""

from pydantic import ConfigDict, Field

from app.api.words import Day, Said
from app.domain.exporting import ExportFormat, ExportKind


class CreateExport(Said):
    """A file of one kind over the days `from` to `to`, both inclusive.

    Invoices and their lines are chosen by the day of issue on them, timesheets by the first day of
    their week in its zone, payouts and ledger entries by their day in UTC. `journal`
    (hledger) and `beancount` are for the ledger only.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "invoices",
                    "format": "csv",
                    "from": "2026-11-01",
                    "to": "2026-11-30",
                }
            ]
        }
    )

    kind: ExportKind
    format: ExportFormat = ExportFormat.CSV
    from_on: Day = Field(alias="from")
    to_on: Day = Field(alias="to")
