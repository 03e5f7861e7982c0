"""Push over the two services' own protocols, against stand-ins on real ports.

What no stand-in shows: TLS with Apple, and whether Apple and Google take our keys.
"""

import base64
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.domain.notices import Platform
from app.gateways.apns import ApnsKey, ApnsPusher
from app.gateways.fcm import FcmAccount, FcmPusher
from app.gateways.push import Push, PushOutcome
from app.gateways.signed_tokens import NotAKey
from tests.gateways.push.standing_in import Service, apple, google

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65_537, 2048)
PHONE = "0a" * 32
PUSH = Push(
    UUID("5a3c0f6e-9d14-4d0c-8f3e-2b7a51c6d901"),
    Platform.APNS,
    PHONE,
    "Stunden bestritten",
    "Antworten Sie bis morgen.",
    {"kind": "hours_contested", "about_id": "7c1e8f52-6a0b-4f7d-9f10-3e5b2d8c4a17"},
)
OUTCOMES = PushOutcome


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, signed bytes and signature."""
    raw = [base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)) for p in token.split(".")]
    signed = token.rsplit(".", 1)[0].encode()
    return json.loads(raw[0]), json.loads(raw[1]), signed, raw[2]


@pytest_asyncio.fixture
async def apns() -> AsyncIterator[tuple[Service, ApnsPusher]]:
    async with apple() as service:
        key = ApnsKey("TEAM", "KEY1", "example.lehrwerk.app", pem(EC_KEY), api_base=service.base)
        pusher = ApnsPusher(replace(key, timeout_s=5))
        yield service, pusher
        await pusher.close()


@pytest_asyncio.fixture
async def fcm() -> AsyncIterator[tuple[Service, FcmPusher]]:
    async with google() as service:
        pusher = FcmPusher(
            FcmAccount(
                "lehrwerk", "push@lehrwerk.example", pem(RSA_KEY),
                token_uri=f"{service.base}/token", api_base=service.base, timeout_s=5,
            )
        )  # fmt: skip
        yield service, pusher
        await pusher.close()


async def test_apple_is_told_by_http2_who_we_are_and_what_to_show(
    apns: tuple[Service, ApnsPusher],
) -> None:
    service, pusher = apns
    assert (await pusher.send(PUSH)).outcome is OUTCOMES.SENT
    assert (await pusher.send(PUSH)).outcome is OUTCOMES.SENT
    assert service.connections == 1
    first, second = service.heard
    assert first.path == f"/3/device/{PHONE}"
    alert = {"alert": {"title": PUSH.title, "body": PUSH.body}}
    assert first.said == {"aps": alert, **PUSH.data}
    assert first.headers["apns-topic"] == "example.lehrwerk.app"
    assert first.headers["apns-push-type"] == "alert"
    assert first.headers["apns-id"] == second.headers["apns-id"] == str(PUSH.id)
    assert first.headers["authorization"] == second.headers["authorization"]
    header, claims, signed, signature = parts(first.headers["authorization"].split(" ")[1])
    assert header == {"alg": "ES256", "kid": "KEY1"}
    assert claims["iss"] == "TEAM"
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    EC_KEY.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("status", "reason", "outcome"),
    [
        (410, "Unregistered", OUTCOMES.GONE),
        (400, "BadDeviceToken", OUTCOMES.REFUSED),
        (403, "ExpiredProviderToken", OUTCOMES.DELAYED),
        (429, "TooManyRequests", OUTCOMES.DELAYED),
        (503, "ServiceUnavailable", OUTCOMES.DELAYED),
        (0, "", OUTCOMES.UNKNOWN),
    ],
)
async def test_each_answer_of_apples_has_a_meaning(
    apns: tuple[Service, ApnsPusher], status: int, reason: str, outcome: PushOutcome
) -> None:
    service, pusher = apns
    service.answers = [(status, {"reason": reason})]
    pushed = await pusher.send(PUSH)
    assert pushed.outcome is outcome
    assert (await pusher.send(PUSH)).outcome is OUTCOMES.SENT


async def test_google_gets_a_signed_in_message(fcm: tuple[Service, FcmPusher]) -> None:
    service, pusher = fcm
    push = replace(PUSH, platform=Platform.FCM, token="f" * 40 + ":APA91b")
    for _ in range(2):
        assert (await pusher.send(push)).outcome is OUTCOMES.SENT
    sign_in, first, second = service.heard
    header, claims, signed, signature = parts(sign_in.form["assertion"])
    assert header["alg"] == "RS256"
    assert claims["aud"] == f"{service.base}/token"
    assert claims["exp"] - claims["iat"] == 3600
    RSA_KEY.public_key().verify(signature, signed, padding.PKCS1v15(), SHA256())
    assert first.path == "/v1/projects/lehrwerk/messages:send"
    assert first.headers["authorization"] == second.headers["authorization"] == "Bearer t1"
    message = first.said["message"]
    assert message["token"] == push.token
    assert message["notification"] == {"title": push.title, "body": push.body}
    assert message["data"] == push.data


def _fault(code: str | None, status: str) -> dict[str, Any]:
    details = [{"@type": "type.googleapis.com/x", "errorCode": code}] if code else []
    return {"error": {"code": 1, "status": status, "message": "quotes f f f", "details": details}}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (404, _fault("UNREGISTERED", "NOT_FOUND"), OUTCOMES.GONE),
        (404, _fault(None, "NOT_FOUND"), OUTCOMES.DELAYED),
        (400, _fault("INVALID_ARGUMENT", "INVALID_ARGUMENT"), OUTCOMES.REFUSED),
        (429, _fault("QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"), OUTCOMES.DELAYED),
        (500, {}, OUTCOMES.DELAYED),
        (0, {}, OUTCOMES.UNKNOWN),
    ],
)
async def test_each_answer_of_googles_has_a_meaning(
    fcm: tuple[Service, FcmPusher], status: int, body: dict[str, Any], outcome: PushOutcome
) -> None:
    service, pusher = fcm
    service.answers = [(status, body)]
    pushed = await pusher.send(replace(PUSH, token="f" * 40))
    assert pushed.outcome is outcome
    assert "quotes" not in pushed.code


async def test_a_revoked_access_token_is_replaced_once(fcm: tuple[Service, FcmPusher]) -> None:
    service, pusher = fcm
    service.answers = [(401, {})]
    assert (await pusher.send(replace(PUSH, token="f" * 40))).outcome is OUTCOMES.SENT
    assert [each.path for each in service.heard].count("/token") == 2


@pytest.mark.parametrize("token", ["../../v1/other", "a b", "x" * 5_000, ""])
async def test_a_token_cannot_lead_elsewhere(
    apns: tuple[Service, ApnsPusher], fcm: tuple[Service, FcmPusher], token: str
) -> None:
    for service, pusher in (apns, fcm):
        pushed = await pusher.send(replace(PUSH, token=token))
        assert pushed.outcome is OUTCOMES.GONE
        assert service.heard == []


async def test_a_service_that_is_away_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with apple() as service:
        base = service.base
    key = ApnsKey("TEAM", "KEY1", "example.lehrwerk.app", pem(EC_KEY), api_base=base)
    pusher = ApnsPusher(key)
    assert (await pusher.send(PUSH)).outcome is OUTCOMES.DELAYED
    await pusher.close()
    assert PHONE not in caplog.text
    assert "PRIVATE KEY" not in repr(key)
    assert PHONE not in repr(PUSH)


@pytest.mark.parametrize("text", ["", "no key", pem(RSA_KEY)])
def test_a_wrong_key_is_said_at_the_start(text: str) -> None:
    with pytest.raises(NotAKey) as raised:
        ApnsPusher(ApnsKey("TEAM", "KEY1", "t", text))
    assert raised.value.__cause__ is None
