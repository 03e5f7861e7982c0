"""Whatever was worked, contested, corrected and re-priced: the three explanations come to the
figures that they explain, and the company's and the trainer's never show the other side's."""

import re
from collections import Counter
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import margins
from app.domain.actor import ClientActor, CompanyRole, FinanceActor, OperationsActor, TrainerActor
from app.domain.refusals import NotAllowed, NotFound, Refusal
from app.engagements import pay_terms
from app.engagements.bill_terms import EngagementBillTerms
from app.engagements.pay_terms import EngagementPayTerms
from app.invoicing import explaining as invoice_lines
from app.invoicing import queries
from app.kit.ids import new_id
from app.ledger.tables import LedgerAccount, LedgerEntry
from app.payouts import explaining as payouts
from app.payouts.tables import Payout, PayoutLine, PayoutRun
from app.timesheets import approving, submitting
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import Timesheet
from tests.factories import adjusted, quick
from tests.factories.at_work import Deal
from tests.factories.hours import LAST_WEEK, NOW
from tests.factories.life import Life, two_jobs
from tests.factories.traced import assert_line_adds_up

IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OPERATIONS = OperationsActor(uuid4())
FINANCE = FinanceActor(uuid4())


async def lived(session: AsyncSession, seed: int) -> list[Deal]:
    """Two jobs whose rates change in the middle of a day, a life by chance, adjustments, and all of
    it approved."""
    deals = await two_jobs(session)
    for at in deals:
        await reprice(session, at)
    life = Life(session, deals, Random(seed), ids=[])
    for _ in range(120):
        await attempt(session, life.deed())
    for at in deals:
        await attempt(session, lambda at=at: adjusted.bonus(session, at, 3_333))
        await attempt(session, lambda at=at: adjusted.expense(session, at, 4_990))
        await attempt(session, lambda at=at: adjusted.correct(session, OPERATIONS, at, -7))
        await attempt(session, lambda at=at: adjusted.correct(session, OPERATIONS, at, 11))
    for sheet_id in await session.scalars(select(Timesheet.id).order_by(Timesheet.id)):
        await attempt(
            session, lambda id_=sheet_id: submitting.submit(session, deals[0].worker, id_, now=NOW)
        )
        for at in deals:
            await attempt(
                session, lambda a=at, i=sheet_id: approving.approve(session, a.client, i, now=NOW)
            )
    return deals


async def attempt(session: AsyncSession, deed) -> None:  # type: ignore[no-untyped-def]
    try:
        async with session.begin_nested():
            await deed()
    except Refusal:
        pass


async def reprice(session: AsyncSession, at: Deal) -> None:
    """From the first day on awkward rates, and others in the middle of Wednesday's work."""
    await session.execute(
        update(EngagementBillTerms)
        .where(EngagementBillTerms.engagement_id == at.engagement.id)
        .values(bill_minor=10_007)
    )
    await session.execute(
        update(EngagementPayTerms)
        .where(EngagementPayTerms.engagement_id == at.engagement.id)
        .values(pay_minor=8_005)
    )
    currency = (await pay_terms.rates_of(session, at.engagement.id))[0].currency
    when = LAST_WEEK + timedelta(days=2, hours=12, minutes=34, seconds=56)
    for row, field, minor in (
        (EngagementBillTerms, "bill_minor", 12_113), (EngagementPayTerms, "pay_minor", 9_690)
    ):  # fmt: skip
        session.add(
            row(id=new_id(), engagement_id=at.engagement.id, currency=currency, effective_at=when,
                **{field: minor})
        )  # fmt: skip
    await session.flush()


@pytest.mark.parametrize("seed", quick.first(list(range(1, 9))))
async def test_each_explanation_comes_to_its_figure(session: AsyncSession, seed: int) -> None:
    deals = await lived(session, seed)
    assert await margin_of(session, deals)
    invoices = (await adjusted.invoice(session)).invoices
    assert invoices
    for issued in invoices:
        at = next(deal for deal in deals if deal.company.id == issued.company_id)
        facts = await queries.of_company(session, at.client, issued.id)
        told = [
            await invoice_lines.explain(session, at.client, issued.id, line.place)
            for line in facts.lines
        ]
        for line in told:
            assert_line_adds_up(line.traced)
            assert line.traced.row.priced.minor == line.line.net_minor
            assert (line.traced.row.priced.minutes, line.traced.row.rate_minor) == (
                line.line.minutes, line.line.bill_rate_minor
            )  # fmt: skip
            assert not figures_of(line) & {"9690", "8005"}
        assert sum(line.traced.row.priced.minor for line in told) == issued.net_minor
        assert sum({line.tax.rate_bps: line.tax.tax_minor for line in told}.values()) == (
            issued.tax_minor
        )
        whole = await margins.of_invoice(session, FINANCE, issued.id)
        assert whole.billed_minor == issued.net_minor
    await paid_out(session, deals[0])


