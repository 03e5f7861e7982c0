"""Invoices at the client door."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from app.api.door import Runtime
from app.identity.tables import Grant
from tests.factories import invoiced, people
from tests.factories.application import application
from tests.factories.invoiced import Stage
from tests.gateways.simulator import running as simulator
from tests.gateways.simulator.running import Running


@pytest_asyncio.fixture
async def sim() -> AsyncIterator[Running]:
    async with simulator.simulator() as started:
        yield started


@pytest_asyncio.fixture
async def runtime(sim: Running, tmp_path: Path, database_url: str) -> AsyncIterator[Runtime]:
    async with invoiced.runtime_on(sim, folder=tmp_path, url=database_url) as made:
        yield made


@dataclass
class Office:
    """A company's owner, signed in, with one open invoice."""

    http: httpx.AsyncClient
    stage: Stage
    headers: dict[str, str]

    async def get(self, path: str, **params: Any) -> httpx.Response:
        return await self.http.get(f"/client/v1{path}", params=params, headers=self.headers)

    async def pay(self, invoice_id: Any = None, *, key: str | None = None) -> httpx.Response:
        return await self.http.post(
            f"/client/v1/invoices/{invoice_id or self.stage.invoice_id}/pay",
            headers={**self.headers, "Idempotency-Key": key or str(uuid4())},
        )


@pytest_asyncio.fixture
async def office(runtime: Runtime, sim: Running) -> AsyncIterator[Office]:
    stage = await invoiced.stage(runtime, sim)
    with application(runtime) as app:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.test") as http:
            yield Office(http, stage, await token(stage, "owner"))


async def token(stage: Stage, role: str) -> dict[str, str]:
    async with stage.runtime.database.begin() as session:
        member = await people.user(session, now=stage.now, door="client")
        session.add(Grant(user_id=member.id, subject_id=stage.deal.company.id, role=role))
        secret = await people.token(session, member.id, now=stage.now)
    return {"Authorization": f"Bearer {secret}"}


async def test_a_company_sees_what_was_billed_and_nothing_else(office: Office) -> None:
    (summary,) = (await office.get("/invoices")).json()["items"]
    assert summary["gross"] == {"minor": 11_900, "currency": "EUR"}
    assert summary["overdue"] is False
    whole = await office.get(f"/invoices/{summary['id']}")
    (line,) = whole.json()["lines"]
    assert (line["trainer"], line["billed_minutes"]) == ("Erika B.", 60)
    assert line["billed"] == {"minor": 10_000, "currency": "EUR"}
    assert whole.json()["buyer"]["address"]["country"] == "DE"
    for never in ("pay_", "earned", "fee", "margin", "run_id", "company_id"):
        assert never not in whole.text
    office.stage.advance(15 * 86_400)
    office.headers = await token(office.stage, "viewer")
    (late,) = (await office.get("/invoices", state="issued")).json()["items"]
    assert late["overdue"] is True


async def test_another_companys_invoice_is_not_there(office: Office) -> None:
    other = await invoiced.stage(office.stage.runtime, office.stage.sim)
    for path in (f"/invoices/{other.invoice_id}", f"/invoices/{other.invoice_id}/download"):
        foreign, never = await office.get(path), await office.get(f"/invoices/{uuid4()}")
        assert foreign.status_code == never.status_code == 404
        assert foreign.json()["code"] == never.json()["code"] == "not_found"
    assert (await office.pay(other.invoice_id)).status_code == 404
    assert len((await office.get("/invoices")).json()["items"]) == 1


async def test_the_file_is_the_one_that_finance_has(office: Office) -> None:
    await office.stage.work()
    path = f"/invoices/{office.stage.invoice_id}/download"
    pdf = await office.get(path)
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["x-content-type-options"] == "nosniff"
    assert (await office.get(path, format="csv")).text.count("\r\n") == 2
    assert (await office.get(path, format="facturx")).status_code == 422


async def test_paying_online_from_the_first_click_to_the_receipt(office: Office) -> None:
    bare = await office.http.post(
        f"/client/v1/invoices/{office.stage.invoice_id}/pay", headers=office.headers
    )
    assert bare.json()["code"] == "idempotency_key_required"
    first = await office.pay(key="click")
    assert first.status_code == 200, first.text
    assert first.json()["amount"] == {"minor": 11_900, "currency": "EUR"}
    assert (await office.pay(key="click")).headers["idempotent-replayed"] == "true"
    assert (await office.pay()).json() == first.json()
    await office.stage.somebody_pays()
    await office.stage.post_webhooks()
    await office.stage.work()
    paid = (await office.get(f"/invoices/{office.stage.invoice_id}")).json()
    assert (paid["state"], paid["collected_at"] is None) == ("collected", False)
    late = await office.pay()
    assert (late.status_code, late.json()["code"]) == (409, "invoice_already_collected")


async def test_a_silent_provider_is_a_503_that_says_when_to_retry(office: Office) -> None:
    await office.stage.sim.order(
        "faults", kind="error_500_before_commit", method="POST", path="/v1/checkout/sessions",
        stored=False,
    )  # fmt: skip
    answer = await office.pay()
    assert (answer.status_code, answer.json()["code"]) == (503, "payment_provider_silent")
    assert answer.headers["retry-after"] == "5"
    assert (await office.pay()).status_code == 200


async def test_roles(office: Office) -> None:
    for role, reads, pays in (
        ("viewer", 200, 403),
        ("billing", 200, 200),
        ("reviewer", 403, 403),
        ("hiring_manager", 403, 403),
    ):
        office.headers = await token(office.stage, role)
        assert (await office.get("/invoices")).status_code == reads
        assert (await office.get(f"/invoices/{office.stage.invoice_id}")).status_code == reads
        path = f"/invoices/{office.stage.invoice_id}/download"
        assert (await office.get(path, format="csv")).status_code == reads
        assert (await office.pay()).status_code == pays
    office.headers = {}
    for path in ("/invoices", f"/invoices/{uuid4()}", f"/invoices/{uuid4()}/download"):
        assert (await office.get(path)).status_code == 401
    assert (await office.pay()).status_code == 401
