"""Members at the client door: changed, handed over, removed, listed."""

from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from app.api.door import Runtime
from app.domain.actor import CompanyRole
from tests.factories import people
from tests.factories.firm import ACCEPTED, INVITED, ROSA, Firm, firm_at
from tests.factories.hiring_doors import Caller


@pytest_asyncio.fixture
async def firm(doors: httpx.AsyncClient, runtime: Runtime) -> Firm:
    return await firm_at(doors, runtime)


async def test_a_removed_member_is_out_at_once_and_may_come_back(firm: Firm) -> None:
    rosa_id, rosa = await firm.join()
    signed_in = await firm.http.post(
        "/client/v1/sessions", json={"email": ROSA, "password": ACCEPTED["password"]}
    )
    refresh = signed_in.json()["session"]["refresh_token"]
    assert (await firm.owner("DELETE", f"/company/members/{rosa_id}")).status_code == 204
    assert (await rosa("GET", "/company")).status_code == 401
    again = await firm.http.post("/client/v1/sessions/refresh", json={"refresh_token": refresh})
    assert again.status_code == 401
    gone = await firm.owner("DELETE", f"/company/members/{rosa_id}")
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert ROSA not in await firm.roles()
    await firm.assert_proven()

    token = await firm.invite({"email": ROSA, "role": "viewer"})
    back = await firm.accept(token, password="quite-another-sentence")
    assert back.json()["member"]["id"] == rosa_id
    assert (await rosa("GET", "/company")).status_code == 401, "old sessions stay ended"
    old = await firm.http.post(
        "/client/v1/sessions", json={"email": ROSA, "password": ACCEPTED["password"]}
    )
    assert old.status_code == 401
    assert [event for event, *_ in await firm.history()] == [
        "invited", "joined", "removed", "invited", "joined",
    ]  # fmt: skip


async def test_a_changed_role_holds_from_the_next_request_on(firm: Firm) -> None:
    rosa_id, rosa = await firm.join(role="viewer")
    project = {"title": "Clinical answers", "brief": "Judge answers."}
    assert (await rosa("POST", "/projects", project)).status_code == 403
    for _ in range(2):
        changed = await firm.owner(
            "PATCH", f"/company/members/{rosa_id}", {"role": "hiring_manager"}
        )
        assert (changed.status_code, changed.json()["role"]) == (200, "hiring_manager")
    assert (await rosa("POST", "/projects", project)).status_code == 201
    await firm.owner("PATCH", f"/company/members/{rosa_id}", {"role": "billing"})
    assert (await rosa("POST", "/projects", project)).status_code == 403
    assert [step for step in await firm.history() if step[0] == "changed"] == [
        ("changed", "hiring_manager", "owner"), ("changed", "billing", "owner"),
    ]  # fmt: skip


async def test_ownership_is_handed_over_and_never_lost(firm: Firm) -> None:
    rosa_id, rosa = await firm.join()
    own = f"/company/members/{firm.owner_id}"
    for answer in (
        await firm.owner("PATCH", own, {"role": "viewer"}),
        await firm.owner("DELETE", own),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "company_needs_owner")
    assert (await firm.owner("PATCH", own, {"role": "owner"})).status_code == 200
    key = await firm.owner("POST", "/api-keys", {"name": "n", "scopes": ["projects:read"]})
    machine = Caller(firm.http, "client", key.json()["secret"])

    handed = await firm.owner("PATCH", f"/company/members/{rosa_id}", {"role": "owner"})
    assert (handed.status_code, handed.json()["role"]) == (200, "owner")
    assert (await firm.owner("GET", "/company/members")).status_code == 403
    back = await firm.owner("PATCH", own, {"role": "owner"})
    assert (back.status_code, back.json()["code"]) == (403, "not_allowed")
    items = (await rosa("GET", "/company/members")).json()["items"]
    assert {item["id"]: item["role"] for item in items} == {
        rosa_id: "owner", str(firm.owner_id): "hiring_manager",
    }  # fmt: skip
    assert [step for step in await firm.history() if step[0] == "changed"] == [
        ("changed", "hiring_manager", "owner"), ("changed", "owner", "owner"),
    ]  # fmt: skip
    await firm.assert_proven()

    assert (await machine("GET", "/projects")).status_code == 200
    assert (await rosa("DELETE", own)).status_code == 204
    assert (await machine("GET", "/projects")).status_code == 401, "a key that she has seen"
    await firm.assert_proven()


async def test_only_the_owner_and_only_of_this_company(
    firm: Firm, doors: httpx.AsyncClient
) -> None:
    rosa_id, _ = await firm.join()
    token = await firm.invite({"email": "erik.erfunden@example.org", "role": "viewer"})
    (invitation,) = [
        item["id"]
        for item in (await firm.owner("GET", "/company/members")).json()["items"]
        if item["state"] == "invited"
    ]
    requests: list[tuple[str, str, Any]] = [
        ("PATCH", f"/company/members/{rosa_id}", {"role": "viewer"}),
        ("DELETE", f"/company/members/{rosa_id}", None),
        ("DELETE", f"/company/members/invitations/{invitation}", None),
    ]
    everybody: list[tuple[str, str, Any]] = [
        *requests,
        ("GET", "/company/members", None),
        ("POST", "/company/members/invitations", {**INVITED, "email": "x@example.org"}),
    ]
    now = firm.runtime.clock.now()
    for role in set(CompanyRole) - {CompanyRole.OWNER}:
        async with firm.runtime.database.begin() as session:
            user_id = await people.member(session, firm.company_id, role=role, now=now)
            member = Caller(doors, "client", await people.token(session, user_id, now=now))
        for method, path, body in everybody:
            answer = await member(method, path, body)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), (role, path)
    other = await firm_at(doors, firm.runtime)
    for method, path, body in requests:
        answer = await other.owner(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert (await firm.accept(token)).status_code == 201


async def test_pages_and_bad_shapes(firm: Firm) -> None:
    for number in range(3):
        await firm.join(f"gast{number}@example.org", "viewer")
        await firm.invite({"email": f"offen{number}@example.org", "role": "viewer"})
    seen: list[str] = []
    cursor = None
    while True:
        query = "?limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = (await firm.owner("GET", f"/company/members{query}")).json()
        seen += [item["email"].split("@")[0] for item in page["items"]]
        if len(seen) == 2:
            await firm.invite({"email": "neu@example.org", "role": "viewer"})
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == 7
    assert seen[:6] == ["offen2", "gast2", "offen1", "gast1", "offen0", "gast0"]

    for said in (
        {**INVITED, "role": "owner"},
        {**INVITED, "role": "admin"},
        {**INVITED, "email": "nobody"},
        {**INVITED, "company_id": str(uuid4())},
        {"email": ROSA},
    ):
        answer = await firm.owner("POST", "/company/members/invitations", said)
        assert answer.status_code == 422, said
    short = await firm.accept("x" * 43, password="hunter2hunt")
    assert short.status_code == 422
    assert "hunter2hunt" not in short.text
