"""Answers that get lost, requests that are sent twice at once or again a week later.

Whatever a phone repeats, there is one row, and it is told the same: hours by ids of its own (PUT),
projects by Idempotency-Key (POST), and hours of a sync by both.
"""

import asyncio
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

import httpx
import pytest
from sqlalchemy import func, select, text

from app.api.door import Runtime
from app.books import proving
from app.companies.tables import CreditTerms
from app.kit.ids import new_id
from app.main import build_app
from app.projects.tables import Project
from app.timesheets.tables import TimeEntry
from tests.factories import people
from tests.factories.at_work import Deal, deal
from tests.races.waiting import waiting_for_locks

TRIES = 6
AT_ONCE = 12
WEEK_S = 7 * 24 * 3600
_IDS = UUID("2f3a1a60-5f5e-4a7e-9d53-0d2f8f0f7d11")


@dataclass(frozen=True)
class Submit:
    """One thing that somebody wants done once."""

    id: str
    door: str
    who: int
    method: str
    path: str
    body: dict[str, Any]
    key: str | None = None


@dataclass(frozen=True)
class Answer:
    """What left the application, whether or not it arrived."""

    status: int
    content: bytes
    replayed: bool
    retry_after: str | None

    @property
    def entry(self) -> Any:
        """What stands, without what else is told: minutes left change with other entries."""
        said = json.loads(self.content)
        said.pop("allowance", None)
        return said


@dataclass
class Line(httpx.AsyncBaseTransport):
    """A bad connection: each request runs to its end, and so many of the answers are lost."""

    app: httpx.ASGITransport
    seed: int
    lost_share: float = 0.3
    heard: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    lost: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.app.handle_async_request(request)
        content = await answer.aread()
        id_ = request.headers["X-Submit"]
        headers = answer.headers
        self.heard[id_].append(
            Answer(answer.status_code, content, headers.get("idempotent-replayed") == "true",
                   headers.get("retry-after"))
        )  # fmt: skip
        if Random(f"{self.seed}:{id_}:{len(self.heard[id_])}").random() < self.lost_share:
            self.lost += 1
            raise httpx.ReadError("the answer was lost", request=request)
        return answer


@dataclass
class Phones:
    """Some trainers and companies, one bad line, and what was confirmed over it."""

    runtime: Runtime
    line: Line
    deals: list[Deal]
    tokens: dict[tuple[str, int], str] = field(default_factory=dict)
    tries: Counter[int] = field(default_factory=Counter)

    async def sign_in(self) -> None:
        async with self.runtime.database.begin() as session:
            now = self.runtime.clock.now()
            for who, at in enumerate(self.deals):
                for door, user in (("trainer", at.trainer.user_id), ("client", at.owner_user_id)):
                    self.tokens[door, who] = await people.token(session, user, now=now)

    async def send(self, submit: Submit) -> bool:
        """Try up to five times more; whether an answer came through."""
        headers = {"Authorization": f"Bearer {self.tokens[submit.door, submit.who]}",
                   "X-Submit": submit.id}  # fmt: skip
        if submit.key:
            headers["Idempotency-Key"] = submit.key
        url = f"http://lehrwerk.test/{submit.door}/v1{submit.path}"
        async with httpx.AsyncClient(transport=self.line) as client:
            for attempt in range(TRIES):
                try:
                    answer = await client.request(
                        submit.method, url, json=submit.body, headers=headers
                    )
                except httpx.ReadError:
                    continue
                if answer.status_code == 409:
                    await asyncio.sleep(0.05)
                    continue
                assert answer.status_code in (200, 201), answer.text
                self.tries[attempt] += 1
                return True
        return False

    async def send_all(self, submits: list[Submit]) -> list[Submit]:
        """Twelve at a time; those that nobody confirmed."""
        gate, unconfirmed = asyncio.Semaphore(AT_ONCE), list[Submit]()

        async def one(submit: Submit) -> None:
            async with gate:
                if not await self.send(submit):
                    unconfirmed.append(submit)

        await asyncio.gather(*map(one, submits))
        return unconfirmed


