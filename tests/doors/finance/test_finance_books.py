"""Finance at the books: what it sees, and who does not."""

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import httpx
import pytest_asyncio

from app.api.door import Runtime
from app.domain import chart
from app.jobs import exports
from app.ledger import posting
from app.ledger.posting import Entry
from app.main import toolbox_of
from tests.factories import people

NOW = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)
TRAINER = UUID(int=7)
EVERY_ROUTE = [
    ("GET", "/finance/v1/ledger/accounts"),
    ("GET", "/finance/v1/ledger/postings"),
    ("GET", "/finance/v1/books/proof"),
    ("POST", "/finance/v1/exports"),
    ("GET", f"/finance/v1/exports/{UUID(int=1)}"),
    ("GET", f"/finance/v1/exports/{UUID(int=1)}/file"),
]


@dataclass(frozen=True, slots=True)
class Finance:
    doors: httpx.AsyncClient
    runtime: Runtime
    headers: dict[str, str]

    async def get(self, path: str, **params: str | int) -> httpx.Response:
        return await self.doors.get(f"/finance/v1{path}", headers=self.headers, params=params)

    async def order(self, **said: object) -> httpx.Response:
        return await self.doors.post("/finance/v1/exports", headers=self.headers, json=said)


@pytest_asyncio.fixture
async def finance(doors: httpx.AsyncClient, runtime: Runtime) -> AsyncIterator[Finance]:
    """Signed in; 120 facts in the books."""
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        user = await people.user(session, now=now, door="finance")
        token = await people.token(session, user.id, now=now)
        for number in range(120):
            await posting.post(
                session, source="approval" if number % 2 else "bonus", key=str(number),
                description="Made for a test", effective_at=NOW, now=NOW,
                entries=[
                    Entry(chart.EXPENSE_TRAINERS, "USD", 100),
                    Entry(chart.trainer_payable(TRAINER), "USD", -100),
                ],
            )  # fmt: skip
    yield Finance(doors, runtime, {"Authorization": f"Bearer {token}"})


async def test_accounts_with_balances(finance: Finance) -> None:
    answer = await finance.get("/ledger/accounts", starts_with="liability:")
    assert answer.status_code == 200
    (account,) = answer.json()["items"]
    assert account["key"] == f"liability:trainer:{TRAINER}:payable"
    assert account["balance"] == {"minor": -12_000, "currency": "USD"}
    assert account["available"] == {"minor": 12_000, "currency": "USD"}
    everything = (await finance.get("/ledger/accounts", currency="USD")).json()["items"]
    assert {account["kind"] for account in everything} == {"expense", "liability"}
    assert [account["available"] for account in everything if account["kind"] == "expense"] == [
        None
    ]
    assert (await finance.get("/ledger/accounts", starts_with="_%")).status_code == 422
    assert (await finance.get("/ledger/accounts", starts_with="e_pense")).json()["items"] == []


async def test_postings_page_by_page(finance: Finance) -> None:
    seen: list[str] = []
    page = (await finance.get("/ledger/postings", limit=50)).json()
    while True:
        seen.extend(item["key"] for item in page["items"])
        if page["next_cursor"] is None:
            break
        page = (await finance.get("/ledger/postings", limit=50, cursor=page["next_cursor"])).json()
    assert sorted(seen, key=int) == [str(number) for number in range(120)]
    first = page["items"][-1]
    assert [entry["amount"]["minor"] for entry in first["entries"]] == [100, -100]


async def test_postings_of_a_source_and_an_account(finance: Finance) -> None:
    found = (await finance.get("/ledger/postings", source="bonus", limit=200)).json()["items"]
    assert len(found) == 60
    account = f"liability:trainer:{TRAINER}:payable"
    found = (await finance.get("/ledger/postings", account=account, limit=200)).json()["items"]
    assert len(found) == 120
    found = (await finance.get("/ledger/postings", account="asset:bank")).json()["items"]
    assert found == []


