"""Settings: what production refuses, and that a database's promises are asked for."""

import pytest
from pydantic import SecretStr, ValidationError

from app.kit.db import Database, UnsafeServer, assert_guarantees
from app.settings import Environment, Settings


def production(**over: object) -> Settings:
    values: dict[str, object] = {
        "environment": Environment.PRODUCTION,
        "secret": SecretStr("x" * 40),
        "stripe_key": SecretStr("sk_test_something"),
        "stripe_webhook_secrets": (SecretStr("whsec_a"),),
        "stripe_connect_webhook_secrets": (SecretStr("whsec_b"),),
        "DATABASE_URL": "postgresql://somebody@db.example/lehrwerk",
        **over,
    }
    return Settings(**values)  # type: ignore[arg-type]


def test_production_starts_with_its_own_secrets() -> None:
    assert not production().is_development


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ({"secret": SecretStr("short")}, "LEHRWERK_SECRET"),
        ({"secret": Settings().secret}, "LEHRWERK_SECRET"),
        ({"stripe_key": Settings().stripe_key}, "LEHRWERK_STRIPE_KEY"),
        ({"stripe_webhook_secrets": Settings().stripe_webhook_secrets}, "WEBHOOK_SECRETS"),
        ({"stripe_connect_webhook_secrets": ()}, "WEBHOOK_SECRETS"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"allow_async_commit": True}, "ASYNC_COMMIT"),
    ],
)
def test_production_refuses_defaults(over: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        production(**over)


async def test_a_server_that_would_lose_commits_is_refused(shared_database: Database) -> None:
    with pytest.raises(UnsafeServer, match="fsync"):
        await assert_guarantees(shared_database)
