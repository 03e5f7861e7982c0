"""A company registers and says who is invoiced."""

from typing import Any

import httpx
from sqlalchemy import text

from app.api.door import Runtime
from tests.factories import people

COMPANY = {
    "legal_name": "Beispiel Labs Inc.",
    "country": "US",
    "currency": "USD",
    "billing_email": "billing@beispiel.example",
}
OWNER = {
    "email": "vera@beispiel.example",
    "password": "correct horse battery",
    "full_name": "Vera Musterfrau",
}
ADDRESS = {
    "line1": "1 Example Street",
    "city": "Springfield",
    "postal_code": "62701",
    "country": "US",
}
BILLING = {"legal_name": "Beispiel Labs Inc.", "address": ADDRESS}


async def _register(doors: httpx.AsyncClient, **over: Any) -> httpx.Response:
    body = {"company": {**COMPANY, **over}, "owner": OWNER}
    return await doors.post("/client/v1/registrations", json=body)


async def _signed_in(doors: httpx.AsyncClient) -> dict[str, str]:
    session = (await _register(doors)).json()["session"]
    return {"Authorization": f"Bearer {session['access_token']}"}


async def test_a_company_comes_in_signed_in(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    answer = await _register(doors)
    assert answer.status_code == 201
    made = answer.json()
    assert made["company"]["legal_name"] == "Beispiel Labs Inc."
    assert made["company"]["billing_profile"] is None
    assert made["company"]["payment_terms"] == {
        "kind": "invoice",
        "net_days": 14,
        "credit_limit": {"minor": 1_000_000, "currency": "USD"},
    }
    assert made["session"]["expires_in"] == 900
    seen = await doors.get(
        "/client/v1/company",
        headers={"Authorization": f"Bearer {made['session']['access_token']}"},
    )
    assert seen.json() == made["company"]
    async with runtime.database.begin() as session:
        jobs = await session.scalars(text("SELECT entrypoint FROM pgqueuer"))
        assert list(jobs) == ["send_verification_mail"]
        hashed = await session.scalar(text("SELECT password_hash FROM users"))
        assert hashed.startswith("$argon2id$")


async def test_a_repeat_with_the_same_key_opens_one_company(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    body = {"company": COMPANY, "owner": OWNER}
    answers = [
        await doors.post(
            "/client/v1/registrations", json=body, headers={"Idempotency-Key": "one-try"}
        )
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["idempotent-replayed"] == "true"
    async with runtime.database.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM companies")) == 1


async def test_a_known_address_looks_like_a_new_one(doors: httpx.AsyncClient) -> None:
    first, second = (await _register(doors)), (await _register(doors))
    assert second.status_code == first.status_code == 201
    assert second.json().keys() == first.json().keys()
    assert second.json()["company"]["id"] != first.json()["company"]["id"]


async def test_what_does_not_fit_is_refused(doors: httpx.AsyncClient) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"currency": "XAU"}, "currency_not_offered"),
        ({"currency": "usd"}, "invalid_shape"),
        ({"country": "ZZ"}, "country_unknown"),
        ({"billing_email": "nobody"}, "invalid_shape"),
        ({"legal_name": " "}, "invalid_shape"),
        ({"legal_name": "A\u0000B"}, "invalid_shape"),
        ({"fee_bps": 1}, "invalid_shape"),
    ]
    for over, code in cases:
        answer = await _register(doors, **over)
        assert (answer.status_code, answer.json()["code"]) == (422, code), over


async def test_a_short_password_is_refused_unechoed(doors: httpx.AsyncClient) -> None:
    body = {"company": COMPANY, "owner": {**OWNER, "password": "hunter2hunt"}}
    answer = await doors.post("/client/v1/registrations", json=body)
    assert answer.status_code == 422
    assert "hunter2hunt" not in answer.text


async def test_a_flood_of_registrations_is_stopped(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    """The counter is filled in the database: a thousand real registrations would only be slow."""
    await _register(doors)
    async with runtime.database.begin() as session:
        await session.execute(text("UPDATE limits SET arrives_at = arrives_at + interval '2 h'"))
    answer = await _register(doors)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    trainer = await doors.get("/trainer/v1/vocabularies")
    assert trainer.status_code == 200


async def test_the_billing_profile_is_replaced_whole(doors: httpx.AsyncClient) -> None:
    headers = await _signed_in(doors)
    path = "/client/v1/company/billing-profile"
    full = {
        **BILLING,
        "vat_id": "DE123456789",
        "buyer_reference": "TEAM-7",
        "timezone": "Europe/Berlin",
        "requested_terms": {"kind": "invoice", "net_days": 30},
    }
    first = await doors.put(path, json=full, headers=headers)
    assert first.status_code == 200
    assert first.json()["requested_terms"] == {"kind": "invoice", "net_days": 30}
    second = await doors.put(path, json=BILLING, headers=headers)
    assert second.json()["vat_id"] is None
    assert second.json()["requested_terms"] is None
    assert second.json()["timezone"] == "UTC"
    company = (await doors.get("/client/v1/company", headers=headers)).json()
    assert company["billing_profile"] == second.json()
    assert company["payment_terms"]["net_days"] == 14, "asking for terms grants none"


async def test_a_billing_profile_that_does_not_fit(doors: httpx.AsyncClient) -> None:
    headers = await _signed_in(doors)
    cases: list[dict[str, Any]] = [
        {"timezone": "Mars/Olympus"},
        {"tax_treatment": "none"},
        {"vat_id": "123"},
        {"requested_terms": {"kind": "invoice", "net_days": 121}},
        {"requested_terms": {"kind": "invoice", "net_days": True}},
        {"address": {**ADDRESS, "country": "XX"}},
        {"address": {**ADDRESS, "line3": "x"}},
        {"credit_limit": 5},
    ]
    for over in cases:
        answer = await doors.put(
            "/client/v1/company/billing-profile", json={**BILLING, **over}, headers=headers
        )
        assert answer.status_code == 422, over
    company = await doors.get("/client/v1/company", headers=headers)
    assert company.json()["billing_profile"] is None


async def test_nobody_else_gets_in(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    async with runtime.database.begin() as session:
        erika = await people.trainer(session, now=runtime.clock.now())
        token = await people.token(session, erika.user_id, now=runtime.clock.now())
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {token}"}):
        assert (await doors.get("/client/v1/company", headers=headers)).status_code == 401
        assert (
            await doors.put("/client/v1/company/billing-profile", json=BILLING, headers=headers)
        ).status_code == 401


async def test_a_viewer_may_look_and_not_change(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        owner_id = await people.owner_of(session, company.id)
        await session.execute(
            text("UPDATE grants SET role = 'viewer' WHERE user_id = :u"), {"u": owner_id}
        )
        token = await people.token(session, owner_id, now=now)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await doors.get("/client/v1/company", headers=headers)).status_code == 200
    answer = await doors.put("/client/v1/company/billing-profile", json=BILLING, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
