"""Invited by mail, joined with the token, and every way in which that must not work."""

from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, text

from app.api.door import Runtime
from app.companies.tables import CompanyInvitation
from app.identity.tables import User
from tests.factories import people
from tests.factories.accounts import PASSWORD, advance
from tests.factories.firm import ACCEPTED, INVITED, ROSA, Firm, firm_at
from tests.factories.hiring_doors import Caller
from tests.factories.mailbox import mails, token_in
from tests.factories.working import run_waiting


@pytest_asyncio.fixture
async def firm(doors: httpx.AsyncClient, runtime: Runtime) -> Firm:
    return await firm_at(doors, runtime)


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
    other = await firm_at(doors, firm.runtime)
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
