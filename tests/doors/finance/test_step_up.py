"""What moves money asks for a code that was shown a short while ago."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pyotp
import pytest
import pytest_asyncio
from sqlalchemy import update

from app.api.door import Runtime
from app.identity import second_factor
from app.identity.tables import SignInSession
from tests.factories import people

SECRET = pyotp.random_base32()
CONFIRM = "/finance/v1/sessions/current/second-factor"


@pytest_asyncio.fixture
async def bearer(runtime: Runtime, now: datetime) -> dict[str, str]:
    """Somebody in finance whose code was shown a day ago."""
    id_ = uuid4()
    async with runtime.database.begin() as session:
        sealed = second_factor.seal(SECRET, user_id=id_, settings=runtime.settings)
        staff = await people.user(
            session, now=now, door="finance", id=id_, totp_secret_sealed=sealed
        )
        token = await people.token(session, staff.id, now=now)
        await session.execute(
            update(SignInSession)
            .where(SignInSession.user_id == id_)
            .values(second_factor_at=now - timedelta(days=1))
        )
    return {"Authorization": f"Bearer {token}"}


async def run(doors: httpx.AsyncClient, bearer: dict[str, str]) -> httpx.Response:
    headers = {**bearer, "Idempotency-Key": str(uuid4())}
    return await doors.post("/finance/v1/payout-runs", json={}, headers=headers)


async def test_an_old_code_moves_no_money_and_a_new_one_does_also_in_weeks_to_come(
    doors: httpx.AsyncClient, runtime: Runtime, bearer: dict[str, str]
) -> None:
    refused = await run(doors, bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_second_factor_needed")
    assert (await doors.get("/finance/v1/payouts", headers=bearer)).status_code == 200
    code = pyotp.TOTP(SECRET).now()
    confirmed = await doors.post(CONFIRM, json={"otp": code}, headers=bearer)
    assert confirmed.status_code == 201
    assert (await run(doors, bearer)).status_code == 201
    again = await doors.post(CONFIRM, json={"otp": code}, headers=bearer)
    assert (again.status_code, again.json()["code"]) == (403, "second_factor_wrong")
    # The development clock jumps; who sits at the keyboard is the same as a second ago.
    runtime.clock.set_offset(1800)
    assert (await run(doors, bearer)).status_code == 201


REFUNDS = {
    f"/finance/v1/invoices/{UUID(int=7)}/refunds": {"purpose": "reopen"},
    f"/finance/v1/companies/{UUID(int=7)}/wallet-refunds": {},
}


@pytest.mark.parametrize("path", REFUNDS)
async def test_money_goes_back_on_a_fresh_code_alone(
    doors: httpx.AsyncClient, bearer: dict[str, str], path: str
) -> None:
    said = {"amount": {"minor": 100, "currency": "USD"}, "reason": "x", **REFUNDS[path]}
    answers = []
    for _ in range(2):
        headers = {**bearer, "Idempotency-Key": str(uuid4())}
        answers.append((await doors.post(path, json=said, headers=headers)).json()["code"])
        code = {"otp": pyotp.TOTP(SECRET).now()}
        await doors.post(CONFIRM, json=code, headers=bearer)
    assert answers[0] == "fresh_second_factor_needed"
    assert answers[1] in ("not_found", "nothing_to_refund")


async def test_guessing_codes_ends_soon(doors: httpx.AsyncClient, bearer: dict[str, str]) -> None:
    statuses = []
    for _ in range(7):
        answer = await doors.post(CONFIRM, json={"otp": "000000"}, headers=bearer)
        statuses.append(answer.status_code)
    assert statuses == [403] * 5 + [429] * 2
    right = await doors.post(CONFIRM, json={"otp": pyotp.TOTP(SECRET).now()}, headers=bearer)
    assert right.status_code == 429
