"""Candidates over the client door."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from app.api.door import Runtime
from app.projects.tables import Position
from app.trainers.tables import Trainer
from tests.factories import people, work

BASE = "/client/v1"


class Scene:
    """A position with one trainer who fits and one who does not."""

    def __init__(self, token: str, position: Position, fits: Trainer, lacks: Trainer) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}
        self.path = f"{BASE}/positions/{position.id}/candidates"
        self.fits, self.lacks = fits, lacks


@pytest.fixture
async def scene(runtime: Runtime, now: datetime) -> Scene:
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        project = await work.project(session, company, now=now)
        asked = {"credentials": ["us_npi"], "skills": ["emergency medicine"]}
        position = await work.position(session, project, now=now, requirements=asked)
        fits = await people.trainer(session, now=now)
        await people.credential(session, fits.id, now=now)
        lacks = await people.trainer(session, now=now)
        await people.credential(session, lacks.id, now=now, state="claimed")
        owner = await people.owner_of(session, company.id)
        return Scene(await people.token(session, owner, now=now), position, fits, lacks)


async def get(doors: httpx.AsyncClient, scene: Scene, rest: str = "", **headers: str) -> Any:
    answer = await doors.get(scene.path + rest, headers={**scene.headers, **headers})
    assert answer.status_code == 200, answer.text
    # The asking pay rate of 110.00 is grossed up to 137.50 wherever it is shown.
    assert "110.00" not in answer.text
    assert "110,00" not in answer.text
    assert "11000" not in answer.text
    return answer.json()


async def test_candidates_with_reasons(doors: httpx.AsyncClient, scene: Scene) -> None:
    listed = await get(doors, scene)
    (item,) = listed["items"]
    assert listed["next_cursor"] is None
    assert item["trainer"]["id"] == str(scene.fits.id)
    assert item["trainer"]["label"] == "Erika B."
    assert "Beispiel" not in str(item)
    assert [each["type"] for each in item["trainer"]["credentials"]] == ["us_npi"]
    assert item["trainer"]["languages"] == [{"code": "en", "level": "C2"}]
    assert item["asking_bill_rate"] == {"minor": 13_750, "currency": "USD"}
    assert 0 < item["score"] <= 1
    added = sum(each["value"] * each["weight"] for each in item["reasons"])
    assert added == pytest.approx(item["score"], abs=1e-9)
    german = await get(doors, scene, **{"Accept-Language": "de"})
    assert "Wunschsatz 137,50 USD" in str(german)


async def test_explained_either_way(doors: httpx.AsyncClient, scene: Scene) -> None:
    yes = await get(doors, scene, f"/{scene.fits.id}")
    assert (yes["eligible"], yes["unmet"]) == (True, [])
    assert all(each["met"] for each in yes["requirements"])
    no = await get(doors, scene, f"/{scene.lacks.id}")
    assert no["eligible"] is False
    (unmet,) = no["unmet"]
    assert (unmet["requirement"], unmet["needed"], unmet["found"]) == (
        "credential",
        "us_npi",
        "claimed",
    )
    assert "verified" in unmet["text"]


async def test_a_cursor_belongs_to_its_list(
    doors: httpx.AsyncClient, scene: Scene, runtime: Runtime, now: datetime
) -> None:
    async with runtime.database.begin() as session:
        for _ in range(3):
            trainer = await people.trainer(session, now=now)
            await people.credential(session, trainer.id, now=now)
    seen: list[str] = []
    cursor = None
    while True:
        rest = f"?limit=2&cursor={cursor}" if cursor else "?limit=2"
        page = await get(doors, scene, rest)
        seen += [each["trainer"]["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4
    first = await get(doors, scene, "?limit=2")
    for wrong in ("x", first["next_cursor"][:-2] + "AA", "é"):
        answer = await doors.get(scene.path, params={"cursor": wrong}, headers=scene.headers)
        assert answer.status_code == 400
        assert answer.json()["code"] == "cursor_unknown"
    elsewhere = await doors.get(
        f"{BASE}/projects", params={"cursor": first["next_cursor"]}, headers=scene.headers
    )
    assert elsewhere.json()["code"] == "cursor_unknown"


async def test_who_may_not(
    doors: httpx.AsyncClient, scene: Scene, runtime: Runtime, now: datetime
) -> None:
    assert (await doors.get(scene.path)).status_code == 401
    nobody = "/01890000-0000-7000-8000-000000000000"
    gone = await doors.get(scene.path + nobody, headers=scene.headers)
    assert gone.status_code == 404
    async with runtime.database.begin() as session:
        other = await people.company(session, now=now)
        owner = await people.owner_of(session, other.id)
        token = await people.token(session, owner, now=now)
    headers = {"Authorization": f"Bearer {token}"}
    for rest in ("", f"/{scene.fits.id}"):
        foreign = await doors.get(scene.path + rest, headers=headers)
        assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
