"""Reads of exports. Every finance colleague sees all of them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.exporting import ExportFormat, ExportKind, ExportState
from app.domain.refusals import NotFound
from app.exports.refusals import ExportNotFinished
from app.exports.tables import Export


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """`[from_on, to_on]` is inclusive; `sha256` is there once the file is."""

    id: UUID
    kind: ExportKind
    form: ExportFormat
    from_on: date
    to_on: date
    state: ExportState
    rows_written: int
    sha256: bytes | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def file_name(self) -> str:
        return f"lehrwerk-{self.kind}-{self.from_on}-{self.to_on}.{self.form}"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """Where a finished export lies in the files gateway."""

    file_key: str
    sha256: bytes
    file_name: str
    form: ExportFormat


async def get_export(session: AsyncSession, export_id: UUID) -> ExportFacts:
    """Raises NotFound."""
    row = (
        await session.execute(
            select(
                Export.id,
                Export.kind,
                Export.format,
                Export.from_on,
                Export.to_on,
                Export.state,
                Export.rows_written,
                Export.sha256,
                Export.created_at,
                Export.finished_at,
            ).where(Export.id == export_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return ExportFacts(
        id=row.id,
        kind=ExportKind(row.kind),
        form=ExportFormat(row.format),
        from_on=row.from_on,
        to_on=row.to_on,
        state=ExportState(row.state),
        rows_written=row.rows_written,
        sha256=row.sha256,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


async def get_file(session: AsyncSession, export_id: UUID) -> WrittenFile:
    """Raises NotFound, and ExportNotFinished while there is no file."""
    facts = await get_export(session, export_id)
    file_key = await session.scalar(select(Export.file_key).where(Export.id == export_id))
    if file_key is None or facts.sha256 is None:
        raise ExportNotFinished
    return WrittenFile(file_key, facts.sha256, facts.file_name, facts.form)
