"""The short way of a usual entry and the long way of any come to the same rows and answers."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import CreditTerms
from app.domain.caps import SHARED, CounterKey, Scope
from app.domain.leases import slice_of
from app.domain.refusals import Refusal
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.tables import EngagementLimits
from app.kit.calls import Calls
from app.kit.ids import new_id
from app.timesheets import express, leases, recording, stopping, submitting, timing
from app.timesheets.recording import Recorded, TimeSaid
from app.timesheets.tables import CapLease, TimeEntry, Timesheet, TrainerWeekCap
from app.timesheets.timing import TimerSaid
from tests.factories import people
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, LAST_WEEK, MONDAY, NOW, assert_proven, counters, log

MINUTE = timedelta(minutes=1)
Said = tuple[UUID, TimeSaid]
in_full = pytest.mark.parametrize(
    "seeds", [range(1), pytest.param(range(1, 13), marks=pytest.mark.slow)]
)
ASKED: tuple[dict[str, list[str]], ...] = (
    {"credentials": [], "specialties": []},
    {"credentials": ["us_npi"], "specialties": []},
    {"credentials": ["us_npi"], "specialties": ["cardiology", "oncology"]},
)


class OnSession(Calls):
    """Calls that run in the test's own transaction and are rolled back with it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.usual = 0
        self.asked = 0

    async def row(self, statement: str, *values: Any) -> Any:
        self.asked += 1
        async with self._session.begin_nested():
            raw = await (await self._session.connection()).get_raw_connection()
            assert raw.driver_connection is not None
            found = await raw.driver_connection.fetchrow(statement, *values)
        self.usual += found["sheet_id"] is not None
        return found


def random_says(at: Deal, random: Random, number: int) -> list[Said]:
    """Most are usual; some overlap, repeat, cross a week or a rate, or can never be."""
    says: list[Said] = []
    for _ in range(number):
        id_ = UUID(int=random.getrandbits(128), version=4)
        if says and random.random() < 0.15:
            id_, again = random.choice(says)
            if random.random() < 0.5:
                says.append((id_, again))
                continue
        start = LAST_WEEK + random.randrange(0, 9 * 24 * 60) * MINUTE
        length = random.choice([15, 30, 60, 60, 180, 26 * 60, 0])
        if random.random() < 0.05:
            start -= timedelta(days=random.choice([40, 400]))
        said = TimeSaid(
            at.engagement.id, start, start + length * MINUTE, random.choice([None, "x"])
        )
        says.append((id_, said))
    return says


async def ground(session: AsyncSession, random: Random) -> Deal:
    """An engagement whose minutes and rate change now and then, with counters and sheets begun."""
    at = await deal(
        session, now=NOW, weekly_minutes=random.choice([400, 2_400]),
        budget_minor=random.choice([None, 300_000, 30_000_000]),
        position_total=random.choice([None, 900, 90_000]),
        pay_week_timezone=random.choice(["UTC", "America/New_York"]),
        pay_week_first_day=random.choice([1, 3]),
    )  # fmt: skip
    if random.random() < 0.5:
        session.add(TrainerWeekCap(trainer_id=at.trainer.id, weekly_minutes=1_500))
    for _ in range(random.randrange(3)):
        session.add(
            EngagementLimits(
                id=new_id(), engagement_id=at.engagement.id,
                weekly_minutes=random.choice([120, 600, 2_400]),
                total_minutes=random.choice([None, 1_000, 3_000]),
                effective_at=LAST_WEEK + random.randrange(-3 * 24, 12 * 24) * HOUR,
            )
        )  # fmt: skip
    if random.random() < 0.5:
        session.add(
            EngagementBillTerms(
                id=new_id(), engagement_id=at.engagement.id, bill_minor=20_000, currency="USD",
                effective_at=LAST_WEEK + random.randrange(9 * 24) * HOUR,
            )
        )  # fmt: skip
    await session.flush()
    for start in (LAST_WEEK + 2 * HOUR, MONDAY + 5 * HOUR):
        await log(session, at, start)
    asked = random.choice(ASKED)
    at.position.requirements = {**at.position.requirements, **asked}
    await people.credential(
        session, at.trainer.id, now=NOW, type="us_npi", specialty_key="cardiology",
        specialty="Cardiology",
        expires_on=random.choice([None, date(2026, 11, 18), date(2028, 1, 1)]),
    )  # fmt: skip
    await session.flush()
    return at


