"""The planted rates are looked for in everything that the other side can get to see.

Every operation of the trainer's and the client's door is asked by everybody who may come there,
in order and out of order; bodies, headers, PDF, CSV and the documents are searched for the digits.
"""

import io
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pypdf
import pytest
import pytest_asyncio

from app.cli import documents as writing
from tests.walls import documents
from tests.walls.authorisation_matrix import MATRIX
from tests.walls.test_authorisation import request_of
from tests.walls.world import (
    BILL_CAP_MINOR,
    BILL_MINOR,
    BUDGET_MINOR,
    DOOR_OF,
    FEE_BPS,
    PAY_CAP_MINOR,
    PAY_MINOR,
    World,
)

MARGIN_MINOR = BILL_MINOR - PAY_MINOR
# Each figure alone, and what ten hours, a quarter of one, and seconds times a rate make of it.
SECRETS = {
    "trainer": {
        "bill rate": BILL_MINOR, "position's cap": BILL_CAP_MINOR, "budget": BUDGET_MINOR,
        "margin": MARGIN_MINOR, "a quarter billed": round(BILL_MINOR / 4),
        "an hour in credit": BILL_MINOR * 3600, "platform's bill cap": 1_200_001,
        "half an hour billed": round(BILL_MINOR / 2),
    },
    "client": {
        "pay rate": PAY_MINOR, "pay cap": PAY_CAP_MINOR, "margin": MARGIN_MINOR,
        "a quarter earned": PAY_MINOR // 4, "half an hour earned": PAY_MINOR // 2,
        "platform's pay cap": 500_001,
    },
}  # fmt: skip
OWN = {"trainer": PAY_MINOR, "client": BILL_MINOR}
_RANDOM = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|lw[akr]_[\w.-]+|\d{4}-\d\d-\d\dT[\d:.]+"
)


def _digits(text: str) -> str:
    """The text without what is random in it, and without separators within numbers."""
    return re.sub(r"(?<=\d)[.,'\u202f\u00a0 ](?=\d)", "", _RANDOM.sub("…", text))


def leaks(door: str, text: str) -> list[str]:
    """Which of the other side's figures stand in the text."""
    digits = _digits(text)
    found = [name for name, figure in SECRETS[door].items() if str(figure) in digits]
    shares = rf"(?<!\d)0*({FEE_BPS}|{10_000 - FEE_BPS})(?!\d)"
    return [*found, *(["fee"] if re.search(shares, digits) else [])]


def heard(answer: httpx.Response) -> str:
    """Everything in an answer as text: a PDF's words too, as they are printed."""
    body = answer.text
    if answer.headers.get("content-type", "").startswith("application/pdf"):
        pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        body = "\n".join(page.extract_text() for page in pages)
    headers = "\n".join(f"{k}: {v}" for k, v in answer.headers.items() if k != "content-length")
    return f"{headers}\n{body}"


def _askers(door: str) -> Iterator[str | None]:
    yield None
    yield from (actor for actor, at in DOOR_OF.items() if at == door)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def everything(world: World) -> AsyncIterator[dict[str, list[tuple[str, str]]]]:
    """(request, answer) of all that is asked at the two doors."""
    found: dict[str, list[tuple[str, str]]] = {"trainer": [], "client": []}
    async with world.rolled_back() as desk:
        for operation in documents.operations():
            if operation.door not in found:
                continue
            rule = MATRIX[str(operation)]
            for turn, actor in enumerate(_askers(operation.door)):
                method, path, said = request_of(operation, rule, world)
                language = ("en", "de")[turn % 2]
                headers = {**world.headers(actor), "Accept-Language": language}
                answer = await desk.ask(method, path, headers=headers, **said)
                found[operation.door].append((f"{operation} by {actor}", heard(answer)))
        for door, actor, method, path, body in _out_of_order(world):
            answer = await desk.ask(
                method, f"/{door}/v1{path}", headers=world.headers(actor), json=body
            )
            found[door].append((f"{method} {path} {body}", heard(answer)))
        for query in ("?format=csv", "?format=pdf"):
            path = f"/client/v1/invoices/{world.things['paid invoice']}/download{query}"
            answer = await desk.ask("GET", path, headers=world.headers("owner"))
            assert answer.status_code == 200
            found["client"].append((path, heard(answer)))
    yield found


