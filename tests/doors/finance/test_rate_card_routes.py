"""Rate cards over the finance door."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from app.api.door import Runtime
from tests.factories import people

PATH = "/finance/v1/rate-cards"
CARD: dict[str, Any] = {
    "domain": "medicine",
    "pay_cap": {"minor": 25_000, "currency": "USD"},
    "bill_cap": {"minor": 32_000, "currency": "USD"},
}


@pytest.fixture
async def headers(runtime: Runtime, now: datetime) -> dict[str, str]:
    async with runtime.database.begin() as session:
        user = await people.user(session, now=now, door="finance")
        return {"Authorization": f"Bearer {await people.token(session, user.id, now=now)}"}


async def test_set_and_listed(doors: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await doors.post(PATH, json=CARD, headers=headers)
    assert answer.status_code == 201, answer.text
    card = answer.json()
    assert (card["country_band"], card["pay_cap"]["minor"]) == ("*", 25_000)
    listed = (await doors.get(PATH, headers=headers)).json()
    assert listed == {"items": [card], "next_cursor": None}


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"domain": "alchemy"}, "invalid_values"),
        ({"effective_at": "2020-01-01T00:00:00Z"}, "invalid_values"),
        ({"bill_cap": {"minor": 1, "currency": "EUR"}}, "invalid_values"),
        ({"country_band": "D"}, "invalid_shape"),
        ({"pay_cap": {"minor": 0, "currency": "USD"}}, "invalid_shape"),
        ({"margin": 3}, "invalid_shape"),
    ],
)
async def test_refused(
    doors: httpx.AsyncClient, headers: dict[str, str], over: dict[str, Any], code: str
) -> None:
    answer = await doors.post(PATH, json={**CARD, **over}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_for_finance_only(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> None:
    assert (await doors.get(PATH)).status_code == 401
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        owner = await people.owner_of(session, company.id)
        token = await people.token(session, owner, now=now)
    answer = await doors.post(PATH, json=CARD, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
