"""Members at the client door: invited, joined, changed, handed over, removed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text

from app.api.door import Runtime
from app.companies import proof
from app.companies.tables import CompanyInvitation, CompanyMemberStep
from app.domain.actor import CompanyRole
from app.identity.tables import User
from tests.factories import people
from tests.factories.accounts import PASSWORD, advance
from tests.factories.hiring_doors import Caller
from tests.factories.mailbox import mails, token_in
from tests.factories.working import run_waiting

ROSA = "rosa.erfunden@example.org"
INVITED = {"email": ROSA, "role": "reviewer"}
ACCEPTED = {"full_name": "Rosa Erfunden", "password": "a-sentence-rosa-made-up"}


@dataclass
class Firm:
    """A company with its owner at the client door, and the worker that sends its mails."""

    http: httpx.AsyncClient
    runtime: Runtime
    company_id: UUID
    owner_id: UUID
    owner: Caller

    async def invite(self, said: dict[str, str] | None = None, **headers: str) -> str:
        """Invite and send the mail; the token in it."""
        said = said or INVITED
        await run_waiting(self.runtime)
        answer = await self.owner("POST", "/company/members/invitations", said, **headers)
        assert answer.status_code == 201, answer.text
        await run_waiting(self.runtime)
        return token_in(mails(self.runtime, said["email"])[-1], self.runtime)

    async def accept(self, token: str, **over: Any) -> httpx.Response:
        body = {"token": token, **ACCEPTED, **over}
        return await self.http.post("/client/v1/member-invitations/acceptance", json=body)

    async def preview(self, token: str) -> httpx.Response:
        return await self.http.post("/client/v1/member-invitations/preview", json={"token": token})

    async def join(self, email: str = ROSA, role: str = "reviewer") -> tuple[str, Caller]:
        """Invite somebody who accepts; the user id and the member's own session."""
        answer = await self.accept(await self.invite({"email": email, "role": role}))
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return made["member"]["id"], Caller(self.http, "client", made["session"]["access_token"])

    async def roles(self) -> dict[str, str]:
        items = (await self.owner("GET", "/company/members")).json()["items"]
        return {item["email"]: f"{item['state']} {item['role']}" for item in items}

    async def history(self) -> list[tuple[str, str | None, str]]:
        """(event, role, by the owner or not) in order."""
        async with self.runtime.database.begin() as session:
            rows = await session.scalars(
                select(CompanyMemberStep).order_by(CompanyMemberStep.at, CompanyMemberStep.id)
            )
            by_owner = f"member:{self.owner_id}"
            return [(r.event, r.role, "owner" if r.actor == by_owner else "other") for r in rows]

    async def assert_proven(self) -> None:
        async with self.runtime.database.begin() as session:
            for identity in await proof.prove(session):
                assert identity.holds, identity


async def _firm(doors: httpx.AsyncClient, runtime: Runtime) -> Firm:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        owner_id = await people.owner_of(session, company.id)
        token = await people.token(session, owner_id, now=now)
    return Firm(doors, runtime, company.id, owner_id, Caller(doors, "client", token))


@pytest_asyncio.fixture
async def firm(doors: httpx.AsyncClient, runtime: Runtime) -> Firm:
    return await _firm(doors, runtime)


async def test_from_invitation_to_member(firm: Firm) -> None:
    answer = await firm.owner("POST", "/company/members/invitations", INVITED)
    assert answer.status_code == 201
    invited = answer.json()
    assert (invited["state"], invited["role"], invited["full_name"]) == (
        "invited",
        "reviewer",
        None,
    )
    assert invited["email"] == ROSA
    await run_waiting(firm.runtime)
    (mail,) = mails(firm.runtime, ROSA)
    token = token_in(mail, firm.runtime)
    assert "Beispiel Labs" not in str(mail), "a name must not become our message to strangers"
    assert token not in answer.text
    async with firm.runtime.database.begin() as session:
        row = (await session.scalars(select(CompanyInvitation))).one()
        assert row.mail_state == "sent"
        assert row.expires_at - row.created_at == timedelta(days=7)
        assert token.encode() not in (row.token_hash or b"")

    seen = await firm.preview(token)
    assert seen.status_code == 200
    assert seen.json()["company_name"] == "Beispiel Labs Inc."
    assert (seen.json()["role"], seen.json()["email"]) == ("reviewer", ROSA)

    joined = await firm.accept(token)
    assert joined.status_code == 201
    member = joined.json()["member"]
    assert (member["state"], member["full_name"]) == ("active", "Rosa Erfunden")
    rosa = Caller(firm.http, "client", joined.json()["session"]["access_token"])
    company = await rosa("GET", "/company")
    assert company.json()["id"] == str(firm.company_id)
    signed_in = await firm.http.post(
        "/client/v1/sessions", json={"email": ROSA, "password": ACCEPTED["password"]}
    )
    assert signed_in.status_code == 201
    listed = (await firm.owner("GET", "/company/members")).json()["items"]
    assert [item["role"] for item in listed] == ["reviewer", "owner"]
    assert listed[0] == member
    async with firm.runtime.database.begin() as session:
        user = await session.get_one(User, UUID(member["id"]))
        assert user.email_verified_at is not None
        assert await session.scalar(text("SELECT count(*) FROM pgqueuer")) == 0
    assert await firm.history() == [
        ("invited", "reviewer", "owner"), ("joined", "reviewer", "other"),
    ]  # fmt: skip
    await firm.assert_proven()


