"""How often one may guess, and whom a lock must not hit."""

from collections import Counter
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY

from app.api.door import Runtime
from app.main import build_app
from app.settings import Settings
from tests.factories.accounts import Account, account, advance, signed_in

ATTEMPTS = 4


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, allow_async_commit=True, attempts_per_window=ATTEMPTS)


class _Places:
    """The same application, reached from any network address."""

    def __init__(self, runtime: Runtime) -> None:
        self._app = build_app(runtime)

    def at(self, address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self._app, client=(address, 4711))
        return httpx.AsyncClient(transport=transport, base_url="http://lehrwerk.test")


def _checked() -> float:
    """How many passwords were compared with a hash in this process."""
    counted = REGISTRY.get_sample_value("lehrwerk_password_checks_total")
    assert counted is not None
    return counted


async def _guess(client: httpx.AsyncClient, who: Account, runtime: Runtime) -> httpx.Response:
    said = who.said(runtime.clock.now(), password="a-wrong-guess-of-mine")
    return await client.post(f"/{who.door}/v1/sessions", json=said)


async def test_after_some_failures_an_address_has_to_wait(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "client")
    for _ in range(ATTEMPTS):
        assert (await _guess(doors, who, runtime)).status_code == 401
    locked = await _guess(doors, who, runtime)
    assert locked.status_code == 429
    assert locked.json()["code"] == "too_many_attempts"
    assert 0 < int(locked.headers["retry-after"]) <= 900
    right = await doors.post("/client/v1/sessions", json=who.said(runtime.clock.now()))
    assert right.status_code == 429
    advance(runtime, minutes=15)
    await signed_in(doors, runtime, who)


async def test_known_and_unknown_accounts_are_limited_alike(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "trainer")
    seen: dict[str, list[tuple[int, str]]] = {}
    for email in (who.email, "nobody@example.org"):
        answers = []
        for _ in range(ATTEMPTS + 2):
            said = {"email": email, "password": "a-wrong-guess-of-mine"}
            answer = await doors.post("/trainer/v1/sessions", json=said)
            body = answer.json()
            body.pop("request_id")
            answers.append((answer.status_code, str(body)))
        seen[email] = answers
        advance(runtime, hours=1)
    assert seen[who.email] == seen["nobody@example.org"]


async def test_success_is_not_counted(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    who = await account(runtime, "client")
    for _ in range(3 * ATTEMPTS):
        await signed_in(doors, runtime, who)


async def test_a_flood_from_many_addresses_reaches_few_hashes_and_locks_nobody_out(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "client")
    await signed_in(doors, runtime, who)
    before = _checked()
    statuses, places = Counter[int](), _Places(runtime)
    for place in range(30):
        async with places.at(f"192.0.2.{place}") as stranger:
            for _ in range(2):
                statuses[(await _guess(stranger, who, runtime)).status_code] += 1
    assert _checked() - before == statuses[401] == ATTEMPTS
    assert statuses[429] == 60 - ATTEMPTS
    await signed_in(doors, runtime, who)
    async with places.at("203.0.113.9") as elsewhere:
        said = who.said(runtime.clock.now())
        assert (await elsewhere.post("/client/v1/sessions", json=said)).status_code == 429
        advance(runtime, minutes=15)
        assert (await elsewhere.post("/client/v1/sessions", json=said)).status_code == 201


async def test_a_forwarded_header_of_the_callers_own_changes_nothing(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "operations")
    for turn in range(ATTEMPTS + 1):
        answer = await doors.post(
            "/operations/v1/sessions",
            json=who.said(runtime.clock.now(), password="a-wrong-guess-of-mine"),
            headers={"X-Forwarded-For": f"198.51.100.{turn}"},
        )
    assert answer.status_code == 429


async def test_every_sign_in_costs_one_verification(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "client")
    for email, expected in ((who.email, 401), ("nobody@example.org", 401)):
        before = _checked()
        said = {"email": email, "password": "a-wrong-guess-of-mine"}
        answer = await doors.post("/client/v1/sessions", json=said)
        assert answer.status_code == expected
        assert _checked() == before + 1
    before = _checked()
    await signed_in(doors, runtime, who)
    assert _checked() == before + 1


async def test_a_mailbox_is_not_filled_with_resets(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    who = await account(runtime, "trainer")
    statuses, places = [], _Places(runtime)
    for place in range(ATTEMPTS + 2):
        async with places.at(f"192.0.2.{place}") as stranger:
            answer = await stranger.post("/trainer/v1/password-resets", json={"email": who.email})
            statuses.append(answer.status_code)
    assert statuses == [202] * ATTEMPTS + [429] * 2
    other = await doors.post("/trainer/v1/password-resets", json={"email": "b@example.org"})
    assert other.status_code == 202


async def test_made_up_tokens_are_limited(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    for door, (path, more) in (
        ("client", ("email-verifications", {})),
        ("trainer", ("password-resets/confirmation", {"password": "a-new-long-sentence"})),
    ):
        for turn in range(ATTEMPTS + 1):
            answer = await doors.post(
                f"/{door}/v1/{path}", json={"token": f"made-up-{turn}", **more}
            )
            assert answer.status_code == (422 if turn < ATTEMPTS else 429)
        advance(runtime, minutes=15)
