"""Secrets are nowhere: not in the database, not in a log line, wherever they were put."""

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.api.door import Runtime
from app.jobs import mail
from app.kit.db import Database
from app.main import toolbox_of
from tests.factories.accounts import PASSWORD, account

CANARY = "canary-password-7331"


async def _everything(database: Database) -> str:
    """Every row of every table as text; bytes as hex."""
    async with database.begin() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        found = []
        for table in tables.all():
            rows = await session.scalars(text(f'SELECT row_to_json(t)::text FROM "{table}" t'))
            found += rows.all()
    return "\n".join(found)


def _assert_absent(secrets: dict[str, str], where: str) -> None:
    for name, secret in secrets.items():
        assert secret not in where, name
        assert secret.encode().hex() not in where, name


async def test_no_secret_is_stored_or_logged(
    doors: httpx.AsyncClient, runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    staff = await account(runtime, "finance")
    owner = await account(runtime, "client", verified=False)
    secrets = {"password": PASSWORD, "canary": CANARY, "totp": str(staff.totp_secret)}

    async def say(path: str, body: dict[str, object], **headers: str) -> httpx.Response:
        return await doors.post(path, json=body, headers=headers)

    for who in (staff, owner):
        said = who.said(runtime.clock.now())
        answer = await say(f"/{who.door}/v1/sessions", said, **{"Idempotency-Key": str(uuid4())})
        tokens = answer.json()["session"]
        secrets[f"{who.door} access"] = tokens["access_token"]
        secrets[f"{who.door} refresh"] = tokens["refresh_token"]
        for misplaced in (
            {**said, "password": CANARY},
            {**said, "email": CANARY},
            {**said, CANARY: CANARY},
            {"refresh_token": CANARY},
        ):
            await say(f"/{who.door}/v1/sessions", misplaced)
            await say(f"/{who.door}/v1/sessions/refresh", misplaced)
        again = await say(
            f"/{who.door}/v1/sessions/refresh", {"refresh_token": tokens["refresh_token"]}
        )
        secrets[f"{who.door} second"] = again.json()["session"]["access_token"]
    made = await say(
        "/client/v1/api-keys",
        {"name": "key", "scopes": ["time:read"]},
        Authorization=f"Bearer {secrets['client second']}",
        **{"Idempotency-Key": str(uuid4())},
    )
    secrets["key"] = made.json()["secret"].split(".")[1]
    await doors.get("/client/v1/api-keys", headers={"Authorization": f"Bearer {CANARY}"})

    await mail.send_verification_mail(toolbox_of(runtime), {"user_id": str(owner.user_id)})
    letter = next((runtime.settings.data_dir / "mail").glob("*.eml")).read_text()
    token = letter.split("#token=")[1].split()[0]
    secrets["mailed"] = token
    await say("/client/v1/email-verifications", {"token": token, CANARY: CANARY})
    await say("/client/v1/email-verifications", {"token": token})
    await say("/client/v1/password-resets", {"email": owner.email})
    await say("/client/v1/password-resets/confirmation", {"token": token, "password": CANARY})

    stored = await _everything(runtime.database)
    assert owner.email in stored  # the scan does see what is there
    assert made.json()["prefix"].removeprefix("lwk_") in stored
    _assert_absent(secrets, stored)
    logged = capsys.readouterr()
    assert "sign_in_refused" in logged.out
    _assert_absent({**secrets, "address": owner.email}, logged.out + logged.err)
