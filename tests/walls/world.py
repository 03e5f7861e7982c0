"""Two companies, two trainers and the staff, with one of everything for the first of each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from app.api.door import Runtime
from app.companies.fee_terms import FeeTerms
from app.companies.tables import Company, CreditTerms
from app.domain.actor import ClientActor, CompanyRole, FinanceActor, TrainerActor
from app.domain.contests import ContestReason
from app.exports.tables import Export
from app.hiring.bill_terms import ApplicationBillTerms, OfferBillTerms
from app.hiring.pay_terms import ApplicationPayTerms, OfferPayTerms
from app.hiring.tables import Application, Offer
from app.identity.tables import AccessToken, ApiKey, SignInSession
from app.invoicing import running
from app.invoicing.tables import Invoice
from app.kit import crypto
from app.kit.db import Database
from app.kit.ids import new_id
from app.main import build_app
from app.payouts.tables import PayoutAccount
from app.projects.pay_terms import PositionPayTerms
from app.projects.rate_cards import RateCard
from app.projects.tables import Position, Project
from app.timesheets import answering, contesting, recording, submitting
from app.timesheets.contesting import Objection
from app.timesheets.recording import TimeSaid
from app.timesheets.tables import CapCounter, TimeEntry
from app.trainers.tables import EvidenceDocument
from tests.factories import accounts, adjusted, deals, invoiced, papers, people, terms, work
from tests.factories.application import application
from tests.factories.mandated import method as a_method
from tests.factories.reconciled import run as a_run
from tests.gateways.simulator.running import Running
from tests.walls.on_connection import OnConnection

DOOR_OF = {
    "owner": "client", "viewer": "client", "key": "client", "stranger": "client",
    "trainer": "trainer", "other_trainer": "trainer",
    "finance": "finance", "operations": "operations",
}  # fmt: skip
PASSWORD = accounts.PASSWORD
BASE = "http://lehrwerk"
# Rates whose digits give themselves away: with this fee, 7331.37 an hour pay 3317.44.
BILL_MINOR, PAY_MINOR, FEE_BPS = 733_137, 331_744, 5_475
BILL_CAP_MINOR, BUDGET_MINOR = 900_001, 7_788_991_100
PAY_CAP_MINOR = BILL_CAP_MINOR * (10_000 - FEE_BPS) // 10_000


@dataclass
class World:
    """`tokens` by actor, `things` by the noun of a path parameter (`project` for project_id)."""

    runtime: Runtime
    now: datetime
    account: str
    logged_at: datetime
    tokens: dict[str, str] = field(default_factory=dict)
    things: dict[str, UUID] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)

    def headers(self, actor: str | None) -> dict[str, str]:
        """Of a request by this actor; nobody for None."""
        return {"Authorization": f"Bearer {self.tokens[actor]}"} if actor else {}

    @asynccontextmanager
    async def rolled_back(self) -> AsyncIterator["Desk"]:
        """A client whose requests leave nothing behind."""
        async with self.runtime.database.engine.connect() as connection:
            sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            database = Database(self.runtime.database.engine, sessions, OnConnection(connection))
            with application(replace(self.runtime, database=database)) as app:
                transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
                async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                    yield Desk(client, connection)


@dataclass
class Desk:
    """Where requests are made and undone."""

    client: httpx.AsyncClient
    connection: AsyncConnection
    written: int = 0

    async def ask(self, method: str, path: str, **said: Any) -> httpx.Response:
        """One request; `written` then holds how many rows it had touched before it was undone."""
        outer = await self.connection.begin()
        before = await self._touched()
        try:
            return await self.client.request(method, path, **said)
        finally:
            self.written = await self._touched() - before
            await outer.rollback()

    async def _touched(self) -> int:
        query = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        return int(await self.connection.scalar(text(query)) or 0)


@asynccontextmanager
async def made(sim: Running, *, folder: Path, url: str) -> AsyncIterator[World]:
    """The world, committed, in the database at `url`."""
    async with invoiced.runtime_on(sim, folder=folder, url=url) as runtime:
        world = World(
            runtime, runtime.clock.now(), account=await sim.payee(), logged_at=runtime.clock.now()
        )
        async with runtime.database.begin() as session:
            await _people(session, world)
            await _work(session, world)
            await _money(session, world)
            await a_method(session, sim, world.things, now=world.now)
            await _hours(session, world)
        await _papers(world)
        yield world


async def _people(session: AsyncSession, world: World) -> None:
    now = world.now
    company = await people.company(session, now=now)
    before = now - timedelta(days=90)
    session.add(FeeTerms(id=new_id(), company_id=company.id, fee_bps=FEE_BPS, effective_at=before))
    session.add(CreditTerms(id=new_id(), company_id=company.id, kind="invoice", net_days=14,
                            credit_limit_minor=10**11, currency="USD",
                            funding_rule="on_collection", effective_at=before))  # fmt: skip
    session.add(RateCard(id=new_id(), domain="*", country_band="*", currency="USD",
                         pay_cap_minor=500_001, bill_cap_minor=1_200_001,
                         effective_at=before))  # fmt: skip
    other = await people.company(session, now=now, legal_name="Fremd Labs GmbH")
    owner = await people.owner_of(session, company.id)
    members = {
        role.value: await people.member(session, company.id, role=role, now=now)
        for role in CompanyRole
        if role is not CompanyRole.OWNER
    }
    invited = await people.invitation(session, company.id, now=now)
    trainer = await people.trainer(session, now=now, asking_pay_minor=PAY_MINOR)
    other_trainer = await people.trainer(session, now=now, full_name="Dr. Fremd Beispiel")
    users = {
        "owner": owner,
        **members,
        "stranger": await people.owner_of(session, other.id),
        "trainer": trainer.user_id,
        "other_trainer": other_trainer.user_id,
        "finance": (await people.user(session, now=now, door="finance")).id,
        "operations": (await people.user(session, now=now, door="operations")).id,
    }
    for actor, user_id in users.items():
        world.tokens[actor] = await people.token(session, user_id, now=now)
        world.tokens[f"expired {actor}"] = await _expired(session, user_id, now=now)
        world.things[f"{actor} user"] = user_id
    world.tokens["key"] = await _key(session, world, company.id, owner)
    world.things |= {"company": company.id, "trainer": trainer.id, "invitation": invited.id,
                     "other company": other.id, "other trainer": other_trainer.id,
                     "device": await people.phone(session, trainer.user_id, now=now)}  # fmt: skip


async def _expired(session: AsyncSession, user_id: UUID, *, now: datetime) -> str:
    sign_in = SignInSession(id=new_id(), user_id=user_id, created_at=now - timedelta(days=1))
    session.add(sign_in)
    await session.flush()
    secret = crypto.new_secret()
    session.add(AccessToken(token_hash=crypto.fingerprint(secret), session_id=sign_in.id,
                            expires_at=now - timedelta(seconds=1)))  # fmt: skip
    return secret


async def _key(session: AsyncSession, world: World, company_id: UUID, owner: UUID) -> str:
    """An API key that holds no scope."""
    secret = crypto.new_secret()
    row = ApiKey(
        id=new_id(), subject_id=company_id, prefix="abcdefghijkl", name="bare", scopes=[],
        secret_hash=crypto.fingerprint(secret), created_by_user_id=owner, created_at=world.now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    world.things["api_key"] = row.id
    return f"lwk_{row.prefix}.{secret}"


async def _work(session: AsyncSession, world: World) -> None:
    now, things = world.now, world.things
    company = await session.get_one(Company, things["company"])
    project = await work.project(session, company, now=now, budget_minor=BUDGET_MINOR)
    draft = await work.project(session, company, now=now, state="draft", title="Draft")
    position = await _position(session, project, now=now)
    await _position(session, draft, now=now)
    waiting = await _position(session, project, now=now, title="Second reader")
    applied = await _application(session, waiting, things["trainer"], now=now, state="submitted")
    offered = await _position(session, project, now=now, title="Third reader")
    free = await _position(session, project, now=now, title="Fourth reader")
    asked = await _application(session, offered, things["trainer"], now=now, state="offered")
    offer = await _offer(session, asked, now=now)
    engagement = await work.engagement(
        session, position, things["trainer"], now=now, bill_minor=BILL_MINOR, pay_minor=PAY_MINOR
    )
    things |= {
        "project": project.id, "draft": draft.id, "position": position.id, "offer": offer.id,
        "free position": offered.id, "application": applied.id, "engagement": engagement.id,
        "waiting position": free.id,
    }  # fmt: skip
    week = (now - timedelta(days=7 + now.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC
    )
    staff, weeks, invoices = things["finance user"], [], []
    for back in (14, 7):
        weeks.append(
            await deals.approved_week(
                session,
                engagement,
                now=now,
                week_starts_at=week - timedelta(days=back),
                bill_rate_minor=BILL_MINOR,
                pay_rate_minor=PAY_MINOR,
            )
        )
        run = await running.run_invoices(
            session, FinanceActor(staff), through_on=now.date(), company_id=company.id,
            sample_issuer=True, now=now,
        )  # fmt: skip
        invoices.append(await session.get_one(Invoice, run.invoices[0].id))
    session.add(CapCounter(scope="credit_limit", scope_id=company.id, period="", cap=10**15,
                           used=3 * 600 * 60 * BILL_MINOR))  # fmt: skip
    paid, unpaid = invoices
    await deals.collected(session, paid, weeks[:1], now=now, user_id=staff)
    payout = await deals.payout(
        session, weeks[:1], now=now, by_user_id=staff, account=world.account
    )
    await deals.approved_week(
        session, engagement, now=now, week_starts_at=week, bill_rate_minor=BILL_MINOR,
        pay_rate_minor=PAY_MINOR,
    )  # fmt: skip
    things |= {
        "suspense": await deals.in_suspense(session, staff, now=now),
        "write_off": await deals.awaiting_write_off(session, unpaid, now=now),
        "invoice": unpaid.id, "paid invoice": paid.id, "payout": payout.id,
        "payout_run": payout.run_id, "hold": (await deals.hold(session, payout, now=now)).id,
    }  # fmt: skip


async def _position(session: AsyncSession, of: Project, *, now: datetime, **over: Any) -> Position:
    row = await work.position(session, of, now=now, bill_rate_cap_minor=BILL_CAP_MINOR, **over)
    terms = await session.get_one(PositionPayTerms, row.id)
    terms.pay_rate_up_to_minor = PAY_CAP_MINOR
    return row


async def _application(
    session: AsyncSession, position: Position, trainer_id: UUID, *, now: datetime, state: str
) -> Application:
    row = Application(
        id=new_id(), position_id=position.id, company_id=position.company_id,
        trainer_id=trainer_id, state=state, decide_by_at=now + timedelta(days=7), created_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    session.add_all([
        ApplicationBillTerms(application_id=row.id, asking_bill_minor=BILL_MINOR, currency="USD"),
        ApplicationPayTerms(application_id=row.id, asking_pay_minor=PAY_MINOR, currency="USD"),
    ])  # fmt: skip
    await session.flush()
    return row


async def _offer(session: AsyncSession, to: Application, *, now: datetime) -> Offer:
    row = Offer(
        id=new_id(), application_id=to.id, position_id=to.position_id, company_id=to.company_id,
        trainer_id=to.trainer_id, state="sent", weekly_minutes=600, starts_on=now.date(),
        expires_at=now + timedelta(days=7), pay_week_timezone="UTC", pay_week_first_day=1,
        created_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    session.add_all([
        OfferBillTerms(offer_id=row.id, bill_minor=BILL_MINOR, currency="USD"),
        OfferPayTerms(offer_id=row.id, pay_minor=PAY_MINOR, currency="USD"),
    ])  # fmt: skip
    await session.flush()
    return row


async def _hours(session: AsyncSession, world: World) -> None:
    """An engagement of an hour a week: one sheet handed in, one open, time beyond both weeks."""
    now, things = world.now, world.things
    project = await session.get_one(Project, things["project"])
    position = await _position(session, project, now=now, title="Fifth reader")
    engagement = await work.engagement(
        session, position, things["trainer"], now=now, weekly_minutes=60,
        bill_minor=BILL_MINOR, pay_minor=PAY_MINOR,
    )  # fmt: skip
    things["hours"] = engagement.id
    monday = (now - timedelta(days=now.weekday())).replace(hour=6, minute=0, second=0)
    world.logged_at = last = monday.replace(microsecond=0) - timedelta(days=7)
    trainer = TrainerActor(things["trainer"], things["trainer user"])
    logged = [
        (last, 15),
        (last + timedelta(hours=1), 15),
        (last - timedelta(days=7), 90),
        (last - timedelta(days=6), 30),
    ]
    for start, minutes in logged:
        said = TimeSaid(engagement.id, start, start + timedelta(minutes=minutes), None)
        await recording.record_time(session, trainer, new_id(), said, if_version=None, now=now)
    rows = (
        await session.scalars(
            select(TimeEntry)
            .where(TimeEntry.engagement_id == engagement.id)
            .order_by(TimeEntry.started_at)
        )
    ).all()
    handed_in, beyond, far_beyond, open_, timed = rows
    assert [row.state for row in rows][1:3] == ["over_cap", "over_cap"]
    far_beyond.binding_cap, timed.source = "trainer_week", "timer"
    assert handed_in.timesheet_id is not None
    assert open_.timesheet_id is not None
    things |= {
        "entry": open_.id, "timed entry": timed.id, "entry over the week": beyond.id,
        "entry over her week": far_beyond.id, "timesheet": handed_in.timesheet_id,
        "open timesheet": open_.timesheet_id, "submitted entry": handed_in.id,
    }  # fmt: skip
    await session.flush()
    await submitting.submit(session, trainer, handed_in.timesheet_id, now=now)
    await _contests(session, world, project, last - timedelta(days=5))
    things |= await adjusted.planted(session, things, BILL_MINOR, worked_at=last, now=now)


async def _contests(session: AsyncSession, world: World, project: Project, start: datetime) -> None:
    """A sheet of two entries, both contested; the trainer has answered about one of them."""
    now, things = world.now, world.things
    position = await _position(session, project, now=now, title="Sixth reader")
    engagement = await work.engagement(
        session, position, things["trainer"], now=now, bill_minor=BILL_MINOR, pay_minor=PAY_MINOR
    )
    trainer = TrainerActor(things["trainer"], things["trainer user"])
    company = ClientActor(things["company"], things["owner user"], None, CompanyRole.OWNER)
    pieces = []
    for n in (0, 1):
        at = start + timedelta(hours=n)
        said = TimeSaid(engagement.id, at, at + timedelta(minutes=15), None)
        done = await recording.record_time(session, trainer, new_id(), said, now=now)
        pieces.append(done.entry.root)
    sheet_id = pieces[0].timesheet_id
    assert sheet_id is not None
    await submitting.submit(session, trainer, sheet_id, now=now)
    objections = [Objection(p.id, ContestReason.DUPLICATE, "Twice.") for p in pieces]
    _, (waiting, answered) = await contesting.contest_entries(
        session, company, sheet_id, objections, now=now
    )
    await answering.answer_contest(session, trainer, answered.id, "It was not.", now=now)
    lower = await terms.proposed(session, company, engagement.id, bill_minor=700_001, now=now)
    things |= {"contest": waiting.id, "answered contest": answered.id, "terms_change": lower}


async def _money(session: AsyncSession, world: World) -> None:
    now, things = world.now, world.things
    session.add(PayoutAccount(trainer_id=things["trainer"], state="created", ready=True,
                              provider_account_id=world.account, missing=[], intended_at=now,
                              fetched_at=now))  # fmt: skip
    export = Export(
        id=new_id(), kind="invoices", format="csv", from_on=now.date(), to_on=now.date(),
        state="finished", file_key="exports/matrix.csv", sha256=b"0" * 32, finished_at=now,
        created_by_user_id=things["finance user"], created_at=now,
    )  # fmt: skip
    session.add(export)
    things |= {"export": export.id, "run": await a_run(session, now)}
    await world.runtime.outside.files.put("exports/matrix.csv", b"number\n")
    trainer, number = things["trainer"], "1000000004"
    claimed = await people.credential(session, trainer, now=now, state="claimed", number=number)
    things["credential"] = claimed.id


async def _papers(world: World) -> None:
    transport = httpx.ASGITransport(app=build_app(world.runtime))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        answer = await client.post(
            f"/trainer/v1/me/credentials/{world.things['credential']}/evidence",
            files={"file": ("licence.pdf", papers.PDF, "application/pdf")},
            headers=world.headers("trainer"),
        )
        assert answer.status_code == 201, answer.text
    async with world.runtime.database.begin() as session:
        document = (await session.scalars(select(EvidenceDocument))).one()
    world.things["document"] = document.id
