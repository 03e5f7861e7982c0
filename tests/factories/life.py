"""Everything that people and the clock do to hours, by chance."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain.actor import OperationsActor, SystemActor
from app.domain.contests import ContestReason, Outcome
from app.domain.timesheets import OverCapReason, SendBackReason
from app.engagements import limiting
from app.engagements.limiting import Change
from app.timesheets import (
    answering,
    approving,
    attending,
    contesting,
    deciding,
    judging,
    recording,
    submitting,
    timing,
)
from app.timesheets.contesting import Objection
from app.timesheets.contests import Contest
from app.timesheets.deciding import Decision
from app.timesheets.judging import Judgement
from app.timesheets.recording import TimeSaid
from app.timesheets.tables import TimeEntry, Timesheet, TrainerWeekCap
from app.timesheets.timing import TimerSaid
from tests.factories.at_work import Deal, deal
from tests.factories.hours import LAST_WEEK, NOW

MINUTE = timedelta(minutes=1)


async def two_jobs(session: AsyncSession, company: Company | None = None) -> list[Deal]:
    """One trainer in two engagements, every cap within reach."""
    one = await deal(
        session, now=NOW, company=company, weekly_minutes=700, budget_minor=250_000,
        pay_week_timezone="America/New_York", pay_week_first_day=3,
    )  # fmt: skip
    two = await deal(
        session, now=NOW, company=company, trainer=one.trainer, weekly_minutes=500,
        total_minutes=900,
    )  # fmt: skip
    session.add(TrainerWeekCap(trainer_id=one.trainer.id, weekly_minutes=1_100))
    await session.flush()
    return [one, two]


class Life:
    """One trainer in several engagements, with a clock that only goes on. `ids` may be shared."""

    def __init__(
        self, session: AsyncSession, deals: list[Deal], random: Random, *, ids: list[UUID]
    ) -> None:
        self.session, self.deals, self.random, self.ids = session, deals, random, ids
        self.now: datetime = NOW

    async def _any(self, column: object, *having: ColumnElement[bool]) -> UUID:
        found = list(
            await self.session.scalars(select(column).where(*having).order_by(column))  # type: ignore[call-overload]
        )
        return self.random.choice(found) if found else uuid4()

    async def log(self) -> None:
        at = self.random.choice(self.deals)
        edit = bool(self.ids) and self.random.random() < 0.4
        id_ = self.random.choice(self.ids) if edit else uuid4()
        self.ids.append(id_)
        span = (self.now - LAST_WEEK).total_seconds()
        start = LAST_WEEK + timedelta(seconds=int(span * self.random.random()))
        end = start + timedelta(seconds=self.random.randint(1, 5 * 3_600))
        version = self.random.choice([1, 1, 2, 3]) if edit else None
        await recording.record_time(
            self.session, at.worker, id_, TimeSaid(at.engagement.id, start, end),
            if_version=version, now=self.now,
        )  # fmt: skip

    async def delete(self) -> None:
        id_ = self.random.choice(self.ids) if self.ids else uuid4()
        await recording.delete_time(self.session, self.deals[0].worker, id_, now=self.now)

    async def start(self) -> None:
        at, id_ = self.random.choice(self.deals), uuid4()
        self.ids.append(id_)
        await timing.start_timer(
            self.session, at.worker, id_, TimerSaid(at.engagement.id), now=self.now
        )

    async def stop(self) -> None:
        id_ = await self._any(TimeEntry.root_id)
        ago = self.random.choice([None, 5 * MINUTE, 200 * MINUTE])
        await timing.stop_timer(
            self.session, self.deals[0].worker, id_,
            stopped_at=ago and self.now - ago, now=self.now,
        )  # fmt: skip

    async def wait(self) -> None:
        self.now += self.random.choice([7, 45, 130, 700, 700, 4_000]) * MINUTE

    async def clock(self) -> None:
        """The first that is due, so that a deed is always one transaction's worth."""
        rule = SystemActor("test")
        for entry_id in (await attending.due(self.session, now=self.now))[:1]:
            await attending.attend(self.session, entry_id, now=self.now)
            return
        for sheet_id in (await submitting.due(self.session, now=self.now))[:1]:
            await submitting.submit(self.session, rule, sheet_id, now=self.now)
            return
        for sheet_id in (await approving.due(self.session, now=self.now))[:1]:
            await approving.approve(self.session, rule, sheet_id, now=self.now)
            return
        for contest_id in (await answering.due(self.session, now=self.now))[:1]:
            await answering.hand_on(self.session, contest_id, now=self.now)
            return
        for contest_id in (await judging.due(self.session, now=self.now))[:1]:
            await judging.decide_on_silence(self.session, rule, contest_id, now=self.now)

    async def submit(self) -> None:
        sheet_id = await self._any(Timesheet.id)
        await submitting.submit(self.session, self.deals[0].worker, sheet_id, now=self.now)

    async def review(self) -> None:
        sheet_id = await self._any(Timesheet.id)
        client = self.random.choice(self.deals).client
        if self.random.random() < 0.5:
            await approving.approve(self.session, client, sheet_id, now=self.now)
        else:
            await submitting.send_back(
                self.session, client, sheet_id, reason=SendBackReason.OTHER,
                explanation="Once more, please.", now=self.now,
            )  # fmt: skip

    async def decide(self) -> None:
        piece_id = await self._any(TimeEntry.id)
        actor = self.random.choice([self.deals[0].client, self.deals[1].client,
                                    OperationsActor(uuid4())])  # fmt: skip
        decision = self.random.choice(
            [Decision(True), Decision(True), Decision(False, OverCapReason.OTHER, "No more.")]
        )
        await deciding.decide_over_cap(self.session, actor, piece_id, decision, now=self.now)

    async def limit(self) -> None:
        at = self.random.choice(self.deals)
        change = Change(
            self.random.choice([None, 60, 400, 900]), self.random.choice([None, 200, 1_200]),
            self.random.random() < 0.5,
        )  # fmt: skip
        await limiting.change_limit(self.session, at.client, at.engagement.id, change, now=self.now)

    async def contest(self) -> None:
        """Some entries of a submitted sheet, often all of them."""
        sheet_id = await self._any(Timesheet.id, Timesheet.state == "submitted")
        entries = await self.session.scalars(
            select(TimeEntry.id).where(TimeEntry.timesheet_id == sheet_id).order_by(TimeEntry.id)
        )
        found = list(entries) or [uuid4()]
        chosen = self.random.sample(found, self.random.randint(1, len(found)))
        await contesting.contest_entries(
            self.session, self.random.choice(self.deals).client, sheet_id,
            [Objection(id_, ContestReason.DUPLICATE, "Twice.") for id_ in chosen], now=self.now,
        )  # fmt: skip

    async def answer(self) -> None:
        contest_id = await self._any(Contest.id)
        text = self.random.choice(["I did.", "It was two tasks."])
        await answering.answer_contest(
            self.session, self.deals[0].worker, contest_id, text, now=self.now
        )

    async def judge(self) -> None:
        contest_id = await self._any(Contest.id)
        outcome = self.random.choice(list(Outcome))
        await judging.decide_contest(
            self.session, OperationsActor(uuid4()), contest_id, Judgement(outcome, "So it is."),
            now=self.now,
        )  # fmt: skip

    async def withdraw(self) -> None:
        contest_id = await self._any(Contest.id)
        client = self.random.choice(self.deals).client
        await contesting.withdraw_contest(self.session, client, contest_id, now=self.now)

    async def bulk(self) -> None:
        ids = list(await self.session.scalars(select(Timesheet.id).order_by(Timesheet.id)))
        self.random.shuffle(ids)
        await approving.approve_many(self.session, self.deals[0].client, ids[:6], now=self.now)

    def deed(self) -> Callable[[], Awaitable[None]]:
        """What happens next; logging and stopping more often than the rest."""
        return self.random.choice(
            [self.log, self.log, self.log, self.delete, self.start, self.stop, self.stop,
             self.wait, self.wait, self.clock, self.clock, self.submit, self.review, self.decide,
             self.decide, self.bulk, self.limit, self.contest, self.contest, self.answer,
             self.judge, self.judge, self.withdraw]
        )  # fmt: skip
