"""The feed over the trainer door: nothing of the company's side of the money."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from app.api.door import Runtime
from app.projects.tables import Position
from tests.factories import people, work

BASE = "/trainer/v1"
CAP, BUDGET = 18_123, 7_654_321  # the client's figures; what they leave is 144.98


class Scene:
    """A trainer with one position that fits her, and one that misses a credential."""

    def __init__(self, token: str, fits: Position, misses: Position, draft: Position) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}
        self.fits, self.misses, self.draft = fits, misses, draft


@pytest.fixture
async def scene(runtime: Runtime, now: datetime) -> Scene:
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        project = await work.project(session, company, now=now, budget_minor=BUDGET)
        fits = await work.position(session, project, now=now, bill_rate_cap_minor=CAP)
        misses = await work.position(
            session,
            project,
            now=now,
            bill_rate_cap_minor=CAP,
            requirements={"credentials": ["us_npi"]},
        )
        hidden = await work.project(session, company, now=now, state="draft")
        draft = await work.position(session, hidden, now=now)
        trainer = await people.trainer(session, now=now)
        token = await people.token(session, trainer.user_id, now=now)
        return Scene(token, fits, misses, draft)


async def get(doors: httpx.AsyncClient, scene: Scene, path: str, **headers: str) -> Any:
    answer = await doors.get(BASE + path, headers={**scene.headers, **headers})
    assert answer.status_code == 200, answer.text
    for secret in ("18123", "181.23", "181,23", "7654321", "budget", "bill"):
        assert secret not in answer.text
    return answer.json()


async def test_feed_with_reasons_and_near_misses(doors: httpx.AsyncClient, scene: Scene) -> None:
    got = await get(doors, scene, "/feed")
    (item,) = got["items"]
    assert item["id"] == str(scene.fits.id)
    assert item["pay_rate_up_to"] == {"minor": 14_498, "currency": "USD"}
    assert item["eligible"] is True
    added = sum(each["value"] * each["weight"] for each in item["reasons"])
    assert added == pytest.approx(item["score"], abs=1e-9)
    (miss,) = got["near_misses"]
    assert miss["id"] == str(scene.misses.id)
    assert miss["eligible"] is False
    assert [each["requirement"] for each in miss["unmet"]] == ["credential"]
    assert miss["unmet"][0]["opens"]
    german = await get(doors, scene, "/feed", **{"Accept-Language": "de"})
    assert "Zahlt bis zu 144,98 USD" in str(german)


async def test_a_position_in_full(doors: httpx.AsyncClient, scene: Scene) -> None:
    got = await get(doors, scene, f"/positions/{scene.misses.id}")
    assert (got["state"], got["eligible"]) == ("open", False)
    assert [each["met"] for each in got["checks"]] == [False, True, True, True]
    for hidden in (scene.draft.id, "01890000-0000-7000-8000-000000000000"):
        answer = await doors.get(f"{BASE}/positions/{hidden}", headers=scene.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for path in ("/feed", f"/positions/{scene.fits.id}"):
        assert (await doors.get(BASE + path)).status_code == 401
