"""R2: whatever people do to hours under caps, in whatever order, it is what the model says.

Deeds are drawn by hypothesis and done twice: to a model in plain Python, and through the rooms'
verbs on PostgreSQL. After each, every piece of time, every sheet and what is left under every cap
must be the same, and at the end of a life the books must prove themselves.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.domain.caps import Scope, Section, Tally
from app.domain.refusals import Refusal
from app.kit.db import connect
from tests.factories import hours_life, quick
from tests.factories.hours_ground import MINUTE, SECOND, Piece
from tests.factories.hours_life import START, Life
from tests.factories.hours_model import Entry, Model

JOBS = st.sampled_from("abcde")
# In ten minutes: two weeks back, a few so late that they are refused, a few ahead of the clock.
AGO = st.integers(-1, 15 * 144) | st.integers(0, 4 * 144) | st.integers(29 * 144, 31 * 144)
LENGTHS = st.sampled_from([1, 59, 600, 3_600, 5_400, 4 * 3_600, 11 * 3_600, 26 * 3_600])
SHARED = {"position_total", "project"}
STEPS: Counter[str] = Counter()


def assert_left(found: dict[str, int], expected: dict[str, int]) -> None:
    """Never negative, and one's own caps exact; a shared one is exact where it binds first.

    Where it does not it may be told too low, by what others hold of it in advance, but never so
    low that it would seem to bind.
    """
    own = {cap: minutes for cap, minutes in expected.items() if cap not in SHARED}
    assert all(minutes >= 0 for minutes in found.values())
    assert found.keys() == expected.keys()
    assert {cap: found[cap] for cap in own} == own
    for cap in SHARED & found.keys():
        least = min(expected[cap], *own.values())
        assert least <= found[cap] <= expected[cap], (cap, found, expected)


class Hours(RuleBasedStateMachine):
    """One life of three trainers; `runner` and `connection` are set by the run."""

    runner: asyncio.Runner
    connection: AsyncConnection

    @initialize()
    def beginning(self) -> None:
        self.now, self.number, self.steps = START, 0, 0
        self.outer = self.run(self.connection.begin())
        self.session = AsyncSession(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        self.life: Life
        self.model: Model
        self.life, self.model = self.run(hours_life.begin(self.session))

    def run(self, deed: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await deed

        return self.runner.run(awaited())

    def both(self, expected: str | None, deed: Callable[[], Awaitable[Any]]) -> Any:
        """Do it for real, and compare all that can be seen."""

        async def done() -> tuple[str | None, Any]:
            try:
                async with self.session.begin_nested():
                    return None, await deed()
            except Refusal as refusal:
                return type(refusal).__name__, None

        refused, answer = self.run(done())
        assert refused == expected
        STEPS[refused or "done"] += 1
        self.run(self.compare())
        return answer

    async def compare(self) -> None:
        self.steps += 1
        STEPS["compared"] += 1
        await self.session.flush()
        assert await self.life.seen() == hours_life.seen_in(self.model)
        assert await self.life.sheets() == self.model.sheets
        for name in "abcde" if self.steps % 10 == 0 else "abcde"[self.steps % 5]:
            expected = self.model.left_minutes(self.model.jobs[name], self.now)
            assert_left(await self.life.left(name, self.now), expected)

    def fresh(self) -> str:
        self.number += 1
        return f"{self.number:04}"

    def span(self, ago: int, length: int) -> tuple[datetime, datetime]:
        start = self.now - ago * 10 * MINUTE
        return start, start + length * SECOND

    @rule(job=JOBS, ago=AGO, length=LENGTHS)
    def log(self, job: str, ago: int, length: int) -> None:
        root, (start, end) = self.fresh(), self.span(ago, length)
        said = Entry(self.model.jobs[job], start, end, None)
        expected = self.model.log(root, said, edit=False, now=self.now)
        self.both(expected, lambda: self.life.log(
            root, job, (start, end), None, edit=False, now=self.now))  # fmt: skip

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data(), ago=st.integers(0, 14 * 144), length=LENGTHS, edit=st.booleans(),
          keep=st.booleans())  # fmt: skip
    def edit(self, data: st.DataObject, ago: int, length: int, *, edit: bool, keep: bool) -> None:
        """Longer or shorter where it was, or elsewhere; without the version it is refused."""
        root = data.draw(st.sampled_from(sorted(self.model.entries)))
        was = self.model.entries[root]
        start, end = self.span(ago, length)
        if keep:
            start, end = was.start, was.start + length * SECOND
        said = Entry(was.job, start, end, "Edited.")
        expected = self.model.log(root, said, edit=edit, now=self.now)
        self.both(expected, lambda: self.life.log(
            root, was.job.name, (start, end), "Edited.", edit=edit, now=self.now))  # fmt: skip

    @precondition(lambda self: self.model.entries)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        root = data.draw(st.sampled_from(sorted(self.model.entries)))
        job = self.model.entries[root].job.name
        expected = self.model.delete(root)
        self.both(expected, lambda: self.life.delete(root, job, self.now))

    @rule(job=JOBS, spans=st.lists(st.tuples(st.integers(0, 14 * 144), LENGTHS), min_size=1,
                                   max_size=6))  # fmt: skip
    def sync(self, job: str, spans: list[tuple[int, int]]) -> None:
        said = [(self.fresh(), *self.span(*each)) for each in spans]
        expected = [
            self.model.log(root, Entry(self.model.jobs[job], start, end, None), edit=False,
                           now=self.now)
            for root, start, end in said
        ]  # fmt: skip
        assert self.both(None, lambda: self.life.sync(job, said, self.now)) == expected

    @rule(job=JOBS)
    def start(self, job: str) -> None:
        root = self.fresh()
        expected = self.model.start(root, self.model.jobs[job], self.now)
        self.both(expected, lambda: self.life.start(root, job, self.now))

    @precondition(lambda self: any(e.timer for e in self.model.entries.values()))
    @rule(data=st.data(), ago=st.sampled_from([None, 0, 5, 200, 900, 2_000]))
    def stop(self, data: st.DataObject, ago: int | None) -> None:
        roots = sorted(root for root, e in self.model.entries.items() if e.timer)
        running = {p.root for p in self.model.pieces if p.state == "running"}
        root = data.draw(st.sampled_from(sorted(running) or roots[-3:]))
        said = None if ago is None else self.now - ago * MINUTE
        job = self.model.entries[root].job.name
        expected = self.model.stop(root, said, self.now)
        self.both(expected, lambda: self.life.stop(root, job, said, self.now))

    @rule(minutes=st.sampled_from([7, 25, 45, 130, 700, 700, 4_000]))
    def wait(self, minutes: int) -> None:
        """Time passes, and the clock looks after the timers, or comes late."""
        self.now += minutes * MINUTE
        due = self.run(self.life.due(self.now))
        assert {str(id_) for id_ in due} == {
            str(hours_life.id_of(root)) for root in self.model.due(self.now)
        }
        STEPS["waited"] += 1
        self.run(self.compare())

    @precondition(lambda self: self.model.due(self.now))
    @rule()
    def clock(self) -> None:
        for root in sorted(self.model.due(self.now)):
            self.model.attend(root, self.now)
            self.both(None, lambda root=root: self.life.attend(root, self.now))

    @precondition(lambda self: any(p.binding and p.state != "running" for p in self.model.pieces))
    @rule(data=st.data(), by=st.sampled_from(["company", "company", "operations"]),
          allow=st.sampled_from([True, True, False]))  # fmt: skip
    def decide(self, data: st.DataObject, by: str, *, allow: bool) -> None:
        piece = self.drawn(data, lambda p: bool(p.binding) and p.state != "running")
        expected = self.model.decide(piece, by, allow=allow, now=self.now)
        self.both(expected, lambda: self.life.decide(
            piece.root, piece.job.name, piece.start, by=by, allow=allow, now=self.now))  # fmt: skip

    @precondition(lambda self: self.model.sheets)
    @rule(data=st.data(), deed=st.sampled_from(["submit", "submit", "approve", "send_back"]))
    def sheet(self, data: st.DataObject, deed: str) -> None:
        sheet = data.draw(st.sampled_from(sorted(self.model.sheets)))
        expected = getattr(self.model, deed)(sheet)
        self.both(expected, lambda: getattr(self.life, deed)(*sheet, self.now))

    @precondition(lambda self: "submitted" in self.model.sheets.values())
    @rule(data=st.data())
    def contest(self, data: st.DataObject) -> None:
        submitted = [key for key, state in self.model.sheets.items() if state == "submitted"]
        job, week = data.draw(st.sampled_from(sorted(submitted)))
        there = [p for p in self.model.pieces if (p.job.name, p.sheet) == (job, week)]
        there.sort(key=lambda p: p.start)
        chosen = data.draw(st.lists(st.sampled_from(range(len(there))), min_size=1, unique=True))
        pieces = [there[n] for n in chosen]
        self.model.contest((job, week), pieces, self.now)
        said = [(p.root, p.start) for p in pieces]
        self.both(None, lambda: self.life.contest(job, week, said, self.now))

    @precondition(lambda self: self.model.contests)
    @rule(
        data=st.data(),
        deed=st.sampled_from(["answer", "answer", "approved", "declined", "withdrawn"]),
    )
    def settle(self, data: st.DataObject, deed: str) -> None:
        number = data.draw(st.sampled_from(range(len(self.model.contests))))
        contest = self.model.contests[number]
        about = (contest.piece.root, contest.piece.job.name, contest.piece.start)
        if deed == "answer":
            expected = self.model.answer(contest, self.now)
            self.both(expected, lambda: self.life.answer(*about, self.now))
            return
        expected = self.model.judge(contest, deed, self.now)
        self.both(expected, lambda: self.life.judge(*about, deed, self.now))

    @rule(job=JOBS, weekly=st.sampled_from([None, 60, 400, 900, 2_400]),
          total=st.sampled_from([None, 200, 1_200, 4_000]), sets_total=st.booleans())  # fmt: skip
    def limit(self, job: str, weekly: int | None, total: int | None, *, sets_total: bool) -> None:
        self.model.jobs[job].change(weekly, total, sets_total=sets_total, now=self.now)
        self.both(None, lambda: self.life.limit(
            job, weekly, total, sets_total=sets_total, now=self.now))  # fmt: skip

    @rule(job=JOBS, which=st.sampled_from(["position", "budget", "credit", "trainer_week"]),
          much=st.sampled_from([None, 0, 1, 2, 5]))  # fmt: skip
    def cap(self, job: str, which: str, much: int | None) -> None:
        """Raise or cut a shared cap or a trainer's week, below what is used as well."""
        model, at = self.model, self.model.jobs[job]
        self.now += SECOND
        if which == "position":
            minutes = None if much is None else 60 + 800 * much
            # An open project stands as it could be published: its budget pays for an hour.
            budget = model.budgets[at.project]
            refused = "ProjectIncomplete" if budget is not None and budget < 18_000 else None
            if refused is None:
                model.positions[at.position] = minutes
            self.both(refused, lambda: self.life.position(job, minutes, self.now))
        elif which == "budget":
            minor = None if much is None else 1 + 150_001 * much
            model.budgets[at.project] = minor
            self.both(None, lambda: self.life.budget(job, minor, self.now))
        elif which == "credit":
            limit = 1 + 250_003 * (6 if much is None else much)
            model.credits[at.company] = limit
            self.both(None, lambda: self.life.credit(job, limit, self.now))
        else:
            minutes = 2_400 if much is None else 500 * much
            model.trainer_weeks[at.trainer] = minutes
            self.both(None, lambda: self.life.trainer_week(job, minutes))

    def drawn(self, data: st.DataObject, having: Callable[[Piece], bool]) -> Piece:
        found = sorted((p for p in self.model.pieces if having(p)), key=lambda p: (p.root, p.start))
        return found[data.draw(st.sampled_from(range(len(found))))]

    def teardown(self) -> None:
        if not hasattr(self, "outer"):
            return
        try:
            self.run(self.life.assert_proven())
        finally:
            self.run(self.session.close())
            self.run(self.outer.rollback())


