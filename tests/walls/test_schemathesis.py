"""Requests made up from the documents, at every door: no answer is a fault of ours.

Half of them are as the document wants them, half are not. The quick run takes one for each
operation, of one half and the other by turns; `-m slow` many of both.
"""

import contextlib
import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case
from schemathesis.generation import GenerationMode
from schemathesis.openapi import from_dict

from tests.walls import documents
from tests.walls.authorisation_matrix import MATRIX
from tests.walls.documents import DOORS
from tests.walls.test_authorisation import RIGHTFUL
from tests.walls.world import Desk, World

# Wait for the outside or print a document: what is made up differs in nothing that matters.
RARELY = {"start_payout_onboarding", "pay_invoice", "save_payment_method", "download_invoice"}
# Take no parameter and no body, so that nothing wrong can be said to them.
HARMLESS = {"list_vocabularies"}
_NOT_OURS = {"cookies", "headers", "method", "url"}


def made_up(operation: Any, mode: GenerationMode, most: int) -> list[Case]:
    """The same requests in every run."""
    cases: list[Case] = []

    @settings(
        max_examples=most, database=None, derandomize=True, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        cases.append(case)

    with contextlib.suppress(Unsatisfiable):
        collect()
    return cases[:most]


async def _send(desk: Desk, world: World, door: str, case: Case, *, known: bool) -> httpx.Response:
    """One request; with `known`, about objects that exist: made-up ids only ever meet a 404."""
    if known:
        for name in case.path_parameters or {}:
            noun = name.removesuffix("_id")
            if noun in world.things:
                case.path_parameters[name] = str(world.things[noun])
    said = case.as_transport_kwargs(base_url=f"http://lehrwerk/{door}/v1")
    own = {name: value for name, value in said["headers"].items()
           if name.lower() not in ("authorization", "content-length", "user-agent")}  # fmt: skip
    public = case.operation.definition.raw["operationId"].strip() in _public(door)
    headers = {**own, **({} if public else world.headers(RIGHTFUL[door]))}
    rest = {name: value for name, value in said.items() if name not in _NOT_OURS}
    return await desk.ask(said["method"], said["url"], headers=_ascii(headers), **rest)


def _public(door: str) -> set[str]:
    return {each.id for each in documents.operations() if each.door == door and each.public}


def _ascii(headers: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if isinstance(v, str) and v.isascii()}


_BOTH = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


async def faults(
    world: World, door: str, *, most: int, by_turns: bool = False
) -> tuple[list[str], int]:
    """What went wrong, and how many requests were made."""
    found, asked = [], 0
    async with world.rolled_back() as desk:
        for turn, result in enumerate(from_dict(documents.document(door)).get_all_operations()):
            operation = result.ok()
            id_ = operation.definition.raw["operationId"]
            if MATRIX[f"{door}.{id_}"].alone:
                continue
            for mode in _BOTH[turn % 2 :: 2] if by_turns else _BOTH:
                if mode is GenerationMode.NEGATIVE and id_ in HARMLESS:
                    continue
                cases = made_up(operation, mode, 1 if id_ in RARELY else most)
                for number, case in enumerate(cases):
                    answer = await _send(desk, world, door, case, known=number % 2 == 0)
                    asked += 1
                    found += [f"{id_}: {what}\n  {case.as_curl_command()[:500]}"
                              for what in wrong(answer)]  # fmt: skip
    return found, asked


def wrong(answer: httpx.Response) -> list[str]:
    """No fault, and every refusal a problem with a code."""
    if answer.status_code >= 500:
        return [f"{answer.status_code} {answer.text[:300]}"]
    if answer.status_code < 400:
        return []
    if answer.headers.get("content-type") != "application/problem+json":
        return [f"{answer.status_code} is no problem: {answer.text[:200]}"]
    said = answer.json()
    shaped = said["status"] == answer.status_code and re.fullmatch(r"[a-z][a-z_]+", said["code"])
    return [] if shaped and said["detail"] else [f"a problem of another shape: {answer.text[:200]}"]


@pytest.mark.parametrize("door", DOORS)
async def test_no_door_faults(world: World, door: str) -> None:
    found, asked = await faults(world, door, most=1, by_turns=True)
    assert not found, "\n".join(found)
    assert asked >= 5


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
async def test_no_door_faults_under_many(world: World, door: str) -> None:
    found, asked = await faults(world, door, most=40)
    assert not found, "\n".join(found)
    assert asked >= 500


def test_the_check_bites() -> None:
    assert wrong(httpx.Response(500, json={}))
    assert wrong(httpx.Response(422, json={"detail": []}))
    assert not wrong(httpx.Response(200, json={}))
