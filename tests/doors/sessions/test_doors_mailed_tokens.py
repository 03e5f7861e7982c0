"""Proving an address and setting a new password, with the mail that the job really writes."""

from email.message import EmailMessage

import httpx
import pytest
from sqlalchemy import func, select, text

from app.api.door import Runtime
from app.domain.errands import Errand
from app.identity.tables import User
from app.jobs import mail
from app.main import toolbox_of
from app.notices.tables import MailDelivery
from tests.factories.accounts import Account, account, advance, bearer, signed_in
from tests.factories.mailbox import mails, token_in

BOTH = ("client", "trainer")
NEW_PASSWORD = "quite-another-sentence"


async def _verification(runtime: Runtime, who: Account) -> EmailMessage:
    await mail.send_verification_mail(toolbox_of(runtime), {"user_id": str(who.user_id)})
    return mails(runtime, who.email)[-1]


async def _reset(doors: httpx.AsyncClient, runtime: Runtime, who: Account) -> str:
    """Ask at the door, run the job that this left, read the mail."""
    asked = await doors.post(f"/{who.door}/v1/password-resets", json={"email": who.email})
    assert asked.status_code == 202
    assert asked.json() == {"state": "accepted"}
    await mail.send_password_reset_mail(toolbox_of(runtime), {"user_id": str(who.user_id)})
    return token_in(mails(runtime, who.email)[-1], runtime)


