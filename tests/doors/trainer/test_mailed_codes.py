"""A trainer changes where her money goes only with a code that was mailed to her just now."""

import re
from datetime import datetime

import httpx
import pytest_asyncio
from sqlalchemy import select, update

from app.api.door import Runtime
from app.identity.tables import OneTimeToken, SignInSession, User
from app.payouts.tables import PayoutAccount
from tests.factories import mailbox, people
from tests.factories.working import run_waiting

CODES = "/trainer/v1/sessions/current/second-factor/codes"
CONFIRM = "/trainer/v1/sessions/current/second-factor"
CHANGE = "/trainer/v1/me/payout-account/onboarding"
Headers = dict[str, str]


@pytest_asyncio.fixture
async def bearer(runtime: Runtime, now: datetime) -> Headers:
    """A trainer to whose account money goes already."""
    async with runtime.database.begin() as session:
        trainer = await people.trainer(session, now=now)
        token = await people.token(session, trainer.user_id, now=now)
        await session.execute(update(SignInSession).values(second_factor_at=None))
        session.add(
            PayoutAccount(
                trainer_id=trainer.id, state="created", ready=True, missing=[], intended_at=now,
                provider_account_id="acct_x", fetched_at=now,
            )
        )  # fmt: skip
    return {"Authorization": f"Bearer {token}"}


async def mailed(runtime: Runtime, doors: httpx.AsyncClient, bearer: Headers) -> str:
    """Ask for a code and read it in the mailbox."""
    assert (await doors.post(CODES, headers=bearer)).status_code == 202
    await run_waiting(runtime)
    async with runtime.database.begin() as session:
        address = await session.scalar(select(User.email).where(User.door == "trainer"))
    assert address is not None
    body = mailbox.mails(runtime, address)[-1].get_content().replace("\r", "")
    found = re.search(r"^\d{6}$", body, re.M)
    assert found is not None
    return found[0]


async def shown(doors: httpx.AsyncClient, bearer: Headers, code: str) -> int:
    return (await doors.post(CONFIRM, json={"otp": code}, headers=bearer)).status_code


async def test_a_code_is_good_once_and_opens_the_way_to_a_new_account(
    runtime: Runtime, doors: httpx.AsyncClient, bearer: Headers
) -> None:
    refused = await doors.post(CHANGE, headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "fresh_second_factor_needed")
    first = await mailed(runtime, doors, bearer)
    second = await mailed(runtime, doors, bearer)
    if first != second:
        assert await shown(doors, bearer, first) == 403  # a newer one stands in its place
    async with runtime.database.begin() as session:
        kept = await session.scalars(select(OneTimeToken.token_hash))
        assert not [each for each in kept if second.encode() in each]
    assert await shown(doors, bearer, second) == 201
    assert await shown(doors, bearer, second) == 403
    # Let in; there is no provider here that would answer.
    assert (await doors.post(CHANGE, headers=bearer)).status_code == 503

    late = await mailed(runtime, doors, bearer)
    runtime.clock.set_offset(601)
    assert await shown(doors, bearer, late) == 403


async def test_guessing_ends_after_ten_tries(
    runtime: Runtime, doors: httpx.AsyncClient, bearer: Headers
) -> None:
    right = await mailed(runtime, doors, bearer)
    wrong = "000000" if right != "000000" else "000001"
    assert [await shown(doors, bearer, wrong) for _ in range(11)] == [403] * 10 + [429]
    assert await shown(doors, bearer, right) == 429
    statuses = [(await doors.post(CODES, headers=bearer)).status_code for _ in range(6)]
    assert statuses[-1] == 429
