"""Payout runs at the finance door, and the same money at the trainer's."""

from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest_asyncio

from app.api.door import Runtime
from app.domain.actor import SystemActor
from app.domain.holds import PayoutRules
from app.payouts import running
from app.payouts.tables import PayoutAccount
from tests.factories import money, people, work


class Scene:
    """Tokens of finance and of two trainers; the first is owed 1,200.00 USD."""

    def __init__(self, doors: httpx.AsyncClient, runtime: Runtime) -> None:
        self.doors = doors
        self.runtime = runtime
        self.finance = ""
        self.trainer = ""
        self.stranger = ""
        self.trainer_id = UUID(int=0)

    async def get(self, token: str, path: str, language: str = "en") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        return await self.doors.get(path, headers=headers)

    async def run(self, key: str | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.finance}"}
        if key:
            headers["Idempotency-Key"] = key
        return await self.doors.post("/finance/v1/payout-runs", json={}, headers=headers)


@pytest_asyncio.fixture
async def scene(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> Scene:
    made = Scene(doors, runtime)
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        position = await work.position(
            session, await work.project(session, company, now=now), now=now
        )
        trainer = await people.trainer(session, now=now)
        stranger = await people.trainer(session, now=now)
        engagement = await work.engagement(session, position, trainer.id, now=now)
        await money.funded_pay(session, engagement, now=now)
        await money.funded_pay(session, engagement, now=now, funded=False, weeks_back=2)
        staff = await people.user(session, now=now, door="finance")
        made.finance = await people.token(session, staff.id, now=now)
        made.trainer = await people.token(session, trainer.user_id, now=now)
        made.stranger = await people.token(session, stranger.user_id, now=now)
        made.trainer_id = trainer.id
    return made


async def account_ready(scene: Scene, now: datetime) -> None:
    async with scene.runtime.database.begin() as session:
        session.add(
            PayoutAccount(
                trainer_id=scene.trainer_id, state="created", ready=True, missing=[],
                provider_account_id="acct_test", intended_at=now, fetched_at=now,
            )
        )  # fmt: skip


async def test_a_run_needs_a_key_and_a_repeat_answers_the_same_bytes(scene: Scene) -> None:
    refused = await scene.run(None)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_required")
    key = str(uuid4())
    first, second = await scene.run(key), await scene.run(key)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    path = f"/finance/v1/payout-runs/{first.json()['id']}"
    assert (await scene.get(scene.finance, path)).json()["state"] == "running"
    assert (await scene.get(scene.finance, f"/finance/v1/payout-runs/{uuid4()}")).status_code == 404
    assert (await scene.get(scene.trainer, path)).status_code == 401


async def test_every_cent_has_a_cause_in_both_languages(scene: Scene, now: datetime) -> None:
    holds = (await scene.get(scene.trainer, "/trainer/v1/holds")).json()["items"]
    assert {h["waiting"]["cause"]: h["held"]["minor"] for h in holds} == {
        "client_unpaid": 120_000,
        "payout_account_incomplete": 120_000,
    }
    german = (await scene.get(scene.trainer, "/trainer/v1/holds", "de")).json()["items"]
    assert german[0]["waiting"]["next_action"] != holds[0]["waiting"]["next_action"]
    await account_ready(scene, now)
    earnings = (await scene.get(scene.trainer, "/trainer/v1/earnings")).json()["items"]
    assert {e["waiting"]["cause"] for e in earnings} == {"client_unpaid", "next_run"}
    assert (await scene.get(scene.stranger, "/trainer/v1/earnings")).json()["items"] == []
    assert (await scene.get(scene.stranger, "/trainer/v1/holds")).json()["items"] == []


async def test_a_planned_payout_is_seen_by_finance_and_its_trainer_alone(
    scene: Scene, now: datetime
) -> None:
    await account_ready(scene, now)
    run_id = UUID((await scene.run(str(uuid4()))).json()["id"])
    await running.plan(
        scene.runtime.database, run_id, rules=PayoutRules(), actor=SystemActor("test"), now=now
    )
    listed = await scene.get(scene.finance, f"/finance/v1/payouts?payout_run_id={run_id}")
    (payout,) = listed.json()["items"]
    assert (payout["state"], payout["pay"]["minor"]) == ("pending", 120_000)
    detail = (await scene.get(scene.finance, f"/finance/v1/payouts/{payout['id']}")).json()
    assert detail["attempts"] == []
    retried = await scene.doors.post(
        f"/finance/v1/payouts/{payout['id']}/retry",
        headers={"Authorization": f"Bearer {scene.finance}"},
    )
    assert (retried.status_code, retried.json()["code"]) == (409, "payout_not_retryable")
    path = f"/trainer/v1/payouts/{payout['id']}/explanation"
    explained = (await scene.get(scene.trainer, path)).json()
    assert sum(line["earned"]["minor"] for line in explained["lines"]) == 120_000
    foreign, never = (
        await scene.get(scene.stranger, path),
        await scene.get(scene.trainer, f"/trainer/v1/payouts/{uuid4()}/explanation"),
    )
    assert foreign.status_code == never.status_code == 404
    assert foreign.json()["code"] == never.json()["code"]
    own = (await scene.get(scene.trainer, "/trainer/v1/payouts")).json()["items"]
    assert [p["id"] for p in own] == [payout["id"]]
    holds = (await scene.get(scene.trainer, "/trainer/v1/holds")).json()["items"]
    assert {h["waiting"]["cause"] for h in holds} == {"client_unpaid", "under_way"}