async def test_an_address_is_proved_once_and_a_repeat_is_no_fault(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in BOTH:
        who = await account(runtime, door, verified=False)
        token = token_in(await _verification(runtime, who), runtime)
        other = "trainer" if door == "client" else "client"
        crossed = await doors.post(f"/{other}/v1/email-verifications", json={"token": token})
        assert crossed.status_code == 422
        for _ in range(2):
            answer = await doors.post(f"/{door}/v1/email-verifications", json={"token": token})
            assert answer.status_code == 200
            assert answer.json() == {"state": "verified"}
        async with runtime.database.begin() as session:
            row = await session.get(User, who.user_id)
            assert row is not None
            assert row.email_verified_at is not None
        await mail.send_verification_mail(toolbox_of(runtime), {"user_id": str(who.user_id)})
        assert len(mails(runtime, who.email)) == 1  # a verified address gets no second one


async def test_a_token_ends(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    who = await account(runtime, "client", verified=False)
    token = token_in(await _verification(runtime, who), runtime)
    advance(runtime, hours=48)
    late = await doors.post("/client/v1/email-verifications", json={"token": token})
    unknown = await doors.post("/client/v1/email-verifications", json={"token": "made-up"})
    for answer in (late, unknown):
        assert answer.status_code == 422
        assert answer.json()["code"] == "link_not_valid"
    token = await _reset(doors, runtime, who)
    advance(runtime, hours=1)
    said = {"token": token, "password": NEW_PASSWORD}
    late = await doors.post("/client/v1/password-resets/confirmation", json=said)
    assert late.status_code == 422


async def test_a_reset_sets_the_password_and_ends_every_session(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in BOTH:
        who = await account(runtime, door)
        phone = await signed_in(doors, runtime, who)
        token = await _reset(doors, runtime, who)
        path = f"/{door}/v1/password-resets/confirmation"
        short = await doors.post(path, json={"token": token, "password": "short"})
        assert short.status_code == 422
        assert "short" not in short.json()["detail"]
        answer = await doors.post(path, json={"token": token, "password": NEW_PASSWORD})
        assert answer.status_code == 200
        assert answer.json() == {"state": "reset"}

        gone = await doors.delete(f"/{door}/v1/sessions/current", headers=phone)
        assert gone.status_code == 401
        old = await doors.post(f"/{door}/v1/sessions", json=who.said(runtime.clock.now()))
        assert old.status_code == 401
        said = who.said(runtime.clock.now(), password=NEW_PASSWORD)
        assert (await doors.post(f"/{door}/v1/sessions", json=said)).status_code == 201
        again = await doors.post(path, json={"token": token, "password": "a-third-long-sentence"})
        assert again.status_code == 422
        assert again.json()["code"] == "link_not_valid"


async def test_one_reset_voids_the_tokens_of_earliermails(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "trainer")
    first, second = [await _reset(doors, runtime, who) for _ in range(2)]
    assert first != second
    path = "/trainer/v1/password-resets/confirmation"
    used = await doors.post(path, json={"token": second, "password": NEW_PASSWORD})
    assert used.status_code == 200
    stale = await doors.post(path, json={"token": first, "password": NEW_PASSWORD})
    assert stale.status_code == 422


async def test_a_token_is_good_for_its_own_purpose_only(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "client", verified=False)
    verification = token_in(await _verification(runtime, who), runtime)
    said = {"token": verification, "password": NEW_PASSWORD}
    answer = await doors.post("/client/v1/password-resets/confirmation", json=said)
    assert answer.status_code == 422
    reset = await _reset(doors, runtime, who)
    answer = await doors.post("/client/v1/email-verifications", json={"token": reset})
    assert answer.status_code == 422


async def test_asking_for_a_reset_tells_nothing(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    for door in BOTH:
        who = await account(runtime, door)
        answers = []
        for address in (who.email, "nobody@example.org"):
            answer = await doors.post(f"/{door}/v1/password-resets", json={"email": address})
            answers.append((answer.status_code, answer.text, set(answer.headers)))
        assert answers[0] == answers[1]
    async with runtime.database.begin() as session:
        left = await session.scalar(
            text("SELECT count(*) FROM pgqueuer WHERE entrypoint = :errand"),
            {"errand": Errand.SEND_PASSWORD_RESET_MAIL.value},
        )
        assert left == 4  # the errand for nobody is left too: as much work, as much time
        payloads = (await session.execute(text("SELECT payload FROM pgqueuer"))).scalars()
        assert all(b"@" not in payload for payload in payloads)
        assert await session.scalar(select(func.count()).select_from(MailDelivery)) == 0


async def test_the_errand_for_nobody_writes_to_nobody(runtime: Runtime) -> None:
    who = await account(runtime, "client")
    async with runtime.database.begin() as session:
        row = await session.get(User, who.user_id)
        assert row is not None
        row.disabled_at = runtime.clock.now()
    nobody = {"user_id": "00000000-0000-7000-8000-000000000000"}
    for payload in (nobody, {"user_id": str(who.user_id)}):
        await mail.send_verification_mail(toolbox_of(runtime), payload)
        await mail.send_password_reset_mail(toolbox_of(runtime), payload)
    assert not (runtime.settings.data_dir / "mail").exists()


async def test_registering_with_somebodys_address_takes_nothing_from_them(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    owner = await account(runtime, "client", email="ada@example.org")
    second = await account(runtime, "client", email="Ada@Example.org", verified=False)
    message = await _verification(runtime, second)
    assert message["Subject"] == "You already have an account"
    assert "token" not in message.get_content()
    await signed_in(doors, runtime, owner)
    token = await _reset(doors, runtime, owner)
    said = {"token": token, "password": NEW_PASSWORD}
    answer = await doors.post("/client/v1/password-resets/confirmation", json=said)
    assert answer.status_code == 200


async def test_the_first_to_prove_an_address_has_it(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    squatter = await account(runtime, "trainer", email="erika@example.org", verified=False)
    erika = await account(runtime, "trainer", email="erika@example.org", verified=False)
    late, early = [
        token_in(await _verification(runtime, who), runtime) for who in (squatter, erika)
    ]
    path = "/trainer/v1/email-verifications"
    assert (await doors.post(path, json={"token": early})).status_code == 200
    refused = await doors.post(path, json={"token": late})
    assert refused.status_code == 422
    assert refused.json()["code"] == "link_not_valid"


async def test_a_reset_of_an_unproved_account_leaves_no_key_behind(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    squatter = await account(runtime, "client", email="ada@example.org", verified=False)
    headers = await signed_in(doors, runtime, squatter)
    made = await doors.post(
        "/client/v1/api-keys", headers=headers, json={"name": "mine", "scopes": ["time:read"]}
    )
    key = bearer(made.json()["secret"])
    assert (await doors.get("/client/v1/api-keys", headers=key)).status_code == 403
    token = await _reset(doors, runtime, squatter)
    said = {"token": token, "password": NEW_PASSWORD}
    answer = await doors.post("/client/v1/password-resets/confirmation", json=said)
    assert answer.status_code == 200
    assert (await doors.get("/client/v1/api-keys", headers=key)).status_code == 401
    async with runtime.database.begin() as session:
        row = await session.get(User, squatter.user_id)
        assert row is not None
        assert row.email_verified_at is not None


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Confirm your e-mail address"), ("de", "Bestätigen Sie Ihre E-Mail-Adresse")],
)
async def test_mails_speak_the_users_language(
    runtime: Runtime, language: str, subject: str
) -> None:
    who = await account(runtime, "trainer", verified=False, language=language)
    message = await _verification(runtime, who)
    assert message["Subject"] == subject
    assert "Vera" not in message.get_content()
