"""The same deeds through the rooms' verbs, for a machine that holds them against the model."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import proving
from app.companies import credit_terms
from app.domain.actor import ClientActor, FinanceActor, OperationsActor, TrainerActor
from app.domain.contests import ContestReason, Outcome
from app.domain.money import Money
from app.domain.timesheets import OverCapReason, SendBackReason
from app.engagements import limiting
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.limiting import Change
from app.engagements.pay_terms import EngagementPayTerms
from app.kit.ids import new_id
from app.projects import posting
from app.timesheets import (
    answering,
    approving,
    attending,
    contesting,
    deciding,
    for_trainers,
    judging,
    recording,
    submitting,
    syncing,
    timing,
)
from app.timesheets.contesting import Objection
from app.timesheets.contests import Contest
from app.timesheets.deciding import Decision
from app.timesheets.judging import Judgement
from app.timesheets.recording import TimeSaid
from app.timesheets.tables import TimeEntry, Timesheet, TrainerWeekCap
from app.timesheets.timing import TimerSaid
from tests.factories import people, work
from tests.factories.at_work import Deal, deal
from tests.factories.hours_ground import Job
from tests.factories.hours_model import Model

START = datetime.fromisoformat("2026-11-25T12:00+00:00")  # a Wednesday
RATE_CHANGES = datetime.fromisoformat("2026-11-22T21:00+00:00")
OPERATIONS = OperationsActor(uuid4())
# State, ends, agreements, sheet: all that a piece is, in order of trainer and start.
Seen = tuple[object, ...]


def id_of(root: str) -> UUID:
    return uuid5(NAMESPACE_OID, root)


@dataclass(frozen=True)
class Place:
    """Who works where: a deal without its rows, which a refusal would make stale."""

    worker: TrainerActor
    client: ClientActor
    engagement_id: UUID
    position_id: UUID
    project_id: UUID

    @classmethod
    def of(cls, at: Deal) -> "Place":
        return cls(at.worker, at.client, at.engagement.id, at.position.id, at.project.id)


@dataclass
class Life:
    """What stands in the database, reached by the names of the model."""

    session: AsyncSession
    finance: FinanceActor
    places: dict[str, Place] = field(default_factory=dict)

    async def log(
        self, root: str, job: str, span: tuple[datetime, datetime], note: str | None, *,
        edit: bool, now: datetime,
    ) -> None:  # fmt: skip
        version = None
        if edit:
            versions = select(TimeEntry.version).where(
                TimeEntry.root_id == id_of(root), TimeEntry.state != "deleted"
            )
            version = max(await self.session.scalars(versions), default=1)
        at = self.places[job]
        await recording.record_time(
            self.session, at.worker, id_of(root), TimeSaid(at.engagement_id, *span, note),
            if_version=version, now=now,
        )  # fmt: skip

    async def sync(
        self, job: str, said: list[tuple[str, datetime, datetime]], now: datetime
    ) -> list[str | None]:
        """The name of each refusal, None where there is none."""
        at = self.places[job]
        items = [
            syncing.Item(id_of(root), TimeSaid(at.engagement_id, start, end))
            for root, start, end in said
        ]
        results = await syncing.take_new(self.session, at.worker, items, now=now)
        return [r.refusal and type(r.refusal).__name__ for r in results]

    async def delete(self, root: str, job: str, now: datetime) -> None:
        worker = self.places[job].worker
        await recording.delete_time(self.session, worker, id_of(root), now=now)

    async def start(self, root: str, job: str, now: datetime) -> None:
        at = self.places[job]
        said = TimerSaid(at.engagement_id)
        await timing.start_timer(self.session, at.worker, id_of(root), said, now=now)

    async def stop(self, root: str, job: str, said: datetime | None, now: datetime) -> None:
        worker = self.places[job].worker
        await timing.stop_timer(self.session, worker, id_of(root), stopped_at=said, now=now)

    async def due(self, now: datetime) -> list[UUID]:
        return await attending.due(self.session, now=now)

    async def attend(self, root: str, now: datetime) -> None:
        await attending.attend(self.session, id_of(root), now=now)

    async def decide(
        self, root: str, job: str, start: datetime, *, by: str, allow: bool, now: datetime
    ) -> None:
        actor = OPERATIONS if by == "operations" else self.places[job].client
        said = Decision(True) if allow else Decision(False, OverCapReason.OTHER, "No more.")
        piece_id = await self._piece(root, start)
        await deciding.decide_over_cap(self.session, actor, piece_id, said, now=now)

    async def submit(self, job: str, week: datetime, now: datetime) -> None:
        worker = self.places[job].worker
        await submitting.submit(self.session, worker, await self._sheet(job, week), now=now)

    async def approve(self, job: str, week: datetime, now: datetime) -> None:
        client = self.places[job].client
        await approving.approve(self.session, client, await self._sheet(job, week), now=now)

    async def send_back(self, job: str, week: datetime, now: datetime) -> None:
        await submitting.send_back(
            self.session, self.places[job].client, await self._sheet(job, week),
            reason=SendBackReason.OTHER, explanation="Once more, please.", now=now,
        )  # fmt: skip

    async def contest(
        self, job: str, week: datetime, pieces: list[tuple[str, datetime]], now: datetime
    ) -> None:
        said = [
            Objection(await self._piece(*each), ContestReason.DUPLICATE, "Twice.")
            for each in pieces
        ]
        sheet_id = await self._sheet(job, week)
        await contesting.contest_entries(
            self.session, self.places[job].client, sheet_id, said, now=now
        )

    async def answer(self, root: str, job: str, start: datetime, now: datetime) -> None:
        contest_id, worker = await self._contest(root, start), self.places[job].worker
        text = f"I did. {uuid4()}"  # another text each time: the same again changes nothing
        await answering.answer_contest(self.session, worker, contest_id, text, now=now)

    async def judge(
        self, root: str, job: str, start: datetime, outcome: str, now: datetime
    ) -> None:
        contest_id = await self._contest(root, start)
        if outcome == "withdrawn":
            client = self.places[job].client
            await contesting.withdraw_contest(self.session, client, contest_id, now=now)
            return
        said = Judgement(Outcome(outcome), "So it is.")
        await judging.decide_contest(self.session, OPERATIONS, contest_id, said, now=now)

    async def limit(
        self, job: str, weekly: int | None, total: int | None, *, sets_total: bool, now: datetime
    ) -> None:
        at, change = self.places[job], Change(weekly, total, sets_total)
        await limiting.change_limit(self.session, at.client, at.engagement_id, change, now=now)

    async def position(self, job: str, minutes: int | None, now: datetime) -> None:
        at, change = self.places[job], posting.Changes(total_minutes=minutes)
        await posting.update_position(self.session, at.client, at.position_id, change, now=now)

    async def budget(self, job: str, minor: int | None, now: datetime) -> None:
        at, said = self.places[job], None if minor is None else Money(minor, "USD")
        await posting.change_budget(self.session, at.client, at.project_id, said, now=now)

    async def credit(self, job: str, minor: int, now: datetime) -> None:
        await credit_terms.set_credit_terms(
            self.session, self.finance, self.places[job].client.company_id, net_days=14,
            credit_limit=Money(minor, "USD"), funding_rule="on_collection", effective_at=None,
            now=now,
        )  # fmt: skip

    async def trainer_week(self, job: str, minutes: int) -> None:
        row = {"trainer_id": self.places[job].worker.trainer_id, "weekly_minutes": minutes}
        made = insert(TrainerWeekCap).values(row)
        await self.session.execute(
            made.on_conflict_do_update(index_elements=["trainer_id"], set_=row)
        )

    async def left(self, job: str, now: datetime) -> dict[str, int]:
        at = self.places[job]
        found = await for_trainers.get_allowance(self.session, at.worker, at.engagement_id, now=now)
        return {each.cap: each.left_minutes for each in found.allowance.caps}

    async def seen(self) -> Counter[Seen]:
        """Every piece that stands, as the model tells it."""
        names = {at.engagement_id: name for name, at in self.places.items()}
        rows = await self.session.execute(
            select(TimeEntry, Timesheet.week_starts_at)
            .outerjoin(Timesheet, Timesheet.id == TimeEntry.timesheet_id)
            .where(TimeEntry.state != "deleted")
            .execution_options(populate_existing=True)
        )
        return Counter(
            (str(e.root_id), names[e.engagement_id], e.state, e.started_at, e.ended_at,
             e.stops_by_at if e.state == "running" else None, e.binding_cap, sheet,
             e.company_agreed_at is not None, e.operations_agreed_at is not None,
             e.at_platform_cost)
            for e, sheet in rows
        )  # fmt: skip

    async def sheets(self) -> dict[tuple[str, datetime], str]:
        names = {at.engagement_id: name for name, at in self.places.items()}
        columns = (Timesheet.engagement_id, Timesheet.week_starts_at, Timesheet.state)
        rows = await self.session.execute(select(*columns))
        return {(names[id_], week): state for id_, week, state in rows}

    async def assert_proven(self) -> None:
        """The books, as `lehrwerk books` proves them."""
        await self.session.flush()
        for identity in await proving.prove_all(self.session):
            assert identity.holds, identity

    async def _piece(self, root: str, start: datetime) -> UUID:
        found = await self.session.scalars(
            select(TimeEntry.id).where(
                TimeEntry.root_id == id_of(root), TimeEntry.started_at == start,
                TimeEntry.state != "deleted",
            )
        )  # fmt: skip
        return found.one()

    async def _sheet(self, job: str, week: datetime) -> UUID:
        found = await self.session.scalars(
            select(Timesheet.id).where(
                Timesheet.engagement_id == self.places[job].engagement_id,
                Timesheet.week_starts_at == week,
            )
        )
        return found.one()

    async def _contest(self, root: str, start: datetime) -> UUID:
        piece_id = await self._piece(root, start)
        found = await self.session.scalars(select(Contest.id).where(Contest.entry_id == piece_id))
        return found.one()


def seen_in(model: Model) -> Counter[Seen]:
    return Counter(
        (str(id_of(p.root)), p.job.name, p.state, p.start, p.end, p.stops_by if p.end is None
         else None, p.binding, p.sheet, p.company_agreed, p.operations_agreed, p.platform_pays)
        for p in model.pieces
    )  # fmt: skip


async def begin(session: AsyncSession) -> tuple[Life, Model]:
    """Three trainers in two companies and five engagements, every cap within reach."""
    staff = await people.user(session, now=START, door="finance")
    life = Life(session, FinanceActor(staff.id))
    one = await deal(session, now=START, weekly_minutes=700, budget_minor=400_000,
                     position_total=2_000, starts_on=date(2026, 9, 1))  # fmt: skip
    two = await deal(session, now=START, trainer=one.trainer, weekly_minutes=500,
                     total_minutes=1_500, pay_week_timezone="America/New_York",
                     pay_week_first_day=3, bill_minor=9_100, pay_minor=7_280,
                     starts_on=date(2026, 9, 1))  # fmt: skip
    deals = {"a": one, "b": two}
    deals["c"] = await _beside(session, one, "Asia/Kolkata")
    deals["d"] = await _beside(session, one, "UTC")
    deals["e"] = await _beside(session, two, "UTC", trainer_of=deals["d"])
    life.places = {name: Place.of(at) for name, at in deals.items()}
    for model, said in (
        (EngagementBillTerms, {"bill_minor": 12_345}),
        (EngagementPayTerms, {"pay_minor": 9_876}),
    ):
        session.add(
            model(
                id=new_id(), engagement_id=one.engagement.id, currency="USD",
                effective_at=RATE_CHANGES, **said,
            )
        )  # fmt: skip
    await session.flush()
    return life, _model({name: _job(name, at) for name, at in deals.items()})


def _model(jobs: dict[str, Job]) -> Model:
    """The same in the model, with what differs from the default of `_job`."""
    jobs["a"].rates.append((RATE_CHANGES, 12_345))
    jobs["a"].limits = [(jobs["a"].limits[0][0], 700, None)]
    jobs["b"].rates = [(jobs["b"].rates[0][0], 9_100)]
    jobs["b"].limits = [(jobs["b"].limits[0][0], 500, 1_500)]
    return Model(
        jobs,
        trainer_weeks={job.trainer: 2_400 for job in jobs.values()},
        positions={jobs["a"].position: 2_000, jobs["b"].position: None},
        budgets={jobs["a"].project: 400_000, jobs["b"].project: None},
        credits={jobs["a"].company: 1_000_000, jobs["b"].company: 1_000_000},
    )


async def _beside(
    session: AsyncSession, at: Deal, timezone: str, *, trainer_of: Deal | None = None
) -> Deal:
    """Another engagement in the same position, of another trainer unless told."""
    trainer = trainer_of.trainer if trainer_of else await people.trainer(session, now=START)
    engagement = await work.engagement(
        session, at.position, trainer.id, now=START, weekly_minutes=600,
        pay_week_timezone=timezone, starts_on=date(2026, 9, 1),
    )  # fmt: skip
    return Deal(at.company, at.project, at.position, trainer, engagement, at.owner_user_id)


def _job(name: str, at: Deal) -> Job:
    since = START - timedelta(days=60)
    return Job(
        name, str(at.trainer.id), str(at.position.id), str(at.project.id), str(at.company.id),
        at.engagement.pay_week_timezone, at.engagement.pay_week_first_day, [(since, 15_000)],
        [(since, 600, None)],
    )  # fmt: skip
