"""Every route against every kind of caller, and about objects of three kinds.

Own objects, somebody else's, and ids that never existed: the last two must look the same.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.api.client import build as client_door
from app.api.door import DoorRoute
from app.main import DOORS
from tests.factories import papers, quick
from tests.factories.application import application
from tests.walls import documents
from tests.walls.authorisation_matrix import MATRIX, Rule
from tests.walls.documents import Operation
from tests.walls.world import DOOR_OF, Desk, World

RIGHTFUL = {"client": "owner", "trainer": "trainer", "finance": "finance",
            "operations": "operations"}  # fmt: skip
STRANGER = {"client": "stranger", "trainer": "other_trainer"}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def desk(world: World) -> AsyncIterator[Desk]:
    async with world.rolled_back() as opened:
        yield opened


def _routes(within: Any) -> Iterator[APIRoute]:
    """Those of the door itself and of the routers in it, which FastAPI keeps as they are."""
    for route in within.routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router)


def _mounted(door: FastAPI) -> set[str]:
    """What of ours answers at a door, without the documentation page and its document."""
    return {
        route.operation_id or route.name
        for route in _routes(door)
        if route.operation_id or route.include_in_schema
    }


def unlisted(doors: dict[str, FastAPI]) -> set[str]:
    """Mounted operations without a row, and rows without an operation."""
    mounted = {f"{name}.{id_}" for name, door in doors.items() for id_ in _mounted(door)}
    return mounted ^ set(MATRIX)


def test_every_mounted_route_has_a_row(world: World) -> None:
    assert unlisted({name: build(world.runtime) for name, build in DOORS.items()}) == set()


def test_an_unlisted_route_is_noticed(world: World) -> None:
    doors = {name: build(world.runtime) for name, build in DOORS.items()}
    doors["trainer"].add_api_route("/secret", lambda: None, operation_id="peek", methods=["GET"])
    assert unlisted(doors) == {"trainer.peek"}


def test_every_route_is_a_door_route_and_documented(world: World) -> None:
    """A plain route would have no actor, no transaction and no idempotency."""
    for name, build in DOORS.items():
        door = build(world.runtime)
        plain = [route.path for route in _routes(door)
                 if route.include_in_schema and not isinstance(route, DoorRoute)]  # fmt: skip
        assert plain == []
        assert _mounted(door) == {each.id for each in documents.operations() if each.door == name}


def request_of(
    operation: Operation, rule: Rule, world: World, *, instead: dict[str, UUID] | None = None
) -> tuple[str, str, dict[str, Any]]:
    """Method, path and body of a request that is in order; `instead` replaces path parameters."""
    path = f"/{operation.door}/v1{operation.path}"
    for name in re.findall(r"{(\w+)}", operation.path):
        noun = rule.things.get(name, name.removesuffix("_id"))
        if instead and name in instead:
            value = instead[name]
        elif rule.minted:
            value = uuid4()
        elif name in PLAIN:
            value = PLAIN[name]
        else:
            value = world.things[noun]
        path = path.replace(f"{{{name}}}", str(value))
    said: dict[str, Any] = {}
    if rule.file:
        said["files"] = {"file": ("licence.pdf", papers.PDF, "application/pdf")}
    elif rule.body:
        said["json"] = rule.body(world)
    elif "application/json" in operation.bodies:
        schema = operation.bodies["application/json"]["schema"]
        said["json"] = documents.resolve(operation.door, schema)["examples"][0]
    return operation.method.upper(), path, said


# Path parameters that are no ids: an invoice's first line, a month in which nothing was booked.
PLAIN = {"place": "1", "month_on": "2001-01"}


async def _ask(
    desk: Desk, world: World, operation: Operation, actor: str | None, **over: Any
) -> httpx.Response:
    rule = MATRIX[str(operation)]
    method, path, said = request_of(operation, rule, world, **over)
    headers = world.headers(actor)
    if method == "POST" and operation.id not in ("sign_in", "refresh_session"):
        headers["Idempotency-Key"] = "0d8e6d8a-9d0c-4a34-a2a7-6a3df2a0f001"
    if rule.alone:
        with application(world.runtime) as app:
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://lehrwerk") as client:
                return await client.request(method, path, headers=headers, **said)
    return await desk.ask(method, path, headers=headers, **said)


def _outcome(answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    code = f" {answer.json()['code']}" if kind == "application/problem+json" else ""
    return f"{answer.status_code}{code}"


async def test_the_rightful_actor_is_served(desk: Desk, world: World) -> None:
    wrong = []
    for operation in documents.operations():
        rule = MATRIX[str(operation)]
        actor = None if operation.public else RIGHTFUL[operation.door]
        answer = await _ask(desk, world, operation, actor)
        if answer.status_code != rule.own:
            wrong.append(f"{operation}: {rule.own} expected, {_outcome(answer)}: {answer.text}")
        if operation.method == "get" and not rule.alone and bool(desk.written) != rule.writes:
            wrong.append(f"{operation}: a GET that wrote {desk.written} rows")
    assert not wrong, "\n".join(wrong)


async def test_what_has_not_changed_is_not_sent_again(desk: Desk, world: World) -> None:
    wrong = []
    asked = 0
    for operation in documents.operations():
        rule = MATRIX[str(operation)]
        content = operation.said["responses"].get("200", {}).get("content", {})
        if operation.method != "get" or rule.own != 200 or "application/json" not in content:
            continue
        if rule.alone:
            continue
        method, path, _ = request_of(operation, rule, world)
        headers = world.headers(None if operation.public else RIGHTFUL[operation.door])
        first = await desk.ask(method, path, headers=headers)
        known = {**headers, "If-None-Match": f"W/{first.headers.get('etag')}"}
        again = await desk.ask(method, path, headers=known)
        asked += 1
        if (again.status_code, again.content) != (304, b""):
            wrong.append(f"{operation}: {first.status_code}, then {again.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked > 30


_ONE_OF_EACH = ("owner", "key", "trainer", "finance", "operations")


@pytest.mark.parametrize("one_in", quick.first([3, 1]))
async def test_without_a_valid_token_nothing_opens(desk: Desk, world: World, one_in: int) -> None:
    """None, an expired one, nonsense, and tokens that are good at another door.

    The quick run tries none at all and a third of the others at each operation, by turns.
    """
    world.tokens["nonsense"] = "lwa_" + "x" * 43
    wrong = []
    for number, operation in enumerate(documents.operations()):
        if operation.public:
            continue
        strangers = [each for each in _ONE_OF_EACH if DOOR_OF[each] != operation.door]
        own = [f"expired {each}" for each, door in DOOR_OF.items()
               if door == operation.door and each != "key"]  # fmt: skip
        others = ("nonsense", *own[:1], *strangers)
        for actor in (None, *others[number % one_in :: one_in]):
            answer = await _ask(desk, world, operation, actor)
            if answer.status_code != 401 or desk.written:
                wrong.append(f"{operation} by {actor}: {_outcome(answer)}, {desk.written} written")
    assert not wrong, "\n".join(wrong)


async def test_roles_and_scopes(desk: Desk, world: World) -> None:
    wrong = []
    for operation in documents.operations():
        if operation.public or operation.door != "client":
            continue
        rule = MATRIX[str(operation)]
        for actor, expected in (("viewer", rule.viewer), ("key", rule.key)):
            answer = await _ask(desk, world, operation, actor)
            if answer.status_code != expected:
                wrong.append(f"{operation} by {actor}: {expected} expected, {_outcome(answer)}")
            if answer.status_code == 403 and desk.written:
                wrong.append(f"{operation} by {actor}: refused, yet {desk.written} rows written")
    assert not wrong, "\n".join(wrong)


def _bare(answer: httpx.Response, asked: UUID) -> tuple[int, Any, list[str]]:
    """Everything that the caller sees, without the id that was asked for and the request's own."""
    body = answer.text.replace(str(asked), "…")
    body = re.sub(r'"request_id":\s*"[^"]+"', "", body)
    return answer.status_code, body, sorted(answer.headers.keys())


