"""Accounts that can really sign in: with a password, and for staff with an authenticator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pyotp

from app.api.door import Runtime
from app.identity import accounts, grants, passwords, staff
from app.identity.tables import User
from app.kit.ids import new_id

PASSWORD = "a-long-made-up-sentence"
DOORS = ("client", "trainer", "finance", "operations")
_ROLE = {"client": "owner", "trainer": "trainer"}


@dataclass(frozen=True)
class Account:
    door: str
    email: str
    password: str
    user_id: UUID
    subject_id: UUID | None
    totp_secret: str | None

    def said(self, now: datetime, **over: object) -> dict[str, object]:
        """The body of a sign-in; for staff with the code that the authenticator shows at `now`."""
        body: dict[str, object] = {"email": self.email, "password": self.password}
        if self.totp_secret is not None:
            body["otp"] = pyotp.TOTP(self.totp_secret).at(now)
        return {**body, **over}


async def account(
    runtime: Runtime,
    door: str,
    *,
    email: str | None = None,
    role: str | None = None,
    verified: bool = True,
    language: str = "en",
) -> Account:
    """Somebody who can sign in at `door`; at client and trainer with a grant."""
    now, address = runtime.clock.now(), email or f"{new_id().hex}@example.org"
    async with runtime.database.begin() as session:
        if door in ("finance", "operations"):
            made = await staff.create_staff(
                session,
                email=address,
                role=door,
                password=PASSWORD,
                settings=runtime.settings,
                now=now,
            )
            user_id = await accounts.verified_user_id(session, door=door, email=address)
            assert user_id is not None
            return Account(door, address, PASSWORD, user_id, None, made.totp_secret)
        user_id = await accounts.open_user(
            session,
            door=door,
            email=address,
            password_hash=await passwords.hash_password(PASSWORD),
            full_name="Vera Musterfrau",
            language=language,
            now=now,
        )
        subject_id = new_id()
        await grants.grant(
            session, user_id=user_id, subject_id=subject_id, role=role or _ROLE[door]
        )
        if verified:
            row = await session.get(User, user_id)
            assert row is not None
            row.email_verified_at = now
        return Account(door, address, PASSWORD, user_id, subject_id, None)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def signed_in(doors: httpx.AsyncClient, runtime: Runtime, who: Account) -> dict[str, str]:
    """The headers of a fresh session, through the door."""
    answer = await doors.post(f"/{who.door}/v1/sessions", json=who.said(runtime.clock.now()))
    assert answer.status_code == 201, answer.text
    return bearer(answer.json()["session"]["access_token"])


def advance(runtime: Runtime, **delta: float) -> None:
    """Move the clock of this process forward."""
    runtime.clock.set_offset(runtime.clock.offset_seconds + int(timedelta(**delta).total_seconds()))
