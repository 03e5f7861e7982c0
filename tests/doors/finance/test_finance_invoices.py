"""Invoices at the finance door."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from app.api.door import Runtime
from tests.factories import approved, people
from tests.factories.approved import Deal

ISSUER = {
    "legal_name": "Erfundene Aussteller GmbH",
    "address": {"line1": "Musterweg 3", "city": "Berlin", "postal_code": "10115", "country": "DE"},
    "email": "rechnung@aussteller.example",
    "iban": "de02 1203 0000 0000 2020 51",
    "tax_number": "00/000/00000",
}


@dataclass
class Desk:
    """Finance, signed in, with approved time of one company waiting."""

    http: httpx.AsyncClient
    runtime: Runtime
    deal: Deal
    headers: dict[str, str]
    now: datetime

    async def post(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        headers = {**self.headers, "Idempotency-Key": key or str(uuid4())}
        return await self.http.post(f"/finance/v1{path}", json=body, headers=headers)

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(f"/finance/v1{path}", params=params, headers=self.headers)

    async def run(self, **over: Any) -> dict[str, Any]:
        answer = await self.post("/invoice-runs", {"through": str(self.now.date()), **over})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest_asyncio.fixture
async def desk(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> AsyncIterator[Desk]:
    async with runtime.database.begin() as session:
        deal = await approved.deal(
            session, now=now, country="DE", currency="EUR", legal_name="Beispiel Labs GmbH"
        )
        await approved.approved(session, deal, now=now, minutes=60, bill_rate_minor=10_000)
        staff = await people.user(session, now=now, door="finance")
        token = await people.token(session, staff.id, now=now)
    yield Desk(doors, runtime, deal, {"Authorization": f"Bearer {token}"}, now)


async def test_a_run_issues_and_a_repeat_is_replayed(desk: Desk) -> None:
    body = {"through": str(desk.now.date())}
    first = await desk.post("/invoice-runs", body, key="once")
    again = await desk.post("/invoice-runs", body, key="once")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    (invoice,) = first.json()["invoices"]
    assert invoice["number"] == f"RE-{desk.now.year}-00001"
    assert invoice["company_name"] == "Beispiel Labs GmbH"
    assert invoice["gross"] == {"minor": 11_900, "currency": "EUR"}
    assert (await desk.run())["invoices"] == []


async def test_a_run_wants_a_key_and_a_day(desk: Desk) -> None:
    bare = await desk.http.post(
        "/finance/v1/invoice-runs", json={"through": "2026-11-30"}, headers=desk.headers
    )
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_required")
    for body in (
        {},
        {"through": "2026-02-30"},
        {"through": 20261130},
        {"through": "2026-11-30", "x": 1},
    ):
        answer = await desk.post("/invoice-runs", body)
        assert answer.status_code == 422, body
    unknown = await desk.post(
        "/invoice-runs", {"through": str(desk.now.date()), "company_id": str(uuid4())}
    )
    assert unknown.status_code == 404


async def test_lists_and_reads(desk: Desk) -> None:
    run = await desk.run()
    (summary,) = run["invoices"]
    listed = (await desk.get("/invoices")).json()
    assert listed == {"items": [summary], "next_cursor": None}
    assert (await desk.get("/invoices", state="collected")).json()["items"] == []
    assert (await desk.get("/invoices", state="lost")).status_code == 422
    assert (await desk.get("/invoices", company_id=str(uuid4()))).json()["items"] == []
    whole = (await desk.get(f"/invoices/{summary['id']}")).json()
    assert whole["run_id"] == run["id"]
    assert whole["buyer"]["legal_name"] == "Beispiel Labs GmbH"
    (line,) = whole["lines"]
    assert line["billed_minutes"] == 60
    assert line["bill_rate"] == line["billed"] == {"minor": 10_000, "currency": "EUR"}
    (group,) = whole["tax_groups"]
    assert (group["tax_category"], group["tax"]["minor"]) == ("S", 1_900)
    assert whole["payment"] is None
    assert (await desk.get("/invoices/00000000-0000-4000-8000-000000000001")).status_code == 404


async def test_pages_go_on_where_they_ended(desk: Desk) -> None:
    for weeks_back in (2, 3):
        await desk.run()
        async with desk.runtime.database.begin() as session:
            await approved.approved(session, desk.deal, now=desk.now, weeks_back=weeks_back)
    await desk.run()
    first = (await desk.get("/invoices", limit=2)).json()
    rest = (await desk.get("/invoices", limit=2, cursor=first["next_cursor"])).json()
    numbers = [each["number"][-5:] for each in (*first["items"], *rest["items"])]
    assert numbers == ["00003", "00002", "00001"]
    assert rest["next_cursor"] is None


async def test_files(desk: Desk) -> None:
    (invoice,) = (await desk.run())["invoices"]
    path = f"/invoices/{invoice['id']}/download"
    pdf, again = await desk.get(path), await desk.get(path, format="pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == f'attachment; filename="{invoice["number"]}.pdf"'
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.content == again.content
    lines = await desk.get(path, format="csv")
    assert lines.headers["content-type"] == "text/csv; charset=utf-8"
    assert lines.text.splitlines()[0].startswith('"invoice_number","issued_on"')
    assert len(lines.text.splitlines()) == 2
    assert (await desk.get(path, format="exe")).status_code == 422
    assert (
        await desk.get("/invoices/00000000-0000-4000-8000-000000000001/download")
    ).status_code == 404


async def test_a_payment_at_the_bank(desk: Desk) -> None:
    (invoice,) = (await desk.run())["invoices"]
    path = f"/invoices/{invoice['id']}/payments"
    body = {
        "amount": {"minor": 11_900, "currency": "EUR"},
        "received_on": str(desk.now.date()),
        "reference": "Statement 231/4",
    }
    bare = await desk.http.post(f"/finance/v1{path}", json=body, headers=desk.headers)
    assert bare.json()["code"] == "idempotency_key_required"
    other = await desk.post(path, {**body, "amount": {"minor": 11_900, "currency": "USD"}})
    assert (other.status_code, other.json()["code"]) == (422, "payment_currency_differs")
    tomorrow = str(desk.now.date() + timedelta(days=1))
    early = await desk.post(path, {**body, "received_on": tomorrow})
    assert early.json()["errors"][0]["code"] == "day_in_the_future"
    assert (
        await desk.post("/invoices/00000000-0000-4000-8000-000000000001/payments", body)
    ).status_code == 404

    paid = await desk.post(path, body, key="bank-4")
    assert paid.status_code == 201, paid.text
    assert paid.json()["state"] == "collected"
    assert paid.json()["payment"]["reference"] == "Statement 231/4"
    assert paid.json()["payment"]["stripe_fee"] is None
    assert (await desk.post(path, body, key="bank-4")).content == paid.content
    assert (await desk.post(path, body)).status_code == 201
    other = await desk.post(path, {**body, "reference": "Another"})
    assert (other.status_code, other.json()["code"]) == (409, "invoice_already_collected")


async def test_the_issuer(desk: Desk) -> None:
    invented = (await desk.get("/issuer")).json()
    assert invented["sample"] is True
    put = desk.http.put("/finance/v1/issuer", json=ISSUER, headers=desk.headers)
    saved = (await put).json()
    assert saved["iban"] == "DE02120300000000202051"
    assert (await desk.get("/issuer")).json() == saved
    assert saved["sample"] is False
    bad = {**ISSUER, "iban": "DE03120300000000202051", "tax_number": None}
    refused = await desk.http.put("/finance/v1/issuer", json=bad, headers=desk.headers)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["#/iban", "#/vat_id"]
    assert "DE0312" not in refused.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/issuer"),
        ("PUT", "/issuer"),
        ("POST", "/invoice-runs"),
        ("GET", "/invoices"),
        ("GET", "/invoices/00000000-0000-4000-8000-000000000001"),
        ("GET", "/invoices/00000000-0000-4000-8000-000000000001/download"),
        ("POST", "/invoices/00000000-0000-4000-8000-000000000001/payments"),
    ],
)
async def test_nothing_without_a_finance_token(desk: Desk, method: str, path: str) -> None:
    async with desk.runtime.database.begin() as session:
        owner = await people.owner_of(session, desk.deal.company.id)
        clients = await people.token(session, owner, now=desk.now)
    for headers in ({}, {"Authorization": f"Bearer {clients}"}):
        answer = await desk.http.request(method, f"/finance/v1{path}", headers=headers)
        assert answer.status_code == 401