async def test_foreign_and_never_existing_look_the_same(desk: Desk, world: World) -> None:
    wrong = []
    for operation in documents.operations():
        rule = MATRIX[str(operation)]
        if rule.of is None:
            continue
        never = uuid4()
        actors = [STRANGER.get(operation.door, RIGHTFUL[operation.door])]
        if operation.door in STRANGER and not rule.minted:
            actors.append(RIGHTFUL[operation.door])
        answers = [await _ask(desk, world, operation, actor, instead={rule.of: never})
                   for actor in actors]  # fmt: skip
        seen = {repr(_bare(answer, never)) for answer in answers}
        written = desk.written
        if operation.door in STRANGER:
            noun = rule.things.get(rule.of, rule.of.removesuffix("_id"))
            theirs = {rule.of: world.things[noun]}
            answer = await _ask(desk, world, operation, actors[0], instead=theirs)
            seen.add(repr(_bare(answer, world.things[noun])))
            written += desk.written
        if len(seen) != 1 or answers[0].status_code != rule.foreign or written:
            wrong.append(f"{operation}: {written} rows written, answers {seen}")
    assert not wrong, "\n".join(wrong)


async def test_bulk_approval_tells_nothing_of_others(desk: Desk, world: World) -> None:
    theirs, never = world.things["timesheet"], uuid4()
    answer = await desk.ask(
        "POST",
        "/client/v1/timesheets/approve",
        headers=world.headers("stranger"),
        json={"timesheet_ids": [str(theirs), str(never)]},
    )
    assert answer.status_code == 200
    first, second = (json.dumps(item) for item in answer.json()["results"])
    assert first.replace(str(theirs), "…") == second.replace(str(never), "…")