async def played(
    session: AsyncSession, at: Deal, says: list[Said], calls: OnSession | None, token: str
) -> list[Any]:
    """What each is answered, by the short way where it is open, and after half of them a sheet is
    handed in."""
    found: list[Any] = []
    for number, (id_, said) in enumerate(says):
        if number == len(says) // 2:
            sheet_id = await session.scalar(
                select(Timesheet.id).order_by(Timesheet.week_starts_at).limit(1)
            )
            assert sheet_id is not None
            await submitting.submit(session, at.worker, sheet_id, now=NOW)
        await session.flush()
        usual = calls and await express.record_time(calls, token, id_, said, now=NOW)
        if usual:
            assert usual.actor == at.worker
            found.append(Recorded(usual.entry, usual.allowance, created=True))
            continue
        try:
            async with session.begin_nested():
                found.append(await recording.record_time(session, at.worker, id_, said, now=NOW))
        except Refusal as refusal:
            found.append((refusal.code, refusal.facts))
    return found


async def rows(session: AsyncSession) -> list[Any]:
    """Everything that was written, but for the ids of sheets that were made on the way."""
    entries = select(*(c for c in TimeEntry.__table__.c if c.name != "timesheet_id"))
    written = sorted(tuple(map(str, row)) for row in await session.execute(entries))
    used = {key: units for key, units in (await counters(session)).items() if units}
    return [written, used]


def without_sheet(answer: Any) -> Any:
    if not isinstance(answer, recording.Recorded):
        return answer
    pieces = [{n: getattr(p, n) for n in p.__slots__} for p in answer.entry.pieces]
    known = [{n: v for n, v in piece.items() if n != "timesheet_id"} for piece in pieces]
    return (known, answer.allowance, answer.created, answer.unchanged)


async def forth_and_back(session: AsyncSession, at: Deal, says: list[Said]) -> OnSession:
    """Both ways from the same ground; what they answer and write is the same."""
    token = await people.token(session, at.trainer.user_id, now=NOW)
    await session.flush()
    trial = await session.begin_nested()
    expected = [without_sheet(each) for each in await played(session, at, says, None, token)]
    expected_rows = await rows(session)
    await trial.rollback()
    calls = OnSession(session)
    found = [without_sheet(each) for each in await played(session, at, says, calls, token)]
    for ours, theirs in zip(found, expected, strict=True):
        assert ours == theirs
    assert await rows(session) == expected_rows
    await assert_proven(session)
    return calls


@in_full
async def test_short_way_is_the_long_way(session: AsyncSession, seeds: range) -> None:
    usual = asked = 0
    for seed in seeds:
        random = Random(seed)
        trial = await session.begin_nested()
        at = await ground(session, random)
        calls = await forth_and_back(session, at, random_says(at, random, 50))
        usual, asked = usual + calls.usual, asked + calls.asked
        await trial.rollback()
    assert 0 < usual < asked


async def test_a_lease_is_filled_and_worked_off(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, weekly_minutes=2_400, position_total=900_000)
    session.add(
        CreditTerms(
            id=new_id(), company_id=at.company.id, kind="invoice", net_days=14, currency="USD",
            credit_limit_minor=100_000_000, funding_rule="on_approval", effective_at=LAST_WEEK,
        )
    )  # fmt: skip
    await log(session, at, LAST_WEEK + 2 * HOUR)
    first = LAST_WEEK + 30 * HOUR
    says = [
        (new_id(), TimeSaid(at.engagement.id, first + n * HOUR, first + (n + 1) * HOUR))
        for n in range(30)
    ]
    calls = await forth_and_back(session, at, says)
    assert calls.usual == 15  # then the sheet is handed in
    lease = (await session.execute(select(*CapLease.__table__.c))).one()
    assert 0 < lease.position_units <= 40 * 3_600


@pytest.mark.parametrize("total_minutes", [60_000, 120_000, 9_000_000])
async def test_a_slice_is_what_the_rule_says(session: AsyncSession, total_minutes: int) -> None:
    """The function in the database takes as much in advance as `domain.leases` would."""
    at = await deal(session, now=NOW, weekly_minutes=2_400, position_total=total_minutes)
    session.add(
        CreditTerms(
            id=new_id(), company_id=at.company.id, kind="invoice", net_days=14, currency="USD",
            credit_limit_minor=1_000_000_000, funding_rule="on_approval", effective_at=LAST_WEEK,
        )
    )  # fmt: skip
    await log(session, at, LAST_WEEK + 2 * HOUR)
    for scope, owner in zip(SHARED, (at.position.id, at.project.id, at.company.id), strict=True):
        await leases.take_back(session, CounterKey(scope, owner, ""))
    token = await people.token(session, at.trainer.user_id, now=NOW)
    await session.flush()
    said = TimeSaid(at.engagement.id, LAST_WEEK + 30 * HOUR, LAST_WEEK + 31 * HOUR)
    assert await express.record_time(OnSession(session), token, new_id(), said, now=NOW)
    free = await leases.free_units(session, at.engagement.id)
    week, used = 2_400 * 60, 2 * 3_600
    seats = at.position.seats_taken
    assert free[Scope.POSITION_TOTAL] == slice_of(total_minutes * 60 - used, week=week, crowd=seats)
    rate = await session.scalar(select(EngagementBillTerms.bill_minor))
    assert rate is not None
    credit = 1_000_000_000 * 3_600 - used * rate
    assert free[Scope.CREDIT_LIMIT] == slice_of(credit, week=week * rate, crowd=seats)
    assert free[Scope.PROJECT_BUDGET] == week * rate  # nobody set one
    await assert_proven(session)