async def phones(runtime: Runtime, seed: int, number: int) -> Phones:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        deals = [await deal(session, now=now) for _ in range(number)]
        for at in deals:
            session.add(
                CreditTerms(
                    id=new_id(), company_id=at.company.id, kind="invoice", net_days=14,
                    credit_limit_minor=100_000_000, currency="USD", funding_rule="on_collection",
                    effective_at=now - timedelta(days=1),
                )
            )  # fmt: skip
    app = httpx.ASGITransport(app=build_app(runtime), raise_app_exceptions=False)
    made = Phones(runtime, Line(app, seed), deals)
    await made.sign_in()
    return made


def submits(made: Phones, number: int) -> list[Submit]:
    """Six in ten are hours by PUT, three projects by POST, one hours in a sync by POST."""
    monday = made.runtime.clock.now().replace(microsecond=0) - timedelta(days=9)
    found = []
    for n in range(number):
        who = n % len(made.deals)
        id_ = str(uuid5(_IDS, str(n)))
        start = monday + timedelta(minutes=4 * n)
        hours = {
            "engagement_id": str(made.deals[who].engagement.id),
            "started_at": start.isoformat(),
            "ended_at": (start + timedelta(minutes=3)).isoformat(),
            "note": f"Submit {n}",
        }
        project = {"title": f"Project {n}", "brief": "Judge answers, one by one."}
        kind = n % 10
        if kind < 6:
            found.append(Submit(id_, "trainer", who, "PUT", f"/time-entries/{id_}", hours))
        elif kind < 9:
            found.append(Submit(id_, "client", who, "POST", "/projects", project, key=id_))
        else:
            body = {"items": [{"entry_id": id_, **hours}]}
            found.append(Submit(id_, "trainer", who, "POST", "/time-entries/sync", body, key=id_))
    return found


async def rows(made: Phones) -> tuple[int, int, int]:
    """(entries, pieces, projects beside those that the deals came with)."""
    async with made.runtime.database.begin() as session:
        entries = await session.scalar(select(func.count(TimeEntry.root_id.distinct())))
        pieces = await session.scalar(select(func.count(TimeEntry.id)))
        projects = await session.scalar(select(func.count(Project.id)))
    return entries or 0, pieces or 0, (projects or 0) - len(made.deals)


def assert_one_effect(submit: Submit, answers: list[Answer]) -> None:
    done = [each for each in answers if each.status in (200, 201)]
    busy = [each for each in answers if each.status == 409]
    assert len(done) + len(busy) == len(answers), [each.status for each in answers]
    for each in busy:
        assert json.loads(each.content)["code"] == "idempotency_key_in_use"
        assert each.retry_after == "1"
    if submit.method == "PUT":
        assert not busy
        assert [each.status for each in done].count(201) == 1
        assert all(each.entry == done[0].entry for each in done)
    elif submit.path == "/projects":
        assert [each.replayed for each in done].count(False) == 1
        assert {each.status for each in done} == {201}
        assert len({each.content for each in done}) == 1
    else:
        # It opens its own transactions, so that two at once both run: by the entry's id they come
        # to one effect, and one of them hears that it stands already. Later ones are replays.
        fresh = [each for each in done if not each.replayed]
        outcomes = [json.loads(each.content)["results"][0]["outcome"] for each in fresh]
        assert outcomes.count("accepted") == 1
        assert set(outcomes) <= {"accepted", "unchanged"}
        replays = {each.content for each in done if each.replayed}
        assert len(replays) <= 1
        assert replays <= {each.content for each in fresh}


