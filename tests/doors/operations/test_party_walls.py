"""Planted figures stay on their side: a fee with finance, an asking rate with the trainer."""

from collections.abc import Iterator
from typing import Any

import httpx
from sqlalchemy import text

from app.api.door import Runtime
from tests.factories import people

FEE_BPS = 5_475
ASKING_MINOR = 331_744


def _values(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _values(value)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value)
    else:
        yield node


async def test_fees_and_asking_rates_stay_where_they_belong(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        erika = await people.trainer(session, now=now, asking_pay_minor=ASKING_MINOR)
        await people.credential(session, erika.id, now=now, state="claimed")
        operator = await people.user(session, now=now, door="operations")
        officer = await people.user(session, now=now, door="finance")
        owner_id = await people.owner_of(session, company.id)
        tokens = {
            door: await people.token(session, user_id, now=now)
            for door, user_id in {
                "client": owner_id,
                "trainer": erika.user_id,
                "operations": operator.id,
                "finance": officer.id,
            }.items()
        }

    async def get(door: str, path: str) -> set[Any]:
        headers = {"Authorization": f"Bearer {tokens[door]}"}
        answer = await doors.get(f"/{door}/v1{path}", headers=headers)
        assert answer.status_code == 200
        return set(_values(answer.json()))

    fee = await doors.put(
        f"/finance/v1/companies/{company.id}/fee-terms",
        json={"fee_bps": FEE_BPS},
        headers={"Authorization": f"Bearer {tokens['finance']}"},
    )
    assert fee.status_code == 200
    assert FEE_BPS in await get("finance", "/companies")
    assert ASKING_MINOR in await get("trainer", "/me")
    for door, path in (
        ("client", "/company"),
        ("trainer", "/me"),
        ("trainer", "/me/credentials"),
        ("operations", "/credential-checks"),
    ):
        seen = await get(door, path)
        assert FEE_BPS not in seen
        assert door == "trainer" or ASKING_MINOR not in seen


async def test_nothing_said_in_secret_is_stored_readably(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    """A kept answer holds the tokens of a registration; the password is nowhere."""
    body = {
        "email": "erika@klinik.example",
        "password": "a canary in a coal mine",
        "full_name": "Erika Beispiel",
        "country": "DE",
        "timezone": "Europe/Berlin",
    }
    answer = await doors.post(
        "/trainer/v1/registrations", json=body, headers={"Idempotency-Key": "once"}
    )
    token = answer.json()["session"]["access_token"]
    async with runtime.database.begin() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        for table in tables:
            rows = await session.scalars(text(f'SELECT t::text FROM "{table}" t'))
            for row in rows:
                assert "canary in a coal" not in row
                assert token not in row
                assert b"canary in a coal".hex() not in row
                assert token.encode().hex() not in row
