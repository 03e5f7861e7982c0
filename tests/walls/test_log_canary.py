"""What must never be in a log line is sent in by every way, also by those that end in a fault."""

import contextlib
import io
import logging
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import text

from app.kit import logs
from tests.factories import quick
from tests.walls import documents
from tests.walls.authorisation_matrix import MATRIX
from tests.walls.test_authorisation import RIGHTFUL, request_of
from tests.walls.world import BILL_MINOR, PAY_MINOR, Desk, World

PASSWORD = "canary-password-5a31e0"
IBAN = "DE02120300000000202051"
SECRETS = {
    "password": PASSWORD,
    "refresh token": "lwr_canaryRefresh9c2b",
    "access token": "lwa_canaryAccess77d1",
    "API key": "lwk_canarycanary.Secret41f6",
    "webhook signature": "canarysignature0e8d",
    "webhook secret": "whsec_canary93ab",
    "one-time code": "link-token-canary-6b7f",
    "IBAN": IBAN,
    "document number": "1234567893",
    "address": "canary.address@example.org",
    "push token": "dQw4w9WgXcQ",  # of the example with which the matrix registers a phone
    "bill rate": str(BILL_MINOR),
    "pay rate": str(PAY_MINOR),
}


@contextlib.contextmanager
def logged(log_format: str) -> Iterator[io.StringIO]:
    """Everything that a process with our set-up writes meanwhile."""
    before, written = structlog.get_config(), io.StringIO()
    with contextlib.redirect_stderr(written):
        logs.set_up(log_format)
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": False})
    try:
        yield written
    finally:
        structlog.configure(**before)


def betrayed(written: str) -> list[str]:
    plain = re.sub(r"(?<=[0-9A-Z]) (?=[0-9A-Z])", "", written)
    return [name for name, secret in SECRETS.items() if secret in written or secret in plain]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def desk(world: World) -> AsyncIterator[Desk]:
    async with world.rolled_back() as opened:
        yield opened


def _said(world: World) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    owner = {"email": SECRETS["address"], "password": PASSWORD, "full_name": "Vera Musterfrau"}
    company = {"legal_name": "Beispiel Labs Inc.", "country": "US", "currency": "USD",
               "billing_email": SECRETS["address"]}  # fmt: skip
    yield "POST", "/client/v1/registrations", None, {"company": company, "owner": owner}
    for door in documents.DOORS:
        sign_in = {"email": SECRETS["address"], "password": PASSWORD}
        yield "POST", f"/{door}/v1/sessions", None, sign_in
        yield "POST", f"/{door}/v1/sessions", None, {"email": PASSWORD, "password": 17}
        renewal = {"refresh_token": SECRETS["refresh token"]}
        yield "POST", f"/{door}/v1/sessions/refresh", None, renewal
    reset = {"token": SECRETS["one-time code"], "password": PASSWORD}
    yield "POST", "/client/v1/password-resets/confirmation", None, reset
    yield "POST", "/client/v1/email-verifications", None, {"token": SECRETS["one-time code"]}
    issuer = next(each for each in documents.operations() if each.id == "set_issuer_profile")
    _, path, said = request_of(issuer, MATRIX[str(issuer)], world)
    yield "PUT", path, "finance", said["json"]
    yield "PUT", path, "finance", {**said["json"], "iban": IBAN + "0", "bic": PASSWORD}


async def _drive(desk: Desk, world: World) -> None:
    for method, path, actor, said in _said(world):
        await desk.ask(method, path, headers=world.headers(actor), json=said)
    for name in ("access token", "API key", "password"):
        headers = {"Authorization": f"Bearer {SECRETS[name]}"}
        await desk.ask("GET", "/client/v1/company", headers=headers)
        await desk.ask("GET", f"/client/v1/company?token={SECRETS[name]}", headers=headers)
    for header in (f"t=1,v1={SECRETS['webhook signature']}", SECRETS["webhook secret"]):
        await desk.ask("POST", "/webhooks/stripe", headers={"Stripe-Signature": header},
                       content=b'{"id": "evt_1"}')  # fmt: skip
    for operation in documents.operations():
        rule = MATRIX[str(operation)]
        if rule.alone:
            continue
        method, path, said = request_of(operation, rule, world)
        actor = None if operation.public else RIGHTFUL[operation.door]
        await desk.ask(method, path, headers=world.headers(actor), **said)


@pytest.mark.parametrize("log_format", quick.first(["json", "console"]))
async def test_no_log_line_betrays_anything(desk: Desk, world: World, log_format: str) -> None:
    with logged(log_format) as written:
        await _drive(desk, world)
    lines = written.getvalue()
    assert lines.count("answered") > 100
    assert betrayed(lines) == []
    tokens = [who for who, token in world.tokens.items() if token in lines]
    assert tokens == []


async def test_faults_are_logged_without_the_values_of_their_statements(
    desk: Desk, world: World
) -> None:
    """A statement that fails carries its parameters into the message, unless told not to."""
    project = f"/client/v1/projects/{world.things['draft']}/positions"
    position = {"title": PASSWORD, "domain": "medicine", "seats": 2, "requirements": {},
                "bill_rate_cap": {"minor": BILL_MINOR, "currency": "USD"},
                "weekly_minutes": 600, "starts_on": world.now.date().isoformat()}  # fmt: skip
    outer = await desk.connection.begin()
    await desk.connection.execute(text("ALTER TABLE positions RENAME TO gone"))
    with logged("json") as written:
        answer = await desk.client.post(project, headers=world.headers("owner"), json=position)
    await outer.rollback()
    assert answer.status_code == 503
    lines = written.getvalue()
    assert "database_fault" in lines
    assert "positions" in lines
    assert betrayed(lines) == []
    assert PASSWORD not in answer.text


def test_what_writes_whole_addresses_is_kept_quiet() -> None:
    with logged("json"):
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)


def test_a_secret_in_an_error_of_somebody_elses_is_masked() -> None:
    """Libraries put keys into their messages."""
    with logged("json") as written:
        try:
            raise RuntimeError(f"refused {SECRETS['API key']} and sk_test_canary4711")
        except RuntimeError as error:
            structlog.get_logger("canary").error("fault", exc_info=error)
    assert "RuntimeError" in written.getvalue()
    assert betrayed(written.getvalue()) == []
    assert "canary4711" not in written.getvalue()


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ('{"event": "x", "body": "canary-password-5a31e0"}', "password"),
        ("iban=DE02 1203 0000 0000 2020 51", "IBAN"),
        ('{"sum": 733137}', "bill rate"),
    ],
)
def test_the_search_bites(line: str, secret: str) -> None:
    assert secret in betrayed(line)
