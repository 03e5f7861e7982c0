"""Files: the columns a controller expects, the same bytes again, whole after a kill."""

import asyncio
import csv
import io
import json
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from app.domain.actor import FinanceActor
from app.domain.exporting import ExportFormat, ExportKind, ExportState
from app.domain.refusals import InvalidValues, NotFound
from app.exports import ordering, queries, writing
from app.exports.kinds import DATASETS
from app.exports.queries import ExportFacts
from app.exports.refusals import ExportNotFinished
from app.gateways.files import LocalFiles
from app.kit.clock import Clock
from app.kit.db import Database
from tests.factories import deals, people, work

NOW = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://example.org")'


@dataclass(frozen=True, slots=True)
class World:
    database: Database
    folder: Path
    actor: FinanceActor

    @property
    def files(self) -> LocalFiles:
        return LocalFiles(self.folder)

    async def order(self, kind: ExportKind, form: ExportFormat = ExportFormat.CSV) -> UUID:
        async with self.database.begin() as session:
            return await ordering.order(
                session, self.actor, kind=kind, form=form,
                from_on=date(2026, 11, 1), to_on=date(2026, 11, 30), now=NOW,
            )  # fmt: skip

    async def write(self, export_id: UUID) -> None:
        await writing.write(self.database, self.files, Clock(), export_id)

    async def facts(self, export_id: UUID) -> ExportFacts:
        async with self.database.begin() as session:
            return await queries.get_export(session, export_id)

    async def content(self, export_id: UUID) -> bytes:
        async with self.database.begin() as session:
            file = await queries.get_file(session, export_id)
        content = await self.files.get(file.file_key)
        assert sha256(content).digest() == file.sha256
        return content

    async def file(self, kind: ExportKind, form: ExportFormat = ExportFormat.CSV) -> bytes:
        export_id = await self.order(kind, form)
        await self.write(export_id)
        return await self.content(export_id)


