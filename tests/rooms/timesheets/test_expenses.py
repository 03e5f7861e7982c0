"""What a trainer lays out: claimed once, agreed to or declined, never lost by silence."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import OperationsActor, SystemActor
from app.domain.adjustments import DeclineReason, Outcome
from app.domain.money import Money
from app.domain.refusals import AlreadyUsed, IllegalMove, InvalidValues, NotFound
from app.kit.paging import Cut
from app.timesheets import claiming, for_operations, settling
from app.timesheets.bill_lines import BillLine
from app.timesheets.claiming import Claim
from app.timesheets.pay_lines import PayLine
from app.timesheets.refusals import BudgetReached, ExplanationNeeded
from app.timesheets.settling import Answer
from app.timesheets.tables import Approval
from tests.factories.adjusted import expense
from tests.factories.at_work import deal
from tests.factories.hours import NOW, assert_proven, counters

YES = Answer(Outcome.APPROVED)
NO = Answer(Outcome.DECLINED, DeclineReason.NO_EVIDENCE, "No receipt.")
LATE = NOW + timedelta(days=5)
OPERATIONS = OperationsActor(uuid4())
CLOCK = SystemActor("adjustment_deadline")


async def test_both_sides_see_the_same_sum(session: AsyncSession) -> None:
    at, id_ = await deal(session, now=NOW), uuid4()
    claims = [await expense(session, at, 4_990, id_=id_) for _ in range(2)]
    assert [c.created for c in claims] == [True, False]
    assert (await session.scalars(select(PayLine))).all() == []
    for _ in range(2):
        agreed = await settling.decide_expense(session, at.client, id_, YES, now=NOW)
        assert (agreed.state, agreed.decider) == ("approved", "company")
    (bill,) = (await session.scalars(select(BillLine))).all()
    (pay,) = (await session.scalars(select(PayLine))).all()
    assert (bill.type, bill.bill_minor) == (pay.type, pay.pay_minor) == ("expense", 4_990)
    assert (await counters(session))["credit_limit"] == 4_990 * 3600
    with pytest.raises(IllegalMove):
        await settling.decide_expense(session, at.client, id_, NO, now=NOW)
    await assert_proven(session)


async def test_declined_with_a_reason_once(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    id_ = (await expense(session, at, 500)).adjustment.id
    with pytest.raises(ExplanationNeeded):
        await settling.decide_expense(session, at.client, id_, Answer(Outcome.DECLINED), now=NOW)
    for _ in range(2):
        declined = await settling.decide_expense(session, at.client, id_, NO, now=NOW)
    assert (declined.state, declined.decision_explanation) == ("declined", "No receipt.")
    with pytest.raises(IllegalMove):
        await settling.decide_expense(session, at.client, id_, YES, now=NOW)
    await assert_proven(session)


async def test_silence_hands_it_on_and_costs_the_company_nothing(session: AsyncSession) -> None:
    """What operations allows in the company's place is paid by the platform, and waits for none."""
    at = await deal(session, now=NOW)
    id_ = (await expense(session, at, 500)).adjustment.id
    assert await settling.due(session, now=LATE - timedelta(seconds=1)) == []
    with pytest.raises(IllegalMove):
        await settling.decide_adjustment(
            session, OPERATIONS, id_, Answer(Outcome.APPROVED, None, "In order."), now=NOW
        )
    assert await settling.due(session, now=LATE) == [id_]
    await settling.move_on(session, CLOCK, id_, now=LATE)
    waiting = await for_operations.list_adjustments(session, OPERATIONS, Cut())
    assert [w.id for w in waiting.items] == [id_]
    with pytest.raises(IllegalMove):
        await settling.decide_expense(session, at.client, id_, YES, now=LATE)
    assert await settling.due(session, now=LATE + timedelta(days=99)) == []
    allowed = Answer(Outcome.APPROVED, None, "In order.")
    for _ in range(2):
        done = await settling.decide_adjustment(session, OPERATIONS, id_, allowed, now=LATE)
    assert (done.state, done.at_platform_cost, done.decider) == ("approved", True, "operations")
    assert (await session.scalars(select(BillLine))).all() == []
    (pay,) = (await session.scalars(select(PayLine))).all()
    assert pay.pay_minor == 500
    assert (await session.get_one(Approval, pay.approval_id)).funded_at == LATE
    await assert_proven(session)


async def test_an_id_with_other_words_and_other_peoples(session: AsyncSession) -> None:
    at, other = await deal(session, now=NOW), await deal(session, now=NOW)
    id_ = (await expense(session, at, 500)).adjustment.id
    for deed in ((at, 501), (other, 500)):
        with pytest.raises(AlreadyUsed):
            await expense(session, *deed, id_=id_)
    with pytest.raises(NotFound):
        await settling.decide_expense(session, other.client, id_, YES, now=NOW)
    with pytest.raises(NotFound):
        await claiming.claim_expense(
            session, other.worker, at.engagement.id, uuid4(),
            Claim(Money(1, "USD"), "x", "y"), now=NOW,
        )  # fmt: skip
    with pytest.raises(InvalidValues):
        await claiming.claim_expense(
            session, at.worker, at.engagement.id, uuid4(), Claim(Money(1, "EUR"), "x", "y"), now=NOW
        )


async def test_a_budget_without_room_keeps_it_waiting(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, budget_minor=1_000)
    id_ = (await expense(session, at, 1_001)).adjustment.id
    with pytest.raises(BudgetReached):
        await settling.decide_expense(session, at.client, id_, YES, now=NOW)
    assert await settling.due(session, now=LATE) == [id_]
    await assert_proven(session)
