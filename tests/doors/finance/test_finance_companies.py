"""Finance grants terms and sets fees; nobody else sees a fee."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from app.api.door import Runtime
from tests.factories import people

COMPANIES = "/finance/v1/companies"
TERMS = {
    "kind": "invoice",
    "net_days": 30,
    "credit_limit": {"minor": 5_000_000, "currency": "USD"},
    "funding_rule": "on_approval",
}


async def _set_up(runtime: Runtime) -> tuple[str, dict[str, str], dict[str, str]]:
    """A company's id, headers of finance, headers of the company's owner."""
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        await people.company(session, now=now - timedelta(days=1), billing=False)
        company = await people.company(session, now=now)
        officer = await people.user(session, now=now, door="finance")
        owner_id = await people.owner_of(session, company.id)
        tokens = [await people.token(session, id_, now=now) for id_ in (officer.id, owner_id)]
    finance, owner = ({"Authorization": f"Bearer {token}"} for token in tokens)
    return str(company.id), finance, owner


async def test_terms_and_fees_are_granted(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    id_, finance, owner = await _set_up(runtime)
    first, second = (await doors.get(COMPANIES, headers=finance)).json()["items"]
    assert first["id"] == id_
    assert first["fee_terms"] == {"fee_bps": 2000, "effective_at": None}
    assert first["credit_terms"]["net_days"] == 14
    assert first["billing_profile"]["address"]["city"] == "Springfield"
    assert second["billing_profile"] is None
    page = (await doors.get(COMPANIES, params={"limit": 1}, headers=finance)).json()
    following = await doors.get(
        COMPANIES, params={"limit": 1, "cursor": page["next_cursor"]}, headers=finance
    )
    assert following.json()["items"] == [second]

    granted = await doors.put(f"{COMPANIES}/{id_}/credit-terms", json=TERMS, headers=finance)
    assert granted.status_code == 200
    assert granted.json()["funding_rule"] == "on_approval"
    again = await doors.put(f"{COMPANIES}/{id_}/credit-terms", json=TERMS, headers=finance)
    assert again.json() == granted.json(), "the same again is no new row"
    fee = await doors.put(f"{COMPANIES}/{id_}/fee-terms", json={"fee_bps": 1234}, headers=finance)
    assert fee.json()["fee_bps"] == 1234
    seen = (await doors.get(f"{COMPANIES}/{id_}", headers=finance)).json()
    assert (seen["fee_terms"], seen["credit_terms"]) == (fee.json(), granted.json())

    company = await doors.get("/client/v1/company", headers=owner)
    assert company.json()["payment_terms"] == {
        "kind": "invoice",
        "net_days": 30,
        "credit_limit": {"minor": 5_000_000, "currency": "USD"},
    }
    shown = company.json()
    assert not {"fee_terms", "fee_bps", "funding_rule"} & (
        set(shown) | set(shown["payment_terms"]) | set(shown["billing_profile"])
    )


async def test_terms_begin_now_or_later(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    id_, finance, _ = await _set_up(runtime)
    now = runtime.clock.now()
    path = f"{COMPANIES}/{id_}/fee-terms"

    async def put(bps: int, ahead: timedelta) -> httpx.Response:
        body = {"fee_bps": bps, "effective_at": (now + ahead).isoformat()}
        return await doors.put(path, json=body, headers=finance)

    past = await put(1, timedelta(days=-1))
    assert (past.status_code, past.json()["code"]) == (422, "terms_in_the_past")
    assert (await put(1500, timedelta())).status_code == 200, "now, in whole seconds"
    assert (await put(900, timedelta(days=3))).status_code == 200
    seen = await doors.get(f"{COMPANIES}/{id_}", headers=finance)
    assert seen.json()["fee_terms"]["fee_bps"] == 1500
    runtime.clock.set_offset(3 * 86_400 + 1)
    async with runtime.database.begin() as session:
        officer = await people.user(session, now=runtime.clock.now(), door="finance")
        token = await people.token(session, officer.id, now=runtime.clock.now())
    later = await doors.get(f"{COMPANIES}/{id_}", headers={"Authorization": f"Bearer {token}"})
    assert later.json()["fee_terms"]["fee_bps"] == 900


async def test_what_does_not_fit_is_refused(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    id_, finance, owner = await _set_up(runtime)
    credit, fee = f"{COMPANIES}/{id_}/credit-terms", f"{COMPANIES}/{id_}/fee-terms"
    cases: list[tuple[str, dict[str, Any], str]] = [
        (credit, {**TERMS, "credit_limit": {"minor": 1, "currency": "EUR"}},
         "terms_currency_differs"),
        (credit, {**TERMS, "credit_limit": {"minor": -1, "currency": "USD"}}, "invalid_shape"),
        (credit, {**TERMS, "kind": "barter"}, "invalid_shape"),
        (credit, {**TERMS, "net_days": 121}, "invalid_shape"),
        (credit, {**TERMS, "funding_rule": "never"}, "invalid_shape"),
        (fee, {"fee_bps": 10_000}, "invalid_shape"),
        (fee, {"fee_bps": -1}, "invalid_shape"),
        (fee, {"fee_bps": 20.5}, "invalid_shape"),
        (fee, {"fee_bps": True}, "invalid_shape"),
        (fee, {"fee_bps": 1, "effective_at": "2026-01-01"}, "invalid_shape"),
    ]  # fmt: skip
    for path, body, code in cases:
        answer = await doors.put(path, json=body, headers=finance)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
    for path, body in ((credit, TERMS), (fee, {"fee_bps": 1})):
        nobody = path.replace(id_, str(uuid4()))
        assert (await doors.put(nobody, json=body, headers=finance)).status_code == 404
        assert (await doors.put(path, json=body, headers=owner)).status_code == 401
        assert (await doors.put(path, json=body)).status_code == 401
    assert (await doors.get(f"{COMPANIES}/{uuid4()}", headers=finance)).status_code == 404
    assert (await doors.get(COMPANIES, headers=owner)).status_code == 401
    seen = (await doors.get(f"{COMPANIES}/{id_}", headers=finance)).json()
    assert seen["fee_terms"]["effective_at"] is None
    assert seen["credit_terms"]["effective_at"] is None
    nothing = {**TERMS, "credit_limit": {"minor": 0, "currency": "USD"}}
    assert (await doors.put(credit, json=nothing, headers=finance)).status_code == 200