async def test_lists_hold_nothing_of_others(desk: Desk, world: World) -> None:
    """What a list shows is what the single object's route would show: none of A's ids to B."""
    # Open positions and their projects' companies are there for every trainer to see.
    shown = {"company", "project", "position", "free position", "waiting position"}
    hidden = {str(id_): noun for noun, id_ in world.things.items()}
    wrong = []
    for operation in documents.operations():
        if operation.door not in STRANGER or operation.public or operation.method != "get":
            continue
        if "{" in operation.path:
            continue
        answer = await _ask(desk, world, operation, STRANGER[operation.door])
        for id_ in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", answer.text):
            noun = hidden.get(id_, "")
            theirs = not noun or "other" in noun or "stranger" in noun
            if not theirs and not (operation.id == "list_feed" and noun in shown):
                wrong.append(f"{operation} shows a stranger the {noun}")
    assert not wrong, "\n".join(wrong)


TRICKS = (
    "//client/v1/company",
    "/client/v1//company",
    "/client/v1/company;/sessions",
    "/client/v1/company/",
    "/client/v1/company?/webhooks/stripe",
    "/client/v1/%2e%2e/v1/company",
    "/client/v1/sessions/../company",
    "/webhooks/../client/v1/company",
    "/client/v1/COMPANY",
    "/client/v1/company%00",
    "/client/v1/company%2f",
    "/trainer/v1/../../client/v1/company",
)


@pytest.mark.parametrize("path", TRICKS)
async def test_no_spelling_of_a_path_goes_round_the_guard(desk: Desk, path: str) -> None:
    answer = await desk.ask("GET", path)
    assert answer.status_code in (401, 404, 405, 307)
    if answer.status_code == 307:
        answer = await desk.ask("GET", answer.headers["location"])
        assert answer.status_code in (401, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
async def test_another_method_is_no_way_in(desk: Desk, world: World, method: str) -> None:
    """Nor does a header change the method."""
    answer = await desk.ask(method, "/client/v1/company", headers=world.headers("owner"))
    assert answer.status_code == 405
    overridden = await desk.ask(
        "GET",
        f"/client/v1/api-keys/{world.things['api_key']}",
        headers={**world.headers("owner"), "X-HTTP-Method-Override": "DELETE"},
    )
    assert overridden.status_code == 405
    assert desk.written == 0


def test_the_public_list_is_the_policys() -> None:
    """The documents say public exactly where the guard is off."""
    public = {each.id for each in documents.operations() if each.door == "client" and each.public}
    assert public == client_door.POLICY.public & _ids("client")


def _ids(door: str) -> set[str]:
    return {each.id for each in documents.operations() if each.door == door}