def figures_of(told: object) -> set[str]:
    """Every number in it that is not part of an id."""
    return set(re.findall(r"\d+", IDS.sub("", repr(told))))


async def margin_of(session: AsyncSession, deals: list[Deal]) -> int:
    """Both engagements together are what the ledger's income and expense accounts say."""
    billed = earned = lines = 0
    for at in deals:
        whole = await margins.of_engagement(session, FINANCE, at.engagement.id)
        for found in whole.approvals:
            for line in (*found.bill, *found.pay):
                assert_line_adds_up(line)
                lines += 1
            assert found.booked_income_minor == found.billed_minor
            assert found.booked_expense_minor == found.earned_minor
            assert found.margin_minor == found.billed_minor - found.earned_minor
        assert whole.margin_minor == sum(found.margin_minor for found in whole.approvals)
        assert {(t.bill_rate_minor, t.pay_rate_minor) for t in whole.terms} == {
            (10_007, 8_005), (12_113, 9_690)
        }  # fmt: skip
        billed, earned = billed + whole.billed_minor, earned + whole.earned_minor
    rows = await session.execute(
        select(LedgerAccount.key, LedgerEntry.amount_minor).join(
            LedgerEntry, LedgerEntry.account_id == LedgerAccount.id
        )
    )
    books: Counter[str] = Counter()
    for key, minor in rows:
        books[key] += minor
    assert (billed, earned) == (-books["income:services"], books["expense:trainers"])
    return lines


async def paid_out(session: AsyncSession, at: Deal) -> None:
    """A payout of everything that the trainer has earned, explained from its lines down."""
    lines = (
        await session.scalars(select(PayLine).where(PayLine.trainer_id == at.trainer.id))
    ).all()
    run = PayoutRun(id=new_id(), as_of_at=NOW, state="planned", created_at=NOW,
                    created_by_user_id=at.owner_user_id)  # fmt: skip
    total = sum(line.pay_minor for line in lines)
    payout = Payout(id=new_id(), run_id=run.id, trainer_id=at.trainer.id, state="pending",
                    pay_minor=total, currency="USD", provider_account_id="acct_x",
                    created_at=NOW)  # fmt: skip
    session.add(run)
    await session.flush()
    session.add(payout)
    await session.flush()
    session.add_all(
        PayoutLine(payout_id=payout.id, pay_line_id=line.id, pay_minor=line.pay_minor,
                   currency="USD")
        for line in lines
    )  # fmt: skip
    await session.flush()
    told = await payouts.explain(session, at.worker, payout.id)
    assert told is not None
    for line in told.lines:
        assert_line_adds_up(line.traced)
        assert not figures_of(line) & {"10007", "12113"}
    assert sum(line.traced.row.priced.minor for line in told.lines) == told.payout.pay_minor
    stranger = TrainerActor(uuid4(), uuid4())
    assert await payouts.explain(session, stranger, payout.id) is None


async def test_only_its_own_company_and_only_who_may_see_time_and_invoices(
    session: AsyncSession,
) -> None:
    deals = await two_jobs(session)
    await adjusted.approved_week(session, deals[0])
    (issued,) = (await adjusted.invoice(session)).invoices
    with pytest.raises(NotFound):
        await invoice_lines.explain(session, deals[1].client, issued.id, 1)
    with pytest.raises(NotFound):
        await invoice_lines.explain(session, deals[0].client, issued.id, 2)
    for role in (CompanyRole.REVIEWER, CompanyRole.HIRING_MANAGER):
        actor = ClientActor(deals[0].company.id, uuid4(), None, role)
        with pytest.raises(NotAllowed):
            await invoice_lines.explain(session, actor, issued.id, 1)
    with pytest.raises(NotFound):
        await margins.of_invoice(session, FINANCE, uuid4())
    with pytest.raises(NotFound):
        await margins.of_engagement(session, FINANCE, uuid4())
