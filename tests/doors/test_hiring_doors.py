"""Hiring over HTTP: both doors in one story, and each refusal."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from app.api.door import Runtime
from app.jobs import hiring as clockwork
from app.main import toolbox_of
from tests.factories import people
from tests.factories.hiring_doors import Caller, World, applied, make_world, offer_body, offered


@pytest_asyncio.fixture
async def world(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> World:
    return await make_world(doors, runtime, now)


async def test_from_application_to_engagement(world: World, now: datetime) -> None:
    id_ = str(uuid4())
    said = {
        "position_id": world.position_id,
        "asking_pay_rate": {"minor": 331_744, "currency": "USD"},
        "note": "Evenings suit me best.",
    }
    made = await world.trainer("PUT", f"/applications/{id_}", said)
    again = await world.trainer("PUT", f"/applications/{id_}", said)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    assert made.json()["asking_pay_rate"] == {"minor": 331_744, "currency": "USD"}
    other = await world.trainer("PUT", f"/applications/{id_}", {**said, "note": "Mornings"})
    assert (other.status_code, other.json()["code"]) == (409, "already_used")

    listed = await world.company("GET", f"/positions/{world.position_id}/applications")
    (application,) = listed.json()["items"]
    assert application["id"] == id_
    # ceil(3317.44 / 0.4525): the lowest bill rate that pays what is asked.
    assert application["asking_bill_rate"] == {"minor": 733_136, "currency": "USD"}
    assert application["trainer_headline"] == "Emergency physician"
    shortlisted = await world.company("POST", f"/applications/{id_}/shortlist")
    assert shortlisted.json()["state"] == "shortlisted"

    body = offer_body(now, pay_week={"timezone": "Asia/Tokyo", "first_day": "sunday"})
    key = {"Idempotency-Key": str(uuid4())}
    offer = await world.company("POST", f"/applications/{id_}/offers", body, **key)
    replay = await world.company("POST", f"/applications/{id_}/offers", body, **key)
    assert offer.status_code == 201
    assert replay.content == offer.content
    offer_id = offer.json()["id"]
    assert offer.json()["bill_rate"] == {"minor": 733_137, "currency": "USD"}
    assert offer.json()["pay_week"] == {"timezone": "Asia/Tokyo", "first_day": "sunday"}

    (hers,) = (await world.trainer("GET", "/offers")).json()["items"]
    assert hers["pay_rate"] == {"minor": 331_744, "currency": "USD"}
    assert (hers["state"], hers["weekly_minutes"]) == ("sent", 1200)

    accepted = await world.trainer("POST", f"/offers/{offer_id}/accept")
    repeated = await world.trainer("POST", f"/offers/{offer_id}/accept")
    assert (accepted.status_code, repeated.status_code) == (201, 200)
    assert accepted.json() == repeated.json()
    engagement = accepted.json()["engagement"]
    assert (engagement["state"], engagement["pay_rate"]["minor"]) == ("active", 331_744)

    seen = await world.trainer("GET", f"/engagements/{engagement['id']}")
    assert seen.json() == engagement
    assert (await world.trainer("GET", "/engagements")).json()["items"] == [engagement]
    (theirs,) = (await world.company("GET", "/engagements")).json()["items"]
    assert (theirs["id"], theirs["bill_rate"]["minor"]) == (engagement["id"], 733_137)
    assert (await world.company("GET", f"/engagements/{theirs['id']}")).json() == theirs

    ended = await world.company(
        "POST",
        f"/engagements/{theirs['id']}/end",
        {"reason_code": "work_done", "explanation": "The round is complete."},
    )
    assert ended.json()["state"] == "ended"
    told = (await world.trainer("GET", f"/engagements/{theirs['id']}")).json()
    assert (told["end_reason_code"], told["end_explanation"]) == (
        "work_done",
        "The round is complete.",
    )


async def test_a_decline_and_a_withdrawal(world: World, now: datetime) -> None:
    first = await applied(world)
    declined = await world.company(
        "POST",
        f"/applications/{first}/decline",
        {"reason_code": "language", "explanation": "Wir brauchen Deutsch."},
    )
    assert declined.json()["state"] == "declined"
    (told,) = (await world.trainer("GET", "/applications")).json()["items"]
    assert (told["reason_code"], told["explanation"]) == ("language", "Wir brauchen Deutsch.")

    offer_id = await offered(world, now)
    second = (await world.trainer("GET", "/offers")).json()["items"][0]["application_id"]
    withdrawn = await world.company("POST", f"/offers/{offer_id}/withdraw")
    assert withdrawn.json()["state"] == "withdrawn"
    again = await world.company("POST", f"/applications/{second}/offers", offer_body(now))
    refused = await world.trainer("POST", f"/offers/{again.json()['id']}/decline")
    assert refused.json()["state"] == "declined"
    gone = await world.trainer("POST", f"/applications/{second}/withdraw")
    assert gone.json()["state"] == "withdrawn"


async def test_the_clock_ends_an_offer(world: World, now: datetime) -> None:
    offer_id = await offered(world, now)
    tools = toolbox_of(world.runtime)
    await clockwork.expire_offers(tools)
    assert (await world.trainer("GET", "/offers")).json()["items"][0]["state"] == "sent"
    # Access tokens live an hour; only the sweep's clock moves.
    tools.clock.set_offset(8 * 86_400)
    await clockwork.expire_offers(tools)
    tools.clock.set_offset(0)
    assert (await world.trainer("GET", "/offers")).json()["items"][0]["state"] == "expired"
    late = await world.trainer("POST", f"/offers/{offer_id}/accept")
    assert (late.status_code, late.json()["code"]) == (409, "offer_expired")
    (application,) = (await world.trainer("GET", "/applications")).json()["items"]
    assert application["state"] == "shortlisted"


async def test_what_is_not_yours_is_not_there(world: World, now: datetime) -> None:
    offer_id = await offered(world, now)
    application_id = (await world.trainer("GET", "/applications")).json()["items"][0]["id"]
    unknown = str(uuid4())
    decline = {"reason_code": "other", "explanation": "x"}
    for target in (application_id, unknown):
        for method, path, body in (
            ("POST", f"/applications/{target}/shortlist", None),
            ("POST", f"/applications/{target}/decline", decline),
            ("POST", f"/applications/{target}/offers", offer_body(now)),
        ):
            assert (await world.rival(method, path, body)).status_code == 404
        answer = await world.stranger("POST", f"/applications/{target}/withdraw")
        assert answer.status_code == 404
    for target in (offer_id, unknown):
        assert (await world.rival("POST", f"/offers/{target}/withdraw")).status_code == 404
        for verb in ("accept", "decline"):
            answer = await world.stranger("POST", f"/offers/{target}/{verb}")
            assert answer.status_code == 404
    for target in (world.position_id, unknown):
        answer = await world.rival("GET", f"/positions/{target}/applications")
        assert answer.status_code == 404
    assert (await world.trainer("POST", f"/offers/{offer_id}/accept")).status_code == 201
    end = {"reason_code": "other", "explanation": "x"}
    for target in (offer_id, unknown):
        assert (await world.rival("GET", f"/engagements/{target}")).status_code == 404
        assert (await world.rival("POST", f"/engagements/{target}/end", end)).status_code == 404
        assert (await world.stranger("GET", f"/engagements/{target}")).status_code == 404
    assert (await world.stranger("GET", "/engagements")).json()["items"] == []
    assert (await world.stranger("GET", "/offers")).json()["items"] == []
    assert (await world.rival("GET", "/engagements")).json()["items"] == []


CLIENT_ROUTES = [
    ("GET", "/positions/{id}/applications"),
    ("POST", "/applications/{id}/shortlist"),
    ("POST", "/applications/{id}/decline"),
    ("POST", "/applications/{id}/offers"),
    ("POST", "/offers/{id}/withdraw"),
    ("GET", "/engagements"),
    ("GET", "/engagements/{id}"),
    ("POST", "/engagements/{id}/end"),
]
TRAINER_ROUTES = [
    ("PUT", "/applications/{id}"),
    ("GET", "/applications"),
    ("POST", "/applications/{id}/withdraw"),
    ("GET", "/offers"),
    ("POST", "/offers/{id}/accept"),
    ("POST", "/offers/{id}/decline"),
    ("GET", "/engagements"),
    ("GET", "/engagements/{id}"),
]


async def test_nobody_comes_in_without_a_token(world: World) -> None:
    # Each audience's token is worth nothing at the other door.
    for door, routes, foreign in (
        ("client", CLIENT_ROUTES, world.trainer.token),
        ("trainer", TRAINER_ROUTES, world.company.token),
    ):
        for token in ("nonsense", foreign):
            caller = Caller(world.company.doors, door, token)
            for method, path in routes:
                answer = await caller(method, path.format(id=uuid4()), {})
                assert (path, answer.status_code) == (path, 401)


async def test_a_role_may_not_do_everything(world: World, now: datetime) -> None:
    offer_id = await offered(world, now)
    application_id = (await world.trainer("GET", "/applications")).json()["items"][0]["id"]
    async with world.runtime.database.begin() as session:
        await people.demote_owners(session, role="billing")
    bodies = {
        "decline": {"reason_code": "other", "explanation": "x"},
        "end": {"reason_code": "other", "explanation": "x"},
        "offers": offer_body(now),
    }
    ids = {"positions": world.position_id, "applications": application_id}
    for method, path in CLIENT_ROUTES:
        noun, verb = path.split("/")[1], path.rsplit("/", 1)[1]
        where = path.format(id=ids.get(noun, offer_id))
        answer = await world.company(method, where, bodies.get(verb) if method != "GET" else None)
        assert (path, answer.status_code) == (path, 403)


MISFITS: list[tuple[dict[str, Any], str, str]] = [
    ({"weekly_minutes": 1201}, "#/weekly_minutes", "more_than_position"),
    ({"weekly_minutes": 0}, "#/weekly_minutes", "greater_than_equal"),
    ({"weekly_minutes": "60"}, "#/weekly_minutes", "not_an_integer"),
    ({"starts_on": "2020-01-01"}, "#/starts_on", "starts_too_early"),
    ({"starts_on": "tomorrow"}, "#/starts_on", "not_a_date"),
    ({"expires_at": "2020-01-01T00:00:00Z"}, "#/expires_at", "expires_in_the_past"),
    ({"expires_at": "2027-01-01T00:00:00"}, "#/expires_at", "not_an_instant"),
    ({"bill_rate": {"minor": 0, "currency": "USD"}}, "#/bill_rate/minor", "greater_than"),
    ({"bill_rate": {"minor": 1.5, "currency": "USD"}}, "#/bill_rate/minor", "not_an_integer"),
    ({"pay_week": {"first_day": "funday"}}, "#/pay_week/first_day", "enum"),
    ({"pay_week": {"timezone": "Mars"}}, "#/pay_week/timezone", "unknown_time_zone"),
    ({"pay_rate": {"minor": 1, "currency": "USD"}}, "#/?", "extra_forbidden"),
]


async def test_offers_that_do_not_fit(world: World, now: datetime) -> None:
    application_id = await applied(world)
    path = f"/applications/{application_id}/offers"
    for over, pointer, code in MISFITS:
        answer = await world.company("POST", path, offer_body(now, **over))
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
        assert all(e["detail"] for e in answer.json()["errors"])


async def test_states_that_do_not_allow_it(world: World, now: datetime) -> None:
    offer_id = await offered(world, now)
    application_id = (await world.trainer("GET", "/applications")).json()["items"][0]["id"]
    open_offer = await world.company(
        "POST", f"/applications/{application_id}/offers", offer_body(now)
    )
    assert (open_offer.status_code, open_offer.json()["code"]) == (409, "offer_open")
    early = await world.company("POST", f"/applications/{application_id}/shortlist")
    assert (early.status_code, early.json()["code"]) == (409, "illegal_move")
    twice = await world.trainer(
        "PUT", f"/applications/{uuid4()}", {"position_id": world.position_id}
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "already_applied")
    german = await world.trainer(
        "PUT",
        f"/applications/{uuid4()}",
        {"position_id": world.position_id},
        **{"Accept-Language": "de"},
    )
    assert "beworben" in german.json()["detail"]
    nowhere = await world.trainer("PUT", f"/applications/{uuid4()}", {"position_id": str(uuid4())})
    assert nowhere.status_code == 404
    for body in ({}, {"position_id": "x"}, {"position_id": world.position_id, "note": "\u0000"}):
        answer = await world.stranger("PUT", f"/applications/{uuid4()}", body)
        assert answer.status_code == 422
    empty = {"reason_code": "other", "explanation": "  "}
    answer = await world.company("POST", f"/applications/{application_id}/decline", empty)
    assert answer.status_code == 422
    await world.trainer("POST", f"/offers/{offer_id}/accept")
    for verb, caller in (("decline", world.trainer), ("withdraw", world.company)):
        answer = await caller("POST", f"/offers/{offer_id}/{verb}")
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")


async def test_an_unverified_credential_says_what_to_do(world: World, now: datetime) -> None:
    async with world.runtime.database.begin() as session:
        await people.unverify(session)
    offer_id = await offered(world, now)
    answer = await world.trainer("POST", f"/offers/{offer_id}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "credential_not_verified")
    (error,) = answer.json()["errors"]
    assert error["code"] == "credential_not_met"
    assert "verif" in error["detail"]
    # Nothing of the attempt is left, and the offer still stands.
    assert (await world.trainer("GET", "/offers")).json()["items"][0]["state"] == "sent"
