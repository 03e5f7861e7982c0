"""Projects and positions over the client door."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio

from app.api.door import Runtime
from app.companies.tables import Company
from app.identity.tables import Grant
from tests.factories import people

BASE = "/client/v1"


class Desk:
    """A company's owner at the door."""

    def __init__(self, doors: httpx.AsyncClient, token: str, company: Company) -> None:
        self._doors = doors
        self._headers = {"Authorization": f"Bearer {token}"}
        self.company = company

    async def call(
        self, method: str, path: str, body: Any = None, expect: int = 200, **headers: str
    ) -> Any:
        answer = await self._doors.request(
            method, BASE + path, json=body, headers={**self._headers, **headers}
        )
        assert answer.status_code == expect, answer.text
        return answer.json()


async def open_desk(doors: httpx.AsyncClient, runtime: Runtime, now: datetime, **over: Any) -> Desk:
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now, **over)
        owner = await people.owner_of(session, company.id)
        return Desk(doors, await people.token(session, owner, now=now), company)


@pytest_asyncio.fixture
async def desk(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> Desk:
    return await open_desk(doors, runtime, now)


def position(now: datetime, **over: Any) -> dict[str, Any]:
    return {
        "title": "Emergency physician",
        "domain": "medicine",
        "seats": 3,
        "bill_rate_cap": {"minor": 18_000, "currency": "USD"},
        "weekly_minutes": 720,
        "starts_on": (now + timedelta(days=7)).date().isoformat(),
        **over,
    }


PROJECT = {"title": "Clinical answers", "brief": "Judge answers."}


async def test_from_draft_to_closed(desk: Desk, now: datetime) -> None:
    project = await desk.call(
        "POST", "/projects", {**PROJECT, "budget": {"minor": 500_000, "currency": "USD"}}, 201
    )
    assert (project["state"], project["positions"]) == ("draft", [])
    path = f"/projects/{project['id']}"
    asked = {
        "credentials": ["us_npi"],
        "skills": ["  Emergency   Medicine ", "emergency medicine"],
        "languages": [{"code": "en", "level": "C1"}],
        "timezone_overlap": {"timezone": "Europe/Berlin", "minutes": 60},
    }
    added = await desk.call("POST", f"{path}/positions", position(now, requirements=asked), 201)
    assert added["requirements"]["skills"] == ["emergency medicine"]
    assert added["requirements"]["countries"] == []
    assert (await desk.call("POST", f"{path}/publish"))["state"] == "open"
    assert (await desk.call("POST", f"{path}/publish", expect=409))["code"] == "illegal_move"
    assert (await desk.call("POST", f"{path}/pause"))["state"] == "paused"
    resumed = await desk.call("POST", f"{path}/publish")
    assert resumed["state"] == "open"
    listed = await desk.call("GET", "/projects")
    (item,) = listed["items"]
    assert (item["positions"], item["seats"], item["budget"]["minor"]) == (1, 3, 500_000)
    assert (await desk.call("POST", f"{path}/close"))["state"] == "closed"
    assert (await desk.call("POST", f"{path}/positions", position(now), 409))[
        "code"
    ] == "project_closed"
    got = await desk.call("GET", path)
    assert got["positions"][0]["id"] == added["id"]


async def test_publishing_names_all_that_is_missing(
    doors: httpx.AsyncClient, runtime: Runtime, now: datetime
) -> None:
    desk = await open_desk(doors, runtime, now, billing=False)
    project = await desk.call("POST", "/projects", PROJECT, 201)
    path = f"/projects/{project['id']}"
    first = await desk.call("POST", f"{path}/publish", expect=409)
    assert first["code"] == "project_incomplete"
    assert [each["code"] for each in first["errors"]] == [
        "billing_profile_missing",
        "positions_missing",
    ]

    dear = position(
        now,
        bill_rate_cap={"minor": 25_001, "currency": "USD"},
        starts_on=(now - timedelta(days=40)).date().isoformat(),
        ends_on=(now - timedelta(days=20)).date().isoformat(),
    )
    await desk.call("POST", f"{path}/positions", dear, 201)
    await desk.call("POST", f"{path}/positions", {**dear, "ends_on": None}, 201)
    german = await desk.call("POST", f"{path}/publish", expect=409, **{"Accept-Language": "de"})
    assert [(each["pointer"], each["code"]) for each in german["errors"]] == [
        ("#/company/billing_profile", "billing_profile_missing"),
        ("#/positions/0/ends_on", "ends_in_the_past"),
        ("#/positions/0/bill_rate_cap", "bill_cap_above_rate_card"),
        ("#/positions/1/starts_on", "starts_in_the_past"),
        ("#/positions/1/bill_rate_cap", "bill_cap_above_rate_card"),
    ]
    assert "250,00 USD" in german["errors"][2]["detail"]
    assert "200" not in german["errors"][2]["detail"]  # the pay cap is not a company's business


async def test_values_that_break_a_rule_are_named(desk: Desk, now: datetime) -> None:
    euro = {"minor": 1, "currency": "EUR"}
    refused = await desk.call("POST", "/projects", {**PROJECT, "budget": euro}, 422)
    assert refused["errors"][0]["pointer"] == "#/budget/currency"
    project = await desk.call("POST", "/projects", PROJECT, 201)
    wrong = position(
        now,
        domain="alchemy",
        bill_rate_cap={"minor": 18_000, "currency": "EUR"},
        ends_on=now.date().isoformat(),
        requirements={"credentials": ["us_npi", "wand"], "countries": ["US", "XX"]},
    )
    refused = await desk.call("POST", f"/projects/{project['id']}/positions", wrong, 422)
    assert {(each["pointer"], each["code"]) for each in refused["errors"]} == {
        ("#/bill_rate_cap/currency", "currency_differs"),
        ("#/ends_on", "ends_before_start"),
        ("#/domain", "unknown_key"),
        ("#/requirements/credentials/1", "unknown_key"),
        ("#/requirements/countries/1", "unknown_key"),
    }
    assert "us_npi" in next(
        each["detail"] for each in refused["errors"] if "credentials" in each["pointer"]
    )
    assert "wand" not in str(refused)


async def test_a_position_changes_in_parts(desk: Desk, now: datetime) -> None:
    project = await desk.call("POST", "/projects", PROJECT, 201)
    path = f"/projects/{project['id']}"
    added = await desk.call(
        "POST", f"{path}/positions", position(now, total_minutes=6_000, purchase_order="PO 7"), 201
    )
    at = f"/positions/{added['id']}"
    changed = await desk.call("PATCH", at, {"seats": 5, "total_minutes": None, "title": None})
    assert changed == {**added, "seats": 5, "total_minutes": None}
    await desk.call("POST", f"{path}/publish")
    dear = {"bill_rate_cap": {"minor": 25_001, "currency": "USD"}}
    refused = await desk.call("PATCH", at, dear, 409)
    assert refused["errors"][0]["pointer"] == "#/bill_rate_cap"
    refused = await desk.call("POST", f"{path}/positions", position(now, **dear), 409)
    assert refused["code"] == "project_incomplete"
    got = await desk.call("GET", path)
    assert [each["bill_rate_cap"]["minor"] for each in got["positions"]] == [18_000]


async def test_what_is_not_yours_does_not_exist(
    desk: Desk, doors: httpx.AsyncClient, runtime: Runtime, now: datetime
) -> None:
    project = await desk.call("POST", "/projects", PROJECT, 201)
    path = f"/projects/{project['id']}"
    added = await desk.call("POST", f"{path}/positions", position(now), 201)
    other = await open_desk(doors, runtime, now)
    assert (await other.call("GET", "/projects"))["items"] == []
    never = "/projects/01890000-0000-7000-8000-000000000000"
    for here in (path, never):
        for method, rest, body in (
            ("GET", "", None),
            ("POST", "/publish", None),
            ("POST", "/pause", None),
            ("POST", "/close", None),
            ("POST", "/positions", position(now)),
        ):
            assert (await other.call(method, here + rest, body, 404))["code"] == "not_found"
    at = f"/positions/{added['id']}"
    await other.call("PATCH", at, {"seats": 9}, 404)
    await other.call("GET", f"{at}/candidates", expect=404)
    nobody = await doors.get(BASE + path)
    assert nobody.status_code == 401


async def test_a_viewer_reads_and_does_not_write(
    doors: httpx.AsyncClient, runtime: Runtime, now: datetime
) -> None:
    desk = await open_desk(doors, runtime, now)
    async with runtime.database.begin() as session:
        viewer = await people.user(session, now=now, door="client")
        session.add(Grant(user_id=viewer.id, subject_id=desk.company.id, role="viewer"))
        token = await people.token(session, viewer.id, now=now)
    looking = Desk(doors, token, desk.company)
    project = await desk.call("POST", "/projects", PROJECT, 201)
    assert (await looking.call("GET", "/projects"))["items"][0]["id"] == project["id"]
    refused = await looking.call("POST", "/projects", PROJECT, 403)
    assert refused["code"] == "not_allowed"