@pytest.fixture
def machine(server_url: str, template_url: str) -> Iterator[type[Hours]]:
    """The machine on a database of its own, in a loop of its own: hypothesis does not wait."""
    name, template = f"hours_{uuid4().hex[:12]}", template_url.rsplit("/", 1)[1]

    async def administer(statement: str) -> None:
        connection = await asyncpg.connect(server_url)
        await connection.execute(statement)
        await connection.close()

    with asyncio.Runner() as own:
        own.run(administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        database = connect(server_url.rsplit("/", 1)[0] + "/" + name)

        async def opened() -> AsyncConnection:
            return await database.engine.connect()

        class Here(Hours):
            runner = own
            connection = own.run(opened())

        yield Here
        own.run(Here.connection.close())
        own.run(database.close())
        own.run(administer(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.mark.parametrize(
    ("number", "lives", "steps", "least"),
    quick.first([(1, 4, 50, 140), *((n, 6, 220, 1_000) for n in range(2, 12))]),
)
def test_hours_are_what_the_model_says(
    machine: type[Hours], number: int, lives: int, steps: int, least: int
) -> None:
    """10,000 steps in the slow runs together."""
    print(f"seed {number}")
    live(machine, number, lives, steps)
    print(dict(STEPS))
    assert STEPS["compared"] >= least


@pytest.mark.slow
def test_a_second_too_much_is_noticed(
    machine: type[Hours], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine bites: caps that leave one second more than agreed do not pass."""
    room = Tally.room

    def generous(tally: Tally, section: Section) -> tuple[int, Scope | None]:
        seconds, binding = room(tally, section)
        return (seconds + 1, binding) if binding else (seconds, binding)

    monkeypatch.setattr(Tally, "room", generous)
    with pytest.raises((AssertionError, IntegrityError)):
        live(machine, 2, 10, 60)


def live(machine: type[Hours], number: int, lives: int, steps: int) -> None:
    STEPS.clear()
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=lives, stateful_step_count=steps, deadline=None, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
