"""Writing a file: rows from a server-side cursor, bytes to the files gateway, then the mark.

The file's name holds the digest of its content. So whatever a killed writer left behind, the row
names a file that is whole and fits its digest, and the same rows land on the same name.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import exporting
from app.domain.exporting import ExportEvent, ExportState
from app.domain.refusals import NotFound
from app.exports import formats, queries
from app.exports.kinds import DATASETS
from app.exports.queries import ExportFacts
from app.exports.tables import Export
from app.gateways.files import Files
from app.kit.clock import Clock
from app.kit.csv_writing import Cell
from app.kit.db import Database

ROWS_AT_ONCE = 1_000
PROGRESS_EVERY = 5_000


@dataclass(frozen=True, slots=True)
class _Written:
    content: bytes
    rows: int


async def write(database: Database, files: Files, clock: Clock, export_id: UUID) -> None:
    """Write the file and mark the export finished; does nothing if it is. Raises NotFound.

    Any fault marks it failed and is raised, so that the job is tried again.
    """
    async with database.begin() as session:
        row = await _locked(session, export_id)
        if row.state == ExportState.FINISHED:
            return
        row.state = exporting.after(ExportState(row.state), ExportEvent.BEGIN)
        facts = await queries.get_export(session, export_id)
    try:
        written = await _encode(database, facts)
        digest = sha256(written.content)
        file_key = f"exports/{export_id}/{digest.hexdigest()}.{facts.form}"
        await files.put(file_key, written.content)
    except Exception:
        await _mark_failed(database, export_id)
        raise
    async with database.begin() as session:
        row = await _locked(session, export_id)
        if row.state == ExportState.FINISHED:
            return
        row.state = exporting.after(ExportState(row.state), ExportEvent.FINISH)
        row.rows_written = written.rows
        row.file_key = file_key
        row.sha256 = digest.digest()
        row.finished_at = clock.now()


async def _locked(session: AsyncSession, export_id: UUID) -> Export:
    row = await session.get(Export, export_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


async def _mark_failed(database: Database, export_id: UUID) -> None:
    async with database.begin() as session:
        row = await _locked(session, export_id)
        if row.state == ExportState.WRITING:
            row.state = exporting.after(ExportState.WRITING, ExportEvent.FAIL)


async def _encode(database: Database, facts: ExportFacts) -> _Written:
    """The whole file from one statement, hence from one moment."""
    dataset = DATASETS[facts.kind]
    counter = _Counter(database, facts.id)
    content = bytearray()
    async with database.begin() as session:
        result = await session.stream(
            dataset.statement(facts.from_on, facts.to_on).execution_options(yield_per=ROWS_AT_ONCE)
        )
        rows = counter.count(dataset.cells(row) async for row in result)
        async for chunk in formats.encode(facts.form, dataset.columns, rows):
            content += chunk.encode()
    return _Written(bytes(content), counter.rows)


class _Counter:
    """Counts rows on their way through, and shows the count to whoever asks for the export."""

    def __init__(self, database: Database, export_id: UUID) -> None:
        self._database = database
        self._export_id = export_id
        self.rows = 0

    async def count(self, rows: AsyncIterator[Sequence[Cell]]) -> AsyncIterator[Sequence[Cell]]:
        async for row in rows:
            yield row
            self.rows += 1
            if self.rows % PROGRESS_EVERY == 0:
                await self._show()

    async def _show(self) -> None:
        mark: Any = (
            update(Export)
            .where(Export.id == self._export_id, Export.state == ExportState.WRITING)
            .values(rows_written=self.rows)
        )
        async with self._database.begin() as session:
            await session.execute(mark)
