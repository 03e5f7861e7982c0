"""Signing in, refreshing and signing out, at every door alike."""

import asyncio
from datetime import timedelta
from itertools import product

import httpx
import pyotp

from app.api.door import Runtime
from tests.factories.accounts import DOORS, account, advance, bearer, signed_in

# One application and database per test, and every door within it: a clone per door would be slow.

BAD_HEADERS: list[str | None] = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer nonsense",
    "Basic dXNlcjpwYXNz",
    "Bearer lwk_aaaaaaaaaaaa.short",
    "Bearer lwk_aaaaaaaaaaaa." + "a" * 43,
    "Bearer " + "a" * 5000,
]
BAD_SHAPES: list[dict[str, object]] = [
    {"email": "no address"},
    {"email": "a\u0000@example.org"},
    {"email": 7},
    {"password": ""},
    {"password": "x" * 257},
    {"password": None},
    {"password": "line\nbreak"},
    {"otp": "12345"},
    {"otp": "１２３４５６"},
    {"otp": 123456},
    {"role": "owner"},
]


async def test_a_session_from_sign_in_to_sign_out(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in DOORS:
        who = await account(runtime, door)
        answer = await doors.post(f"/{door}/v1/sessions", json=who.said(runtime.clock.now()))
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        first = answer.json()["session"]
        assert set(first) == {"access_token", "refresh_token", "expires_in"}
        assert first["expires_in"] == 900

        answer = await doors.post(
            f"/{door}/v1/sessions/refresh", json={"refresh_token": first["refresh_token"]}
        )
        assert answer.status_code == 201
        second = answer.json()["session"]

        out = f"/{door}/v1/sessions/current"
        assert (await doors.delete(out, headers=bearer(second["access_token"]))).status_code == 204
        for token in (first["access_token"], second["access_token"]):
            gone = await doors.delete(out, headers=bearer(token))
            assert gone.status_code == 401
            assert gone.json()["code"] == "not_signed_in"
            assert gone.headers["www-authenticate"] == "Bearer"
        answer = await doors.post(
            f"/{door}/v1/sessions/refresh", json={"refresh_token": second["refresh_token"]}
        )
        assert answer.status_code == 401


async def test_an_access_token_ends_by_itself_and_a_refresh_token_outlives_it(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in DOORS:
        who = await account(runtime, door)
        answer = await doors.post(f"/{door}/v1/sessions", json=who.said(runtime.clock.now()))
        tokens = answer.json()["session"]
        advance(runtime, minutes=15, seconds=1)
        out = f"/{door}/v1/sessions/current"
        ended = await doors.delete(out, headers=bearer(tokens["access_token"]))
        assert ended.status_code == 401
        answer = await doors.post(
            f"/{door}/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]}
        )
        assert answer.status_code == 201
        fresh = answer.json()["session"]["access_token"]
        assert (await doors.delete(out, headers=bearer(fresh))).status_code == 204


async def test_without_a_valid_token_nobody_signs_out(doors: httpx.AsyncClient) -> None:
    for door, header in product(DOORS, BAD_HEADERS):
        headers = {} if header is None else {"Authorization": header}
        answer = await doors.delete(f"/{door}/v1/sessions/current", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_signed_in"


async def test_reuse_ends_the_family_at_the_door_too(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in DOORS:
        who = await account(runtime, door)
        answer = await doors.post(f"/{door}/v1/sessions", json=who.said(runtime.clock.now()))
        stolen = answer.json()["session"]["refresh_token"]
        refresh = f"/{door}/v1/sessions/refresh"
        twice = await asyncio.gather(
            *(doors.post(refresh, json={"refresh_token": stolen}) for _ in range(2))
        )
        assert [answer.status_code for answer in twice] == [201, 201]
        advance(runtime, seconds=11)
        assert (await doors.post(refresh, json={"refresh_token": stolen})).status_code == 401
        for answer in twice:
            tokens = answer.json()["session"]
            left = await doors.delete(
                f"/{door}/v1/sessions/current", headers=bearer(tokens["access_token"])
            )
            assert left.status_code == 401


async def test_every_wrong_sign_in_is_answered_alike(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in DOORS:
        who = await account(runtime, door)
        right = who.said(runtime.clock.now())
        wrong = [
            {**right, "password": "not-the-password-at-all"},
            {**right, "password": "x"},
            {**right, "email": "nobody@example.org"},
            {**right, "email": who.email.replace("@", "@sub.")},
        ]
        if "otp" in right:
            wrong.append({**right, "otp": f"{(int(str(right['otp'])) + 1) % 1_000_000:06}"})
        answers = [await doors.post(f"/{door}/v1/sessions", json=body) for body in wrong]
        seen = set()
        for answer in answers:
            assert answer.status_code == 401
            body = answer.json()
            body.pop("request_id")
            seen.add((str(body), tuple(sorted(set(answer.headers) - {"x-request-id"}))))
        assert len(seen) == 1
        assert answers[0].json()["code"] == "sign_in_refused"
        german = await doors.post(
            f"/{door}/v1/sessions", json=wrong[0], headers={"Accept-Language": "de"}
        )
        assert german.json()["detail"].startswith("Diese Anmeldedaten")
        advance(runtime, minutes=15)  # or the attempts of all doors from here would be used up


async def test_bad_shapes_are_refused_without_an_echo(doors: httpx.AsyncClient) -> None:
    for door, change in product(DOORS, BAD_SHAPES):
        body = {"email": "a@example.org", "password": "canary-canary-canary", "otp": "123456"}
        answer = await doors.post(f"/{door}/v1/sessions", json={**body, **change})
        assert answer.status_code == 422
        assert answer.json()["code"] == "invalid_shape"
        assert "canary" not in answer.text


async def test_a_missing_field_is_named(doors: httpx.AsyncClient) -> None:
    for door in DOORS:
        answer = await doors.post(f"/{door}/v1/sessions", json={})
        assert answer.status_code == 422
        missing = {item["pointer"] for item in answer.json()["errors"]}
        staff = {"#/otp"} if door in ("finance", "operations") else set()
        assert missing == {"#/email", "#/password"} | staff


async def test_an_account_of_one_door_is_nobody_at_another(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in DOORS:
        who = await account(runtime, door)
        headers = await signed_in(doors, runtime, who)
        for other in set(DOORS) - {door}:
            crossed = await doors.delete(f"/{other}/v1/sessions/current", headers=headers)
            assert crossed.status_code == 401
            said = {"otp": "123456", **who.said(runtime.clock.now())}
            assert (await doors.post(f"/{other}/v1/sessions", json=said)).status_code == 401


async def test_a_code_is_good_once(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    for door in ("finance", "operations"):
        who = await account(runtime, door)
        said = who.said(runtime.clock.now())
        answers = await asyncio.gather(
            *(doors.post(f"/{door}/v1/sessions", json=said) for _ in range(5))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401, 401]


async def test_an_authenticator_keeps_real_time_while_development_moves_the_clock(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    for door in ("finance", "operations"):
        who = await account(runtime, door)
        real = runtime.clock.now() - timedelta(seconds=runtime.clock.offset_seconds)
        advance(runtime, days=3)
        path = f"/{door}/v1/sessions"
        assert who.totp_secret is not None
        moved = {**who.said(runtime.clock.now())}
        for said in (moved, who.said(real)):
            assert (await doors.post(path, json=said)).status_code == 201
            assert (await doors.post(path, json=said)).status_code == 401
        stale = pyotp.TOTP(who.totp_secret).at(real, counter_offset=-4)
        assert (await doors.post(path, json=who.said(real, otp=stale))).status_code == 401