async def timed(
    session: AsyncSession, at: Deal, random: Random, calls: OnSession | None, token: str
) -> list[Any]:
    """Timers started and stopped at odd moments; some are stopped twice, late, or by a wrong
    clock, and time by hand comes in between."""
    found: list[Any] = []
    now = NOW
    for _ in range(20):
        id_ = UUID(int=random.getrandbits(128), version=4)
        offset = random.choice([0, 0, 120, -3_000]) * timedelta(seconds=1)
        said = TimerSaid(
            at.engagement.id, random.choice([None, now + offset]), random.choice([None, "x"])
        )
        length = random.choice([5, 600, 2_400, 3_600, 3_601, 9_000]) * timedelta(seconds=1)
        early = random.choice([None, timedelta(), length / 2, length * 2])
        for step in ("start", "stop", random.choice(["stop", "start", "none"])):
            await session.flush()
            try:
                async with session.begin_nested():
                    if step == "start":
                        found.append(
                            await started(session, at, id_, said, calls=calls, token=token, now=now)
                        )
                        now += length
                    elif step == "stop":
                        stop = None if early is None else now + offset - early
                        found.append(
                            await stopped(session, at, id_, stop, calls=calls, token=token, now=now)
                        )
            except Refusal as refusal:
                found.append((refusal.code, refusal.facts))
        now += random.choice([0, 1, 700]) * timedelta(seconds=1)
    return found


async def started(
    session: AsyncSession, at: Deal, id_: UUID, said: TimerSaid, *, calls: OnSession | None,
    token: str, now: datetime,
) -> Any:  # fmt: skip
    usual = calls and await express.start_timer(calls, token, id_, said, now=now)
    if usual:
        return without_sheet(Recorded(usual.entry, usual.allowance, created=True))
    done = await timing.start_timer(session, at.worker, id_, said, now=now)
    return without_sheet(Recorded(done.entry, done.allowance, created=done.created))


async def stopped(
    session: AsyncSession, at: Deal, id_: UUID, stopped_at: datetime | None, *,
    calls: OnSession | None, token: str, now: datetime,
) -> Any:  # fmt: skip
    usual = calls and await stopping.stop_timer(calls, token, id_, stopped_at=stopped_at, now=now)
    if usual:
        assert usual.actor == at.worker
        entry = usual.entry
    else:
        entry = await timing.stop_timer(session, at.worker, id_, stopped_at=stopped_at, now=now)
    return [{n: getattr(p, n) for n in p.__slots__ if n != "timesheet_id"} for p in entry.pieces]


@in_full
async def test_timers_by_the_short_way_and_the_long(session: AsyncSession, seeds: range) -> None:
    usual = asked = 0
    for seed in seeds:
        random = Random(seed)
        trial = await session.begin_nested()
        at = await ground(session, random)
        token = await people.token(session, at.trainer.user_id, now=NOW + timedelta(days=30))
        await session.flush()
        state = random.getstate()
        first = await session.begin_nested()
        expected = await timed(session, at, random, None, token)
        expected_rows = await rows(session)
        await first.rollback()
        random.setstate(state)
        calls = OnSession(session)
        found = await timed(session, at, random, calls, token)
        for ours, theirs in zip(found, expected, strict=True):
            assert ours == theirs
        assert await rows(session) == expected_rows
        await assert_proven(session)
        usual, asked = usual + calls.usual, asked + calls.asked
        await trial.rollback()
    assert 0 < usual < asked


@pytest.mark.parametrize("broken", ["disabled", "revoked", "expired", "another's", "no token"])
async def test_who_may_not_log_goes_the_long_way(session: AsyncSession, broken: str) -> None:
    at = await deal(session, now=NOW)
    other = await deal(session, now=NOW)
    await log(session, at, LAST_WEEK + 2 * HOUR)
    who = other if broken == "another's" else at
    token = await people.token(session, who.trainer.user_id, now=NOW)
    await session.flush()
    harm = {
        "disabled": "UPDATE users SET disabled_at = now()",
        "revoked": "UPDATE sign_in_sessions SET revoked_at = now(), revoked_because = 'sign_out'",
        "expired": "UPDATE access_tokens SET expires_at = '2020-01-01'",
    }
    said = TimeSaid(at.engagement.id, LAST_WEEK + 4 * HOUR, LAST_WEEK + 5 * HOUR)
    if broken in harm:
        await session.execute(text(harm[broken]))
    calls = OnSession(session)
    found = await express.record_time(
        calls, "no" if broken == "no token" else token, new_id(), said, now=NOW
    )
    assert found is None
    assert calls.asked == 1
