"""A week that is approved and invoiced, and short words for what is added to it afterwards."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.books import proving
from app.domain.actor import (
    ClientActor,
    CompanyRole,
    FinanceActor,
    OperationsActor,
    SystemActor,
    TrainerActor,
)
from app.domain.adjustments import ClawbackReason, CorrectionReason
from app.domain.money import Money
from app.invoicing import running
from app.invoicing.running import InvoiceRunFacts
from app.kit.db import Database
from app.timesheets import approving, claiming, correcting, giving, settling, submitting
from app.timesheets.adjustments import Filed
from app.timesheets.claiming import Claim
from app.timesheets.correcting import Clawback, Correction
from app.timesheets.giving import Bonus
from tests.factories import people
from tests.factories.at_work import Deal
from tests.factories.hours import LAST_WEEK, NOW, log


async def approved_week(
    session: AsyncSession, at: Deal, *, hours: float = 2, start: datetime = LAST_WEEK
) -> UUID:
    """So many hours of last week, approved: the sheet."""
    entry = (await log(session, at, start, hours)).entry.root
    assert entry.timesheet_id is not None
    await submitting.submit(session, at.worker, entry.timesheet_id, now=NOW)
    await approving.approve(session, at.client, entry.timesheet_id, now=NOW)
    return entry.timesheet_id


async def bonus(
    session: AsyncSession, at: Deal, minor: int, *, id_: UUID | None = None, reason: str = "Well."
) -> Filed:
    said = Bonus(Money(minor, "USD"), reason)
    return await giving.give_bonus(
        session, at.client, at.engagement.id, id_ or uuid4(), said, now=NOW
    )


async def expense(session: AsyncSession, at: Deal, minor: int, *, id_: UUID | None = None) -> Filed:
    said = Claim(Money(minor, "USD"), "A guideline.", "Receipt 7")
    return await claiming.claim_expense(
        session, at.worker, at.engagement.id, id_ or uuid4(), said, now=NOW
    )


async def correct(
    session: AsyncSession,
    by: ClientActor | OperationsActor,
    at: Deal,
    minutes: int,
    *,
    worked_at: datetime = LAST_WEEK,
    id_: UUID | None = None,
) -> Filed:
    said = Correction(minutes, worked_at, CorrectionReason.CLERICAL_ERROR, "Noted wrongly.")
    return await correcting.correct_hours(
        session, by, at.engagement.id, id_ or uuid4(), said, now=NOW
    )


async def claw_back(
    session: AsyncSession,
    by: OperationsActor,
    at: Deal,
    minor: int,
    *,
    evidence: UUID,
    id_: UUID | None = None,
) -> Filed:
    said = Clawback(Money(minor, "USD"), ClawbackReason.DUPLICATE_WORK, "Twice.", (evidence,))
    return await correcting.claw_back(session, by, at.engagement.id, id_ or uuid4(), said, now=NOW)


async def planted(
    session: AsyncSession,
    things: dict[str, UUID],
    minor: int,
    *,
    worked_at: datetime,
    now: datetime,
) -> dict[str, UUID]:
    """A bonus, expenses that wait, a correction to consent to, and ids that nobody has used yet."""
    company = ClientActor(things["company"], things["owner user"], None, CompanyRole.OWNER)
    trainer = TrainerActor(things["trainer"], things["trainer user"])
    said = Bonus(Money(minor, "USD"), "Well found.")
    await giving.give_bonus(session, company, things["hours"], uuid4(), said, now=now)
    claims = {"waiting expense": uuid4(), "old expense": uuid4()}
    for id_ in claims.values():
        claim = Claim(Money(4_990, "USD"), "A guideline.", "Receipt 7")
        await claiming.claim_expense(session, trainer, things["hours"], id_, claim, now=now)
    late = now + timedelta(days=6)
    await settling.move_on(session, SystemActor("late"), claims["old expense"], now=late)
    cut = uuid4()
    less = Correction(-6, worked_at, CorrectionReason.CLERICAL_ERROR, "Noted twice.")
    await correcting.correct_hours(session, company, things["engagement"], cut, less, now=now)
    return {
        **claims,
        "cut": cut,
        **{noun: uuid4() for noun in ("bonus", "expense", "correction", "clawback")},
    }


async def invoice(session: AsyncSession, *, now: datetime = NOW) -> InvoiceRunFacts:
    """A run over everything that is approved."""
    staff = FinanceActor((await people.user(session, now=now, door="finance")).id)
    return await running.run_invoices(
        session, staff, through_on=now.date(), company_id=None, sample_issuer=True, now=now
    )


async def assert_books(database: Database) -> None:
    """Every identity of every room holds."""
    for identity in await proving.prove_at_one_moment(database):
        assert identity.holds, identity
