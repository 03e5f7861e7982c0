"""A bonus: a line of its own on either side, on the open sheet, once for its id."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import CompanyRole
from app.domain.money import Money
from app.domain.refusals import AlreadyUsed, InvalidValues, NotAllowed, NotFound
from app.kit.paging import Cut
from app.timesheets import approving, for_companies, for_trainers, giving, submitting
from app.timesheets.bill_lines import BillLine
from app.timesheets.giving import Bonus
from app.timesheets.pay_lines import PayLine
from app.timesheets.refusals import BudgetReached, CreditLimitReached
from tests.factories.adjusted import approved_week, bonus, invoice
from tests.factories.at_work import deal
from tests.factories.hours import MONDAY, NOW, assert_proven, counters, log


async def test_a_line_on_each_side_and_never_twice(session: AsyncSession) -> None:
    at, id_ = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000), uuid4()
    first = await bonus(session, at, 9_999, id_=id_)
    again = await bonus(session, at, 9_999, id_=id_)
    assert (first.created, again.created, again.adjustment) == (True, False, first.adjustment)
    (bill,) = (await session.scalars(select(BillLine))).all()
    (pay,) = (await session.scalars(select(PayLine))).all()
    assert (bill.type, bill.bill_minor, bill.minutes) == ("bonus", 9_999, 0)
    assert (pay.type, pay.pay_minor, pay.minutes) == ("bonus", 7_999, 0)  # 20 % taken, rounded down
    assert (bill.week_starts_at, pay.week_starts_at) == (MONDAY, MONDAY)
    await assert_proven(session)


@pytest.mark.parametrize(("minor", "reason"), [(501, "Well."), (500, "Other.")])
async def test_the_id_with_other_words_is_refused(
    session: AsyncSession, minor: int, reason: str
) -> None:
    at, id_ = await deal(session, now=NOW), uuid4()
    await bonus(session, at, 500, id_=id_)
    with pytest.raises(AlreadyUsed):
        await bonus(session, at, minor, id_=id_, reason=reason)
    other = await deal(session, now=NOW)
    with pytest.raises(AlreadyUsed):
        await bonus(session, other, 500, id_=id_)


async def test_it_stands_on_the_sheet_that_is_open_now(session: AsyncSession) -> None:
    """The sheet shows it at once beside the hours that wait, and keeps it when it is approved."""
    at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000)
    approved = await approved_week(session, at)
    entry = (await log(session, at, MONDAY)).entry.root
    given = (await bonus(session, at, 1_000)).adjustment
    assert given.timesheet_id == entry.timesheet_id != approved
    for state in ("open", "submitted", "approved"):
        sheets = await for_companies.list_timesheets(session, at.client, Cut())
        hers = await for_trainers.list_timesheets(session, at.worker, Cut())
        assert [(s.facts.state, s.amount.minutes, s.amount.billed.minor) for s in sheets.items] == [
            (state, 60, 11_000), ("approved", 120, 20_000)
        ]  # fmt: skip
        assert [s.amount.earned.minor for s in hers.items] == [8_800, 16_000]
        await assert_proven(session)
        assert entry.timesheet_id is not None
        if state == "open":
            await submitting.submit(session, at.worker, entry.timesheet_id, now=NOW)
        elif state == "submitted":
            await approving.approve(session, at.client, entry.timesheet_id, now=NOW)
    later = (await bonus(session, at, 2_000)).adjustment
    assert later.timesheet_id not in (entry.timesheet_id, approved)


async def test_the_budget_binds_to_the_cent(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000, budget_minor=30_000)
    await log(session, at, MONDAY, 2)
    with pytest.raises(BudgetReached):
        await bonus(session, at, 10_001)
    await bonus(session, at, 10_000)
    with pytest.raises(BudgetReached):
        await bonus(session, at, 1)
    over = await log(session, at, MONDAY.replace(hour=12))
    assert [p.binding_cap for p in over.entry.pieces] == ["project_budget"]
    used = await counters(session)
    assert (used["project_budget"], used["credit_limit"]) == (30_000 * 3600, 30_000 * 3600)
    await assert_proven(session)


async def test_the_credit_limit_binds(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    with pytest.raises(CreditLimitReached):
        await bonus(session, at, 1_000_001)
    await bonus(session, at, 1_000_000)


async def test_who_may_and_what_fits(session: AsyncSession) -> None:
    at, other = await deal(session, now=NOW), await deal(session, now=NOW)
    said = Bonus(Money(100, "USD"), "Well.")
    for role in (CompanyRole.HIRING_MANAGER, CompanyRole.BILLING, CompanyRole.VIEWER):
        with pytest.raises(NotAllowed):
            await giving.give_bonus(
                session, replace(at.client, role=role), at.engagement.id, uuid4(), said, now=NOW
            )
    with pytest.raises(NotFound):
        await giving.give_bonus(session, at.client, other.engagement.id, uuid4(), said, now=NOW)
    with pytest.raises(InvalidValues):
        await giving.give_bonus(
            session, at.client, at.engagement.id, uuid4(), Bonus(Money(100, "EUR"), "W."), now=NOW
        )


async def test_it_is_invoiced_with_the_hours(session: AsyncSession) -> None:
    at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000)
    await approved_week(session, at)
    await bonus(session, at, 1_234)
    run = await invoice(session)
    assert [i.net_minor for i in run.invoices] == [21_234]
    assert (await invoice(session)).invoices == []
    await assert_proven(session)


async def test_rounding_of_hours_is_not_touched(session: AsyncSession) -> None:
    """A bonus stands in the week of its sheet, and hours of that week are priced as without it."""
    at = await deal(session, now=NOW, bill_minor=10_000, pay_minor=8_000)
    await bonus(session, at, 777)
    entry = (await log(session, at, MONDAY, 1 / 60)).entry.root
    assert entry.timesheet_id is not None
    await submitting.submit(session, at.worker, entry.timesheet_id, now=NOW)
    await approving.approve(session, at.client, entry.timesheet_id, now=NOW)
    lines = {line.type: line for line in await session.scalars(select(BillLine))}
    assert (lines["time"].minutes, lines["time"].bill_minor) == (1, 167)
    await assert_proven(session)
