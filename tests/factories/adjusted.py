"""A week that is approved and invoiced, and short words for what is added to it afterwards."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.books import proving
from app.domain.actor import ClientActor, CompanyRole, FinanceActor
from app.domain.money import Money
from app.invoicing import running
from app.invoicing.running import InvoiceRunFacts
from app.kit.db import Database
from app.timesheets import approving, giving, submitting
from app.timesheets.giving import Bonus, Given
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
) -> Given:
    said = Bonus(Money(minor, "USD"), reason)
    return await giving.give_bonus(
        session, at.client, at.engagement.id, id_ or uuid4(), said, now=NOW
    )


async def planted(
    session: AsyncSession, things: dict[str, UUID], hours: UUID, minor: int, *, now: datetime
) -> dict[str, UUID]:
    """A bonus in the engagement whose hours are logged, and ids that nobody has used yet."""
    company = ClientActor(things["company"], things["owner user"], None, CompanyRole.OWNER)
    said = Bonus(Money(minor, "USD"), "Well found.")
    await giving.give_bonus(session, company, hours, uuid4(), said, now=now)
    return {"hours": hours, "bonus": uuid4()}


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
