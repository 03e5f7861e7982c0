"""Whatever is thrown at a door: a 4xx problem that does not repeat what was thrown."""

import copy
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.main import build_app
from tests.walls import documents
from tests.walls.authorisation_matrix import MATRIX
from tests.walls.documents import Operation
from tests.walls.test_authorisation import RIGHTFUL, request_of
from tests.walls.world import World

ECHO = "gArbAge7391"
LONG = "9" * 5_000
# Written as JSON text, because json.dumps would not write most of them.
FOR_TEXT = (
    f'"\\ud800{ECHO}"', f'"{ECHO}\\u0000"', f'{{"{ECHO}": 1}}', f'["{ECHO}"]', "12345", "true",
    "NaN", f'"{ECHO * 1_000}"',
)  # fmt: skip
FOR_NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e400", "60.5", "true", LONG, f"-{LONG}",
    f'"{ECHO}"', '"60"', f'{{"{ECHO}": 1}}', f'["{ECHO}"]', "9223372036854775808",
)  # fmt: skip
FOR_OTHERS = ("NaN", f'"{ECHO}\\ud800"', "17", LONG, f'[["{ECHO}"]]', f'{{"\\ud800{ECHO}": 1}}')
WHOLE = (
    b"", b" ", b"{", b"NaN", b"null", b"true", b"17", LONG.encode(), b"[]", f'"{ECHO}"'.encode(),
    b"[" * 100_000, b'{"a":' * 100_000, b'{"' + ECHO.encode() + b'": "\xff\xfe"}',
    b"\xef\xbb\xbf", b"\x00", b"--" + ECHO.encode(), b'{"a": "\\ud800", "\\ud800": 1}',
    ("{" + f'"{ECHO}": 1' + "}").encode(), b'{"a": 1e400}', b'{"a": -Infinity}',
)  # fmt: skip


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Nothing thrown here may have an effect, so that nothing needs to be rolled back."""
    transport = httpx.ASGITransport(app=build_app(world.runtime), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://lehrwerk") as opened:
        yield opened


def _leaves(node: Any, trail: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*trail, key))
    elif isinstance(node, list) and node:
        yield from _leaves(node[0], (*trail, 0))
    if trail:
        yield trail, node


def _poisoned(example: Any, trail: tuple[Any, ...], poison: str) -> bytes:
    """The example with raw JSON text in one place."""
    body = copy.deepcopy(example)
    place = body
    for key in trail[:-1]:
        place = place[key]
    place[trail[-1]] = "\x01here\x01"
    return json.dumps(body).replace('"\\u0001here\\u0001"', poison).encode()


def _poisons(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return FOR_TEXT
    if isinstance(value, int) and not isinstance(value, bool):
        return FOR_NUMBERS
    return FOR_OTHERS


# Answer each item for itself: the problem stands in its result.
PER_ITEM = {"sync_time"}


def first_result(answer: httpx.Response) -> httpx.Response:
    """The refusal of the first item, as if it were the answer."""
    if answer.status_code != 200:
        return answer
    (result,) = answer.json()["results"]
    problem = {"content-type": "application/problem+json"}
    status = 422 if result["outcome"] == "refused" else 200
    return httpx.Response(status, headers=problem, json=result)


def fault_of(answer: httpx.Response) -> str | None:
    """What is wrong with the answer to garbage, if anything."""
    if not 400 <= answer.status_code < 500:
        return f"answered {answer.status_code}: {answer.text[:200]}"
    if answer.headers.get("content-type") != "application/problem+json":
        return f"no problem: {answer.headers.get('content-type')}"
    if ECHO.lower() in answer.text.lower() or LONG[:40] in answer.text:
        return f"echoes: {answer.text[:300]}"
    if len(answer.content) > 20_000:
        return f"a problem of {len(answer.content)} bytes"
    json.loads(answer.content.decode("utf-8"))
    return None


def _request(operation: Operation, world: World) -> tuple[str, str, dict[str, str], Any]:
    method, path, said = request_of(operation, MATRIX[str(operation)], world)
    actor = None if operation.public else RIGHTFUL[operation.door]
    headers = world.headers(actor)
    if method == "POST" and operation.id not in ("sign_in", "refresh_session"):
        headers["Idempotency-Key"] = "0d8e6d8a-9d0c-4a34-a2a7-6a3df2a0f002"
    return method, path, headers, said.get("json")


def _with_bodies() -> list[Operation]:
    return [each for each in documents.operations() if "application/json" in each.bodies]


# The quick run throws every third piece, beginning elsewhere at every leaf; the slow one, all.
one_in = pytest.mark.parametrize("one_in", [3, pytest.param(1, marks=pytest.mark.slow)])


@one_in
async def test_poisoned_values(client: httpx.AsyncClient, world: World, one_in: int) -> None:
    """One leaf of an otherwise good body after another, with what its kind could choke on."""
    wrong, thrown, turn = [], 0, 0
    for operation in _with_bodies():
        method, path, headers, example = _request(operation, world)
        headers["Content-Type"] = "application/json"
        for trail, value in _leaves(example):
            turn += 1
            for poison in _poisons(value)[turn % one_in :: one_in]:
                answer = await client.request(
                    method, path, headers=headers, content=_poisoned(example, trail, poison)
                )
                thrown += 1
                if operation.id in PER_ITEM and trail[1:]:
                    answer = first_result(answer)
                if fault := fault_of(answer):
                    wrong.append(f"{operation} {trail} = {poison[:40]}: {fault}")
    assert not wrong, "\n".join(wrong)
    assert thrown > 300


@one_in
async def test_bodies_that_are_none(client: httpx.AsyncClient, world: World, one_in: int) -> None:
    wrong = []
    for turn, operation in enumerate(_with_bodies()):
        method, path, headers, example = _request(operation, world)
        headers["Content-Type"] = "application/json"
        needed = operation.said["requestBody"].get("required", False)
        # No body at all is in order where none is required; JSON's null means the same.
        throws = [(body, headers) for body in WHOLE if needed or body not in (b"", b"null")]
        good = json.dumps(example).encode()
        kinds = ("text/plain", "application/xml", "multipart/form-data")
        throws += [(good, {**headers, "Content-Type": kind}) for kind in kinds]
        throws.append((json.dumps({**example, ECHO: ECHO}).encode(), headers))
        for body, sent in throws[turn % one_in :: one_in]:
            answer = await client.request(method, path, headers=sent, content=body)
            if fault := fault_of(answer):
                wrong.append(f"{operation} {body[:30]!r} {sent['Content-Type']}: {fault}")
    assert not wrong, "\n".join(wrong)


async def test_bodies_too_large(client: httpx.AsyncClient, world: World) -> None:
    """By the length that is declared, and by what really comes when none is."""

    async def pour() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 1_048_576

    for operation in (each for each in _with_bodies() if each.id in ("create_project", "apply")):
        method, path, headers, _ = _request(operation, world)
        headers["Content-Type"] = "application/json"
        declared = await client.request(method, path, headers=headers, content=b" " * 2_000_000)
        poured = await client.request(method, path, headers=headers, content=pour())
        assert (declared.status_code, poured.status_code) == (413, 413)
        assert fault_of(declared) is None
        assert fault_of(poured) is None


@one_in
async def test_parameters(client: httpx.AsyncClient, world: World, one_in: int) -> None:
    must_refuse = {
        "limit": ["0", "-1", "201", "1e9", "1.5", "NaN", "", ECHO, LONG, "%00", "true"],
        "cursor": [ECHO, "%00", "%ff%fe", "' OR 1=1 --", "A" * 301, "%F0%9F%92%A9", "e30="],
    }
    elsewhere = [ECHO, "%00", "%ff%fe", "'--", "A" * 5_000, "%ED%A0%80", ""]
    wrong, turn = [], 0
    for operation in documents.operations():
        names = [each["name"] for each in operation.parameters if each["in"] == "query"]
        for name in names:
            method, path, headers, _ = _request(operation, world)
            turn += 1
            for value in must_refuse.get(name, elsewhere)[turn % one_in :: one_in]:
                answer = await client.request(method, f"{path}?{name}={value}", headers=headers)
                fine = name not in must_refuse and answer.status_code == 200
                fault = None if fine and ECHO not in answer.text else fault_of(answer)
                if fault:
                    wrong.append(f"{operation} ?{name}={value[:40]}: {fault}")
    assert not wrong, "\n".join(wrong)


async def test_paths_and_headers(client: httpx.AsyncClient, world: World) -> None:
    wrong = []
    for operation in documents.operations():
        method, path, headers, example = _request(operation, world)
        said = {"json": example} if example is not None else {}
        if "{" in operation.path:
            start = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|2001-01", ECHO, path)
            for value in (ECHO, "%00", "%ED%A0%80", LONG, "00000000-0000-0000-0000-00000000000g"):
                answer = await client.request(
                    method, start.replace(ECHO, value), headers=headers, **said
                )
                if fault := fault_of(answer):
                    wrong.append(f"{operation} at {start.replace(ECHO, value)[:60]}: {fault}")
        for name, value in (
            ("Authorization", f"Bearer {ECHO}"),
            ("Authorization", ECHO),
            ("Authorization", "Bearer " + "x" * 5_000),
            ("Authorization", "Basic Og=="),
        ):
            if operation.public:
                continue
            answer = await client.request(method, path, headers={**headers, name: value}, **said)
            fault = fault_of(answer) or (None if answer.status_code == 401 else "let in")
            if fault:
                wrong.append(f"{operation} {name}: {value[:30]}: {fault}")
    assert not wrong, "\n".join(wrong)


async def test_idempotency_keys(client: httpx.AsyncClient, world: World) -> None:
    operation = next(each for each in documents.operations() if each.id == "create_project")
    method, path, headers, example = _request(operation, world)
    for key in ("", "x" * 256, "a b", "\x7f"):
        answer = await client.request(
            method, path, headers={**headers, "Idempotency-Key": key}, json=example
        )
        assert fault_of(answer) is None, key


def test_the_check_bites() -> None:
    problem = {"content-type": "application/problem+json"}
    assert fault_of(httpx.Response(200, json={}))
    assert fault_of(httpx.Response(500, headers=problem, content=b"{}"))
    assert fault_of(httpx.Response(422, json={}))
    assert fault_of(httpx.Response(422, headers=problem, content=f'{{"a": "{ECHO}"}}'.encode()))
    assert fault_of(httpx.Response(422, headers=problem, content=b"{}")) is None
