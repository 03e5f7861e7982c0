"""What finance sees of a file it asked for."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field

from app.api.words import Seen
from app.domain.exporting import ExportFormat, ExportKind, ExportState
from app.exports.queries import ExportFacts


class FinanceExport(Seen):
    """A file over the days `from` to `to`, both inclusive.

    Ask again until `state` is `finished`, then download it. `rows_written` grows meanwhile.
    `sha256` is the hexadecimal digest of the file, which never changes once it is finished.
    """

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "0192f0c1-7a11-7a52-8d0e-5b0e8f1c2a05",
                    "kind": "invoices",
                    "format": "csv",
                    "from": "2026-11-01",
                    "to": "2026-11-30",
                    "state": "finished",
                    "rows_written": 12,
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "created_at": "2026-12-01T08:00:00+00:00",
                    "finished_at": "2026-12-01T08:00:02+00:00",
                }
            ]
        },
    )

    id: UUID
    kind: ExportKind
    format: ExportFormat
    from_on: date = Field(alias="from")
    to_on: date = Field(alias="to")
    state: ExportState
    rows_written: int
    sha256: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, facts: ExportFacts) -> Self:
        return cls(
            id=facts.id,
            kind=facts.kind,
            format=facts.form,
            from_on=facts.from_on,
            to_on=facts.to_on,
            state=facts.state,
            rows_written=facts.rows_written,
            sha256=None if facts.sha256 is None else facts.sha256.hex(),
            created_at=facts.created_at,
            finished_at=facts.finished_at,
        )