async def test_the_proof_names_what_is_wrong(finance: Finance) -> None:
    """The books balance, but nobody approved what they say was earned."""
    answer = await finance.get("/books/proof")
    assert answer.status_code == 200
    proof = answer.json()
    named = {identity["name"]: identity for identity in proof["identities"]}
    assert named["ledger: entries sum to zero per currency"] == {
        "name": "ledger: entries sum to zero per currency",
        "holds": True,
        "checked": 240,
        "breaches": [],
    }
    assert proof["holds"] is False
    assert {name: it["breaches"] for name, it in named.items() if not it["holds"]} == {
        "books: approved on the pay side = settled + in flight + payable - owed": [
            f"trainer {TRAINER} in USD: approved 0, settled 0, in flight 0, payable 12000"
        ],
        "books: what was approved is what was earned and spent": [
            "expense:trainers in USD: approved lines say 0, books say 12000"
        ],
    }


async def test_the_proof_of_empty_books_holds(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        user = await people.user(session, now=now, door="finance")
        token = await people.token(session, user.id, now=now)
    answer = await doors.get(
        "/finance/v1/books/proof", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.json()["holds"] is True


async def test_a_file_from_order_to_download(finance: Finance) -> None:
    ordered = await finance.order(kind="ledger", **{"from": "2026-11-01", "to": "2026-11-30"})
    assert ordered.status_code == 202, ordered.text
    export = ordered.json()
    assert (export["state"], export["format"], export["from"]) == ("waiting", "csv", "2026-11-01")
    path = f"/exports/{export['id']}"
    early = await finance.get(f"{path}/file")
    assert (early.status_code, early.json()["code"]) == (409, "export_not_finished")

    await exports.write_export(toolbox_of(finance.runtime), {"export_id": export["id"]})
    export = (await finance.get(path)).json()
    assert (export["state"], export["rows_written"]) == ("finished", 240)
    file = await finance.get(f"{path}/file")
    assert file.status_code == 200
    digest = sha256(file.content)
    assert export["sha256"] == digest.hexdigest()
    assert file.headers["repr-digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        file.headers["content-disposition"]
        == 'attachment; filename="lehrwerk-ledger-2026-11-01-2026-11-30.csv"'
    )


NONSENSE: list[dict[str, object]] = [
    {"kind": "invoices", "from": "2026-11-30", "to": "2026-11-01"},
    {"kind": "invoices", "format": "journal", "from": "2026-11-01", "to": "2026-11-30"},
    {"kind": "secrets", "from": "2026-11-01", "to": "2026-11-30"},
    {"kind": "invoices", "from": "2026-11-01"},
    {"kind": "invoices", "from_on": "2026-11-01", "to_on": "2026-11-30"},
    {"kind": "invoices", "from": 20261101, "to": "2026-11-30"},
    {"kind": "invoices", "from": "2026-11-01", "to": "2026-11-30", "path": "/etc/passwd"},
]


async def test_an_order_that_makes_no_sense(finance: Finance) -> None:
    for said in NONSENSE:
        answer = await finance.order(**said)
        assert answer.status_code == 422
        assert answer.json()["errors"]
        assert "passwd" not in answer.text


async def test_a_repeated_order_is_one_export(finance: Finance) -> None:
    finance.headers["Idempotency-Key"] = str(uuid4())
    said = {"kind": "payouts", "from": "2026-11-01", "to": "2026-11-30"}
    first, again = await finance.order(**said), await finance.order(**said)
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"


async def test_nothing_is_under_an_unknown_id(finance: Finance) -> None:
    for path in (f"/exports/{uuid4()}", f"/exports/{uuid4()}/file"):
        answer = await finance.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_only_finance_comes_in(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    now = runtime.clock.now()
    callers: list[dict[str, str]] = [{}]
    async with runtime.database.begin() as session:
        for door in ("client", "trainer", "operations"):
            user = await people.user(session, now=now, door=door)
            token = await people.token(session, user.id, now=now)
            callers.append({"Authorization": f"Bearer {token}"})
    for headers in callers:
        for method, path in EVERY_ROUTE:
            answer = await doors.request(method, path, headers=headers, json={})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