def _out_of_order(world: World) -> Iterator[tuple[str, str, str, str, Any]]:
    """Requests whose refusals could name a cap, and filters that could tell by what they keep."""
    day = world.now.date().isoformat()
    offers = f"/applications/{world.things['application']}/offers"
    for minor in (1, 99, BILL_CAP_MINOR + 1, 1_200_002, 10**13):
        rate = {"minor": minor, "currency": "USD"}
        body = {"bill_rate": rate, "weekly_minutes": 600, "starts_on": day}
        yield "client", "owner", "POST", offers, body
        yield (
            "client",
            "owner",
            "PATCH",
            f"/positions/{world.things['position']}",
            {"bill_rate_cap": rate},
        )
    for minor in (PAY_CAP_MINOR + 1, 500_002, 10**13):
        yield (
            "trainer",
            "trainer",
            "PUT",
            f"/applications/{uuid4()}",
            {
                "position_id": str(world.things["waiting position"]),
                "asking_pay_rate": {"minor": minor, "currency": "USD"},
            },
        )
        yield (
            "trainer",
            "trainer",
            "PATCH",
            "/me",
            {"asking_pay_rate": {"minor": minor, "currency": "USD"}},
        )
    for query in ("sort=bill_rate", "bill_rate_gt=700000", "order_by=-margin", "fields=bill_rate"):
        for path in ("/feed", "/offers", "/engagements", "/earnings"):
            yield "trainer", "trainer", "GET", f"{path}?{query}", None
    for query in ("sort=pay_rate", "pay_rate_gt=300000", "include=pay_terms", "expand=trainer.pay"):
        for path in ("/engagements", "/timesheets", "/invoices"):
            yield "client", "owner", "GET", f"{path}?{query}", None


@pytest.mark.parametrize("door", ["trainer", "client"])
def test_the_other_sides_figures_appear_nowhere(
    everything: dict[str, list[tuple[str, str]]], door: str
) -> None:
    wrong = [
        f"{asked}: {', '.join(names)} in {text[-600:]}"
        for asked, text in everything[door]
        if (names := leaks(door, text))
    ]
    assert not wrong, "\n".join(wrong)
    assert len(everything[door]) > 100


@pytest.mark.parametrize("door", ["trainer", "client"])
def test_the_own_figure_is_really_planted(
    everything: dict[str, list[tuple[str, str]]], door: str
) -> None:
    """Otherwise silence would prove nothing: most reading operations show the own side's rate."""
    showing = {asked for asked, text in everything[door] if str(OWN[door]) in _digits(text)}
    assert len(showing) >= 5


@pytest.mark.parametrize("door", ["trainer", "client"])
def test_the_documents_hold_none_of_them(door: str) -> None:
    assert leaks(door, writing.text_of(documents.document(door))) == []


@pytest.mark.parametrize(
    ("door", "text"),
    [
        ("trainer", '{"minor": 733137}'),
        ("trainer", "7,331.37 USD"),
        ("trainer", "7.331,37\u00a0USD"),
        ("trainer", "10 h: 73 313.70"),
        ("trainer", '"fee_bps": 5475'),
        ("trainer", "54.75 %"),
        ("client", "3317.44"),
        ("client", "33.174,40"),
        ("client", "0.4525"),
        ("client", "401393"),
    ],
)
def test_the_search_bites(door: str, text: str) -> None:
    assert leaks(door, text)


def test_the_search_ignores_what_is_random() -> None:
    assert (
        leaks("trainer", "01a21733-1370-7528-86ad-733137733137 2026-11-25T00:13:29.733137Z") == []
    )
