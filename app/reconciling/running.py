"""A reconciliation run: ordered by a person or by the day, carried out by a job, in steps."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import FinanceActor
from app.domain.errands import Errand
from app.domain.notices import Kind
from app.gateways.payments import PaymentsUnavailable
from app.gateways.statements import Statements
from app.kit import queue
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.ids import new_id
from app.ledger.tables import LedgerAccount
from app.notices import telling
from app.notices.telling import News, To
from app.payouts.tables import PayoutAccount
from app.reconciling import balances, comparing, fetching, queries, treasury
from app.reconciling.tables import ReconciliationRun

DAILY = timedelta(hours=24)
# A run that has not ended by then will not: the next order makes a new one.
ABANDONED_AFTER = timedelta(hours=2)
_ACCOUNTS_A_STEP = 25


async def order(session: AsyncSession, actor: FinanceActor | None, *, now: datetime) -> UUID:
    """Order a run now; while one is under way, that one is the answer. None: by the clock."""
    under_way = await session.scalar(
        select(ReconciliationRun.id)
        .where(
            ReconciliationRun.state != "finished",
            ReconciliationRun.ordered_at > now - ABANDONED_AFTER,
        )
        .order_by(ReconciliationRun.ordered_at.desc())
        .limit(1)
    )
    if under_way is not None:
        return under_way
    run = ReconciliationRun(
        id=new_id(),
        state="ordered",
        ordered_by_user_id=actor.user_id if actor else None,
        ordered_at=now,
    )
    session.add(run)
    await session.flush()
    await queue.enqueue(session, Errand.RECONCILE, {"reconciliation_run_id": str(run.id)})
    return run.id


async def due(session: AsyncSession, *, now: datetime) -> bool:
    """Whether a day has passed since the last order. Without any money at the provider, never."""
    ordered_today = exists().where(ReconciliationRun.ordered_at > now - DAILY)
    concerned = exists().where(LedgerAccount.key.startswith("asset:stripe:")) | exists().where(
        PayoutAccount.provider_account_id.is_not(None)
    )
    return bool(await session.scalar(select(concerned & ~ordered_today)))


async def carry_out(
    database: Database, statements: Statements, run_id: UUID, *, clock: Clock
) -> None:
    """Fetch every statement, post what begins at the provider, compare, note the balances.

    Safe to repeat: a killed run goes on, for what was fetched is kept. Raises
    PaymentsUnavailable, which the run notes as its problem until it gets further.
    """
    async with database.begin() as session:
        run = await session.get(ReconciliationRun, run_id)
        if run is None or run.state == "finished":
            return
        accounts = await fetching.accounts(session)
        run.state = "fetching"
        run.accounts_total = len(accounts)
        run.accounts_done = 0
    try:
        for done, account in enumerate(accounts, start=1):
            await fetching.fetch(database, statements, account, clock=clock)
            if done % _ACCOUNTS_A_STEP == 0 or done == len(accounts):
                await _note_progress(database, run_id, done)
        await _book_own(database, statements, clock=clock)
        for account in accounts:
            held = await statements.holdings(fetching.asked_of(account))
            async with database.begin() as session:
                await balances.note(session, run_id, account, held)
    except PaymentsUnavailable as error:
        async with database.begin() as session:
            run = await session.get_one(ReconciliationRun, run_id)
            run.problem = str(error)
        raise
    async with database.begin() as session:
        await _finish(session, run_id, now=clock.now())


async def _note_progress(database: Database, run_id: UUID, done: int) -> None:
    async with database.begin() as session:
        run = await session.get_one(ReconciliationRun, run_id)
        run.accounts_done = done
        run.problem = None


async def _book_own(database: Database, statements: Statements, *, clock: Clock) -> None:
    """What begins at the provider: its lines, and own payouts that have reached our bank."""
    wanting = True
    while wanting:
        async with database.begin() as session:
            wanting = bool(await treasury.book(session, now=clock.now()))
    async with database.begin() as session:
        on_their_way = await treasury.on_their_way(session)
    for payout_id in on_their_way:
        if await statements.has_arrived(payout_id):
            async with database.begin() as session:
                await treasury.book_arrival(session, payout_id, now=clock.now())


async def _finish(session: AsyncSession, run_id: UUID, *, now: datetime) -> None:
    run = await session.get_one(ReconciliationRun, run_id, with_for_update=True)
    if run.state == "finished":
        return
    compared = await comparing.compare(session, now=now)
    run.lines_compared = compared.lines
    run.lines_matched = compared.matched
    run.differences_open = len(compared.differences)
    run.state = "finished"
    run.finished_at = now
    run.problem = None
    await session.flush()
    if await queries.wants_a_person(session, run_id, now=now):
        news = News(Kind.STAFF_RECONCILIATION_OPEN, run_id, To(door="finance"))
        await telling.tell(session, news, now=now)
