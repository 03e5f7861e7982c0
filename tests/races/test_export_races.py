"""Two workers with the same export, and a file of many rows."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from app.domain.actor import FinanceActor
from app.domain.exporting import ExportFormat, ExportKind, ExportState
from app.exports import ordering, queries, writing
from app.exports.queries import ExportFacts
from app.gateways.files import LocalFiles
from app.kit.clock import Clock
from app.kit.db import Database
from tests.factories import people

NOW = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)
GROUPS = 6_000

# Straight into the tables: what is tested here is the reading.
FILL = """
INSERT INTO ledger_accounts (id, key, kind, currency, authorises, opened_at)
SELECT gen_random_uuid(), k, split_part(k, ':', 1), 'USD', false, :now
FROM unnest(ARRAY['asset:bank', 'income:services']) k;
INSERT INTO posting_groups (id, source, key, description, effective_at, recorded_at)
SELECT gen_random_uuid(), 'test', n::text, 'Made for a test', :now, :now
FROM generate_series(1, :groups) n;
INSERT INTO ledger_entries (id, group_id, account_id, currency, amount_minor)
SELECT gen_random_uuid(), g.id, a.id, 'USD', CASE a.kind WHEN 'asset' THEN 5 ELSE -5 END
FROM posting_groups g CROSS JOIN ledger_accounts a;
"""


class WatchingFiles(LocalFiles):
    """Looks at the export while it is written."""

    def __init__(self, folder: Path, database: Database, export_id: UUID) -> None:
        super().__init__(folder)
        self._database = database
        self._export_id = export_id
        self.seen: list[ExportFacts] = []

    async def put(self, key: str, content: bytes) -> None:
        async with self._database.begin() as session:
            self.seen.append(await queries.get_export(session, self._export_id))
        await super().put(key, content)


async def test_two_workers_write_one_file_and_show_how_far_they_are(
    database: Database, tmp_path: Path
) -> None:
    async with database.begin() as session:
        staff = await people.user(session, now=NOW, door="finance")
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in FILL.strip().split(";\n"):
            await session.execute(text(statement.rstrip(";")), {"now": NOW, "groups": GROUPS})
    async with database.begin() as session:
        export_id = await ordering.order(
            session, FinanceActor(staff.id), kind=ExportKind.LEDGER, form=ExportFormat.CSV,
            from_on=date(2026, 11, 1), to_on=date(2026, 11, 30), now=NOW,
        )  # fmt: skip
    files = WatchingFiles(tmp_path, database, export_id)
    await asyncio.gather(*(writing.write(database, files, Clock(), export_id) for _ in range(2)))
    assert files.seen[0].state is ExportState.WRITING
    assert files.seen[0].rows_written == 10_000
    async with database.begin() as session:
        facts = await queries.get_export(session, export_id)
        written = await queries.get_file(session, export_id)
    assert (facts.state, facts.rows_written) == (ExportState.FINISHED, 2 * GROUPS)
    assert (await files.get(written.file_key)).count(b"\r\n") == 2 * GROUPS + 1
    assert len(list((tmp_path / "exports" / str(export_id)).iterdir())) == 1