@pytest.mark.parametrize(
    ("number", "seed"), [(40, 5), pytest.param(1_000, 6, marks=pytest.mark.slow)]
)
async def test_each_logical_submit_is_one_row(runtime: Runtime, number: int, seed: int) -> None:
    print(f"seed {seed}")
    random = Random(seed)
    made = await phones(runtime, seed, 2 if number < 100 else 10)
    wanted = submits(made, number)
    twice = random.sample(wanted, number // 10)
    started = time.perf_counter()
    at_once = wanted + twice
    at_once.sort(key=lambda submit: submit.id)  # the two of a pair stand side by side
    unconfirmed = await made.send_all(at_once)
    first_round = sum(map(len, made.line.heard.values()))
    took_s = time.perf_counter() - started
    assert await rows(made) == (number * 7 // 10, number * 7 // 10, number * 3 // 10)

    made.runtime.clock.set_offset(WEEK_S)
    await made.sign_in()
    again = random.sample(wanted, max(1, number // 20)) + unconfirmed
    lost, made.line.lost_share = made.line.lost, 0
    assert await made.send_all(again) == []
    assert await rows(made) == (number * 7 // 10, number * 7 // 10, number * 3 // 10)
    for submit in wanted:
        assert_one_effect(submit, made.line.heard[submit.id])
    heard = [each for answers in made.line.heard.values() for each in answers]
    print(
        f"{number} submits, {len(twice)} sent twice at once: {first_round} requests in"
        f" {took_s:.1f} s, {lost} answers lost ({100 * lost / first_round:.0f} %),"
        f" tries {dict(sorted(made.tries.items()))}, unconfirmed after five more: "
        f"{len(unconfirmed)}; {len(again)} again after seven days;"
        f" replays {sum(each.replayed for each in heard)},"
        f" 409 {sum(each.status == 409 for each in heard)}; rows {await rows(made)}"
    )
    async with made.runtime.database.begin() as session:
        broken = [each for each in await proving.prove_all(session) if not each.holds]
    assert broken == []


async def test_another_body_is_refused_and_keys_are_ones_own(runtime: Runtime) -> None:
    made = await phones(runtime, 7, 2)
    made.line.lost_share = 0
    wanted = submits(made, 20)
    assert await made.send_all(wanted) == []
    before = await rows(made)
    hours = next(each for each in wanted if each.method == "PUT")
    project = next(each for each in wanted if each.path == "/projects")
    other = 1 - project.who
    async with httpx.AsyncClient(transport=made.line, base_url="http://lehrwerk.test") as client:

        async def ask(submit: Submit, who: int, **body: Any) -> httpx.Response:
            headers = {"Authorization": f"Bearer {made.tokens[submit.door, who]}",
                       "X-Submit": "other", "Idempotency-Key": submit.key or ""}  # fmt: skip
            if not submit.key:
                del headers["Idempotency-Key"]
            return await client.request(
                submit.method, f"/{submit.door}/v1{submit.path}", json={**submit.body, **body},
                headers=headers,
            )  # fmt: skip

        changed = await ask(hours, hours.who, note="Another")
        assert (changed.status_code, changed.json()["code"]) == (409, "already_used")
        assert changed.json()["facts"]["differing"] == ["note"]
        reused = await ask(project, project.who, title="Another")
        assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
        assert await rows(made) == before
        # The same key in somebody else's hand, or for another route, is another key.
        theirs = await ask(project, other)
        assert (theirs.status_code, "idempotent-replayed" in theirs.headers) == (201, False)
        mine = await ask(project, project.who)
        assert mine.headers["idempotent-replayed"] == "true"
        assert mine.json()["id"] != theirs.json()["id"]
        elsewhere = await client.post(
            f"/client/v1/projects/{mine.json()['id']}/close",
            headers={"Authorization": f"Bearer {made.tokens['client', project.who]}",
                     "X-Submit": "other", "Idempotency-Key": project.key or ""},
        )  # fmt: skip
        assert (elsewhere.status_code, elsewhere.json()["state"]) == (200, "closed")
        assert "idempotent-replayed" not in elsewhere.headers
    assert (await rows(made))[2] == before[2] + 1


async def test_while_the_first_still_runs(runtime: Runtime) -> None:
    made = await phones(runtime, 8, 1)
    made.line.lost_share = 0
    (project,) = [each for each in submits(made, 7) if each.path == "/projects"]
    async with runtime.database.begin() as session:
        await session.execute(text("LOCK TABLE projects IN EXCLUSIVE MODE"))
        first = asyncio.create_task(made.send(project))
        await waiting_for_locks(runtime.database, 1)
        assert not await made.send(project)
    assert await first
    assert await made.send(project)
    answers = made.line.heard[project.id]
    assert [each.status for each in answers] == [*[409] * TRIES, 201, 201]
    assert_one_effect(project, answers)
    assert (await rows(made))[2] == 1