@pytest_asyncio.fixture(scope="module")
async def world(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two approved weeks, one of them invoiced, collected and paid out; both names are formulas."""
    async with module_database.begin() as session:
        staff = await people.user(session, now=NOW, door="finance")
        company = await people.company(session, now=NOW, legal_name=FORMULA)
        trainer = await people.trainer(session, now=NOW, full_name="@Dr. Erika Beispiel")
        project = await work.project(session, company, now=NOW)
        position = await work.position(session, project, now=NOW)
        engagement = await work.engagement(
            session, position, trainer.id, now=NOW, pay_week_timezone="Europe/Berlin"
        )
        # Monday 00:00 in Berlin is Sunday 23:00 in UTC.
        first = await deals.approved_week(
            session, engagement, now=NOW, week_starts_at=datetime(2026, 11, 1, 23, tzinfo=UTC)
        )
        await deals.approved_week(
            session, engagement, now=NOW, minutes=7,
            week_starts_at=datetime(2026, 11, 8, 23, tzinfo=UTC),
        )  # fmt: skip
        issued = await deals.invoice(
            session, [first], now=NOW, by_user_id=staff.id, tax_minor=28_500,
            buyer={"legal_name": FORMULA, "vat_id": "DE000000000"},
        )  # fmt: skip
        await deals.collected(session, issued, [first], now=NOW, user_id=staff.id)
        await deals.payout(session, [first], now=NOW, by_user_id=staff.id)
    folder = tmp_path_factory.mktemp("exports")
    return World(module_database, folder, FinanceActor(staff.id))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


async def test_invoices(world: World) -> None:
    (row,) = rows(await world.file(ExportKind.INVOICES))
    assert row["number"] == "RE-2026-00001"
    assert row["state"] == "collected"
    assert row["company"] == "'" + FORMULA
    assert row["company_vat_id"] == "DE000000000"
    assert (row["issued_on"], row["due_on"]) == ("2026-11-09", "2026-11-23")
    assert (row["net_minor"], row["net"]) == ("150000", "1500.00")
    assert (row["tax_minor"], row["tax"]) == ("28500", "285.00")
    assert (row["gross_minor"], row["gross"], row["currency"]) == ("178500", "1785.00", "USD")


async def test_invoice_lines(world: World) -> None:
    (row,) = rows(await world.file(ExportKind.INVOICE_LINES))
    assert (row["number"], row["line"], row["minutes"]) == ("RE-2026-00001", "1", "600")
    assert (row["bill_rate"], row["net"]) == ("150.00", "1500.00")


async def test_timesheets_show_both_sides_and_the_week_in_its_zone(world: World) -> None:
    first, second = rows(await world.file(ExportKind.TIMESHEETS))
    assert (first["week_from_on"], first["week_to_on"]) == ("2026-11-02", "2026-11-08")
    assert (first["bill"], first["pay"], first["fee"]) == ("1500.00", "1200.00", "300.00")
    assert (first["approved_minutes"], first["invoices"]) == ("600", "RE-2026-00001")
    assert first["trainer"] == "'@Dr. Erika Beispiel"
    assert (second["bill"], second["pay"], second["invoices"]) == ("17.50", "14.00", "")


async def test_payouts(world: World) -> None:
    (row,) = rows(await world.file(ExportKind.PAYOUTS))
    assert (row["state"], row["pay_minor"], row["pay"]) == ("settled", "120000", "1200.00")
    assert row["transfer_id"].startswith("tr_")


async def test_the_ledger_sums_to_zero(world: World) -> None:
    found = rows(await world.file(ExportKind.LEDGER))
    assert sum(int(row["amount_minor"]) for row in found) == 0
    assert len({row["posting_id"] for row in found}) == 7
    for row in found:
        sides = [int(row["debit_minor"] or 0), -int(row["credit_minor"] or 0)]
        assert sum(sides) == int(row["amount_minor"])
        assert 0 in sides


async def test_lines_of_json_hold_the_same_as_the_table(world: World) -> None:
    for kind in ExportKind:
        table = rows(await world.file(kind))
        lines = [
            json.loads(line)
            for line in (await world.file(kind, ExportFormat.JSONL)).decode().splitlines()
        ]
        assert table
        assert len(lines) == len(table)
        for line, row in zip(lines, table, strict=True):
            assert tuple(line) == DATASETS[kind].columns
            # In JSON no text can become a formula, so it stands there as it is.
            said = {name: "" if cell is None else str(cell) for name, cell in line.items()}
            assert said == {name: cell.removeprefix("'") for name, cell in row.items()}


async def test_the_journal_balances_posting_by_posting(world: World) -> None:
    text = (await world.file(ExportKind.LEDGER, ExportFormat.JOURNAL)).decode()
    accounts = set(re.findall(r"^account (\S+)$", text, re.MULTILINE))
    assert "commodity 1. USDc" in text
    postings = re.split(r"^(?=\d{4}-\d\d-\d\d \* )", text, flags=re.MULTILINE)[1:]
    totals: Counter[str] = Counter()
    ends = [each for each in postings if " * balances at the end of the day" in each]
    assert len(ends) == len({each[:10] for each in postings})
    for posting in postings:
        for account, minor, holds in re.findall(
            r"^    (\S+)  (-?\d+) USDc(?: = (-?\d+) USDc)?$", posting, re.MULTILINE
        ):
            totals[account] += int(minor)
            assert not holds or totals[account] == int(holds)
    postings = [each for each in postings if each not in ends]
    assert len(postings) == 7
    for posting in postings:
        entries = re.findall(r"^    (\S+)  (-?\d+) USDc$", posting, re.MULTILINE)
        assert len(entries) >= 2
        assert sum(int(minor) for _, minor in entries) == 0
        assert {account for account, _ in entries} <= accounts


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
async def test_hledger_agrees_with_the_journal(world: World, tmp_path: Path) -> None:
    """An independent checker, where there is one: balanced to the unit, nothing misspelt."""
    journal = tmp_path / "books.journal"
    journal.write_bytes(await world.file(ExportKind.LEDGER, ExportFormat.JOURNAL))
    for changed, code in (
        (b"", 0), (b"120000 USDc", 1), (b"asset:bank  ", 1), (b"= -1400 USDc", 1),
    ):  # fmt: skip
        assert changed in journal.read_bytes()
        if changed:
            wrong = changed.replace(b"00 USDc", b"01 USDc").replace(b"bank", b"bonk")
            journal.write_bytes(journal.read_bytes().replace(changed, wrong, 1))
        checked = await asyncio.create_subprocess_exec(
            "hledger", "-f", journal, "check", "--strict", "ordereddates",
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await checked.communicate()
        assert checked.returncode == code, said.decode()
        journal.write_bytes(await world.file(ExportKind.LEDGER, ExportFormat.JOURNAL))


async def test_beancount_agrees_with_the_ledger(world: World, tmp_path: Path) -> None:
    """A second checker: balanced to the unit, day's ends as said, one currency an account."""
    sound = (await world.file(ExportKind.LEDGER, ExportFormat.BEANCOUNT)).decode()
    books = tmp_path / "books.beancount"
    assert "2026-11-10 balance Assets:Bank:USD  178500 ~ 0 USD.MINOR" in sound
    for old, new, code in (
        ("", "", 0),
        ("  178500 USD.MINOR", "  178501 USD.MINOR", 1),  # a posting
        ("178500 ~ 0", "178501 ~ 0", 1),  # a balance
        ("open Assets:Bank:USD USD.MINOR", "open Assets:Bank:USD EUR.MINOR", 1),
        ("  Assets:Bank:USD", "  Assets:Bonk:USD", 1),
    ):
        assert old in sound
        books.write_text(sound.replace(old, new, 1) if old else sound, encoding="utf-8")
        checked = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("bean-check"), "--no-cache", books,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await checked.communicate()
        assert checked.returncode == code, (new, said.decode())


async def test_days_outside_are_left_out(world: World) -> None:
    for kind in ExportKind:
        async with world.database.begin() as session:
            export_id = await ordering.order(
                session, world.actor, kind=kind, form=ExportFormat.CSV,
                from_on=date(2026, 11, 10), to_on=date(2026, 11, 30), now=NOW,
            )  # fmt: skip
        await world.write(export_id)
        assert rows(await world.content(export_id)) == []
        assert (await world.content(export_id)).count(b"\r\n") == 1


async def test_a_repeat_writes_nothing_new(world: World) -> None:
    export_id = await world.order(ExportKind.INVOICES)
    await world.write(export_id)
    first, content = await world.facts(export_id), await world.content(export_id)
    await world.write(export_id)
    assert await world.facts(export_id) == first
    assert await world.content(export_id) == content
    assert (first.state, first.rows_written) == (ExportState.FINISHED, 1)
    assert await world.file(ExportKind.INVOICES) == content


class KilledAfterPut(BaseException):
    """As a kill does, it passes every handler."""


class DyingFiles(LocalFiles):
    """Stores the file and is killed before anybody learns of it."""

    async def put(self, key: str, content: bytes) -> None:
        await super().put(key, content)
        raise KilledAfterPut


class FailingFiles(LocalFiles):
    async def put(self, key: str, content: bytes) -> None:
        raise OSError("the disk is full")


async def test_a_kill_between_file_and_mark_is_repaired(world: World) -> None:
    export_id = await world.order(ExportKind.LEDGER)
    dying = DyingFiles(world.folder)
    with pytest.raises(KilledAfterPut):
        await writing.write(world.database, dying, Clock(), export_id)
    facts = await world.facts(export_id)
    assert (facts.state, facts.sha256) == (ExportState.WRITING, None)
    async with world.database.begin() as session:
        with pytest.raises(ExportNotFinished):
            await queries.get_file(session, export_id)
    await world.write(export_id)
    assert (await world.facts(export_id)).state is ExportState.FINISHED
    assert len(rows(await world.content(export_id))) == 19
    assert len(list((world.folder / "exports" / str(export_id)).iterdir())) == 1


async def test_a_fault_is_shown_and_tried_again(world: World) -> None:
    export_id = await world.order(ExportKind.LEDGER)
    failing = FailingFiles(world.folder)
    with pytest.raises(OSError, match="full"):
        await writing.write(world.database, failing, Clock(), export_id)
    assert (await world.facts(export_id)).state is ExportState.FAILED
    await world.write(export_id)
    assert (await world.facts(export_id)).state is ExportState.FINISHED


async def test_what_is_refused(world: World) -> None:
    async with world.database.begin() as session:
        with pytest.raises(InvalidValues) as refused:
            await ordering.order(
                session, world.actor, kind=ExportKind.PAYOUTS, form=ExportFormat.JOURNAL,
                from_on=date(2026, 11, 30), to_on=date(2026, 11, 1), now=NOW,
            )  # fmt: skip
    assert [problem.pointer for problem in refused.value.errors] == ["#/to", "#/format"]
    with pytest.raises(NotFound):
        await world.write(uuid4())