async def test_a_token_works_once_and_for_seven_days(firm: Firm) -> None:
    token = await firm.invite()
    assert (await firm.accept(token)).status_code == 201
    late = await firm.invite({"email": "spaet.erfunden@example.org", "role": "viewer"})
    advance(firm.runtime, days=7, seconds=1)
    for dead in (token, late, "x" * 43, " ünbekannt"):
        for answer in (await firm.preview(dead), await firm.accept(dead)):
            assert (answer.status_code, answer.json()["code"]) == (422, "link_not_valid")
    async with firm.runtime.database.begin() as session:
        firm.owner.token = await people.token(session, firm.owner_id, now=firm.runtime.clock.now())
    assert (await firm.roles())["spaet.erfunden@example.org"] == "expired viewer"
    renewed = await firm.invite({"email": "spaet.erfunden@example.org", "role": "viewer"})
    assert (await firm.accept(renewed)).status_code == 201


async def test_inviting_again_renews_and_the_older_token_dies_at_once(firm: Firm) -> None:
    first = await firm.invite()
    again = await firm.owner(
        "POST", "/company/members/invitations", {"email": ROSA.upper(), "role": "billing"}
    )
    assert again.status_code == 201
    assert (await firm.accept(first)).status_code == 422, "dead before the second mail is out"
    await run_waiting(firm.runtime)
    second = token_in(mails(firm.runtime, ROSA.upper())[-1], firm.runtime)
    assert (await firm.accept(first)).status_code == 422
    joined = await firm.accept(second)
    assert joined.json()["member"]["role"] == "billing"
    assert [event for event, *_ in await firm.history()] == ["invited", "invited", "joined"]


async def test_a_repeat_with_the_same_key_mails_once(firm: Firm) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    answers = [
        await firm.owner("POST", "/company/members/invitations", INVITED, **key) for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    await run_waiting(firm.runtime)
    assert len(mails(firm.runtime, ROSA)) == 1


async def test_letters_in_the_language_of_who_invites(firm: Firm) -> None:
    await firm.invite(None, **{"Accept-Language": "de-DE"})
    await firm.invite({"email": "erik.erfunden@example.org", "role": "viewer"})
    assert "eingeladen" in mails(firm.runtime, ROSA)[0]["Subject"]
    assert "invited" in mails(firm.runtime, "erik.erfunden@example.org")[0]["Subject"]


async def test_a_withdrawn_invitation_lets_nobody_in(firm: Firm) -> None:
    token = await firm.invite()
    (item,) = [
        item
        for item in (await firm.owner("GET", "/company/members")).json()["items"]
        if item["state"] == "invited"
    ]
    path = f"/company/members/invitations/{item['id']}"
    for _ in range(2):
        assert (await firm.owner("DELETE", path)).status_code == 204
    assert (await firm.accept(token)).status_code == 422
    assert ROSA not in await firm.roles()
    other = await firm.invite()
    joined = await firm.accept(other)
    assert joined.status_code == 201
    async with firm.runtime.database.begin() as session:
        used = (
            await session.scalars(
                select(CompanyInvitation).where(CompanyInvitation.state == "accepted")
            )
        ).one()
    refused = await firm.owner("DELETE", f"/company/members/invitations/{used.id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert [event for event, *_ in await firm.history()] == [
        "invited", "withdrawn", "invited", "joined",
    ]  # fmt: skip


async def test_who_is_a_member_is_not_invited(firm: Firm) -> None:
    await firm.join()
    for address in (ROSA, ROSA.upper()):
        answer = await firm.owner(
            "POST", "/company/members/invitations", {"email": address, "role": "viewer"}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "already_member")


async def test_a_mailbox_is_not_filled_by_invitations(firm: Firm) -> None:
    codes = [
        (await firm.owner("POST", "/company/members/invitations", INVITED)).status_code
        for _ in range(6)
    ]
    assert codes == [201] * 5 + [429]


@pytest.mark.parametrize("sent", ["before", "after"])
async def test_a_user_of_another_company_learns_it_by_mail_alone(
    firm: Firm, doors: httpx.AsyncClient, sent: str
) -> None:
    """The inviter sees nothing of it, nor does somebody with the token."""
    other = await _firm(doors, firm.runtime)
    if sent == "before":
        token = await firm.invite()
        await other.join()
        answer = await firm.accept(token)
        assert (answer.status_code, answer.json()["code"]) == (422, "link_not_valid")
    else:
        await other.join()
        answer = await firm.owner("POST", "/company/members/invitations", INVITED)
        stranger = await firm.owner(
            "POST", "/company/members/invitations", {**INVITED, "email": "nobody@example.org"}
        )
        assert answer.status_code == stranger.status_code == 201
        assert answer.json().keys() == stranger.json().keys()
    await run_waiting(firm.runtime)
    last = mails(firm.runtime, ROSA)[-1]
    assert "in use" in last["Subject"]
    assert "#token=" not in last.get_content()
    assert (await firm.roles())[ROSA] == "invited reviewer"
    before = await firm.http.post(
        "/client/v1/sessions", json={"email": ROSA, "password": ACCEPTED["password"]}
    )
    assert before.status_code == 201, "the account is untouched"
    await firm.assert_proven()


async def test_an_unproven_account_of_the_address_is_no_hindrance(firm: Firm) -> None:
    """Anybody can register with her address; only she reads its mail."""
    squatter = await firm.http.post(
        "/client/v1/registrations",
        json={
            "company": {"legal_name": "Fremd Labs GmbH", "country": "DE", "currency": "EUR",
                        "billing_email": "x@example.org"},
            "owner": {"email": ROSA, "password": PASSWORD, "full_name": "Somebody Else"},
        },
    )  # fmt: skip
    assert squatter.status_code == 201
    _, rosa = await firm.join()
    assert (await rosa("GET", "/company")).json()["id"] == str(firm.company_id)


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
    other = await _firm(doors, firm.runtime)
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
