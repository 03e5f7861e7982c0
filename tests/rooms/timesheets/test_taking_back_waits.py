"""One company's clawback never comes off what another company has paid."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import crossing
from app.domain.actor import FinanceActor, OperationsActor
from app.domain.adjustments import ClawbackReason
from app.domain.holds import PayoutRules
from app.domain.money import Money
from app.invoicing import proof as invoicing_proof
from app.invoicing import recording
from app.invoicing.recording import Receipt
from app.invoicing.tables import Invoice
from app.payouts import standing
from app.timesheets import correcting, proof
from app.timesheets.correcting import Clawback
from tests.factories import people
from tests.factories.adjusted import approved_week, bonus, claw_back, correct, invoice
from tests.factories.at_work import Deal, deal
from tests.factories.hours import LAST_WEEK, NOW

OPERATIONS = OperationsActor(uuid4())


async def payable(session: AsyncSession, at: Deal) -> int:
    """What a run would look at for her, in minor units."""
    found = await standing.verdicts(
        session, as_of=NOW, rules=PayoutRules(), now=NOW, trainer_ids=[at.trainer.id]
    )
    return sum(each.payable_minor for each in found)


async def paid(session: AsyncSession, company_id: UUID, *, sequence: int) -> None:
    """The company's invoice of this number is paid whole at the bank."""
    staff = FinanceActor((await people.user(session, now=NOW, door="finance")).id)
    found = await session.scalar(
        select(Invoice).where(Invoice.company_id == company_id).order_by(Invoice.sequence)
        .offset(sequence).limit(1)
    )  # fmt: skip
    assert found is not None
    receipt = Receipt(Money(found.gross_minor, "USD"), NOW.date(), f"Statement {found.number}")
    page = await recording.record_once(session, staff, found.id, receipt, closed=None, now=NOW)
    assert page is None


async def assert_holds(session: AsyncSession) -> None:
    for room in (proof, invoicing_proof, crossing):
        for identity in await room.prove(session):
            assert identity.holds, identity


async def test_it_waits_for_its_own_engagement(session: AsyncSession) -> None:
    first = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000)
    beside = await deal(session, now=NOW, trainer=first.trainer, bill_minor=10_000, pay_minor=8_000)
    await approved_week(session, first)
    await approved_week(session, beside, start=LAST_WEEK.replace(hour=6))
    await invoice(session)
    given = (await bonus(session, first, 5_000)).adjustment
    await claw_back(session, OPERATIONS, first, 3_000, evidence=given.id)
    await correct(session, OPERATIONS, first, -30)
    await paid(session, beside.company.id, sequence=0)
    assert await payable(session, first) == 16_000
    await assert_holds(session)
    later = await bonus(session, first, 10_000)
    assert later.created
    await invoice(session)
    await paid(session, first.company.id, sequence=1)  # the bonuses, less what is taken back
    assert await payable(session, first) == 16_000 + 4_000 + 8_000
    await assert_holds(session)
    await paid(session, first.company.id, sequence=0)
    assert await payable(session, first) == 16_000 + 4_000 + 8_000 - 2_400 - 4_000 + 16_000
    await claw_back(session, OPERATIONS, first, 1_000, evidence=given.id)
    assert await payable(session, first) == 16_000 + 4_000 + 8_000 - 2_400 - 4_000 + 16_000 - 800
    await assert_holds(session)


async def test_it_counts_in_a_run_as_of_before_it(session: AsyncSession) -> None:
    """It is off what is payable at once: a run without it would promise more than is there."""
    at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000)
    await approved_week(session, at)
    given = (await bonus(session, at, 5_000)).adjustment
    await invoice(session)
    await paid(session, at.company.id, sequence=0)
    assert await payable(session, at) == 16_000 + 4_000
    said = Clawback(Money(3_000, "USD"), ClawbackReason.DUPLICATE_WORK, "Twice.", (given.id,))
    later = NOW + timedelta(minutes=1)
    await correcting.claw_back(session, OPERATIONS, at.engagement.id, uuid4(), said, now=later)
    assert await payable(session, at) == 16_000 + 4_000 - 2_400
    await assert_holds(session)
