"""A rate changes from a day to come: a raise by itself, less pay with the trainer's consent."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.fee_terms import FeeTerms
from app.domain.actor import ClientActor, CompanyRole
from app.domain.engagements import EndReason
from app.domain.money import Money
from app.domain.refusals import IllegalMove, InvalidValues, NotAllowed, NotFound
from app.engagements import (
    bill_terms,
    changing,
    consenting,
    ending,
    for_companies,
    for_trainers,
    pay_terms,
    terms_changes,
)
from app.engagements import proof as engagement_proof
from app.engagements.refusals import ConsentTooLate, EngagementEnded, TermsProposed
from app.hiring.refusals import BillRateAboveCap, CurrencyNotYours
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.timesheets import approving, submitting
from app.timesheets.bill_lines import BillLine
from app.timesheets.pay_lines import PayLine
from tests.factories.at_work import Deal, deal
from tests.factories.hours import HOUR, MONDAY, NOW, assert_proven, log
from tests.factories.told import kinds, look_around

NEXT_WEEK = MONDAY + timedelta(days=7)


async def change(
    session: AsyncSession, at: Deal, minor: int, on: date | None = None, **more: object
) -> UUID:
    actor, now = more.get("actor", at.client), more.get("now", NOW)
    return await changing.change_terms(
        session,
        actor,
        at.engagement.id,
        Money(minor, "USD"),
        on,
        now=now,  # type: ignore[arg-type]
    )


async def rates(session: AsyncSession, at: Deal) -> tuple[list[int], list[int]]:
    bills = await bill_terms.rates_of(session, at.engagement.id)
    pays = await pay_terms.rates_of(session, at.engagement.id)
    return [each.minor for each in bills], [each.minor for each in pays]


async def told(session: AsyncSession, at: Deal) -> tuple[list[str], list[str]]:
    return await kinds(session, at.trainer.user_id), await kinds(session, at.owner_user_id)


async def test_a_raise_holds_from_the_next_week_and_leaves_what_is_logged(
    session: AsyncSession,
) -> None:
    at = await deal(session, now=NOW)
    logged = await log(session, at, MONDAY, 2)
    change_id = await change(session, at, 16_000)
    assert await change(session, at, 16_000) == change_id
    assert await rates(session, at) == ([15_000, 16_000], [12_000, 12_800])
    found = await for_companies.get_terms_change(session, at.client, change_id)
    assert found.facts.effective_at == NEXT_WEEK
    assert (found.facts.state, found.bill.minor) == ("agreed", 16_000)
    seen = await for_trainers.get_terms_change(session, at.worker, change_id)
    assert seen.pay.minor == 12_800
    later = NEXT_WEEK + 12 * HOUR
    await log(session, at, NEXT_WEEK, 2, now=later)
    await log(session, at, MONDAY + 3 * HOUR, 1, now=later)
    for sheet_id in {logged.entry.root.timesheet_id}:
        assert sheet_id is not None
        await submitting.submit(session, at.worker, sheet_id, now=later)
        await approving.approve(session, at.client, sheet_id, now=later)
    assert set(await session.scalars(select(BillLine.bill_rate_minor))) == {15_000}
    assert set(await session.scalars(select(PayLine.pay_rate_minor))) == {12_000}
    assert (await told(session, at))[0][0] == "terms_changed"
    await assert_proven(session)


async def test_less_pay_waits_for_consent(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    change_id = await change(session, at, 14_000)
    assert await change(session, at, 14_000) == change_id
    assert await rates(session, at) == ([15_000], [12_000])
    with pytest.raises(TermsProposed):
        await change(session, at, 13_000)
    with pytest.raises(TermsProposed):
        await change(session, at, 16_000)
    for _ in range(2):
        await consenting.consent(session, at.worker, change_id, now=NOW + 24 * HOUR)
    assert await rates(session, at) == ([15_000, 14_000], [12_000, 11_200])
    with pytest.raises(IllegalMove):
        await consenting.decline(session, at.worker, change_id, now=NOW + 25 * HOUR)
    with pytest.raises(IllegalMove):
        await changing.withdraw(session, at.client, change_id, now=NOW + 25 * HOUR)
    assert await told(session, at) == (["terms_proposed"], ["terms_consented"])


async def test_no_answer_and_no_are_the_same(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    first = await change(session, at, 14_000)
    for _ in range(2):
        await consenting.decline(session, at.worker, first, now=NOW + HOUR)
    second = await change(session, at, 13_900, now=NOW + 2 * HOUR)
    for _ in range(2):
        await changing.withdraw(session, at.client, second, now=NOW + 3 * HOUR)
    third = await change(session, at, 13_800, date(2026, 12, 14), now=NOW + 4 * HOUR)
    for hours in range(0, 170, 10):
        await look_around(session, NOW + (4 + hours) * HOUR)
    deadline = NOW + (4 + 7 * 24) * HOUR
    with pytest.raises(ConsentTooLate):
        await consenting.consent(session, at.worker, third, now=deadline)
    assert list(await terms_changes.due(session, now=deadline)) == [third]
    for _ in range(2):
        await changing.expire(session, third, now=deadline)
    with pytest.raises(ConsentTooLate):
        await consenting.consent(session, at.worker, third, now=deadline + HOUR)
    assert await rates(session, at) == ([15_000], [12_000])
    mine, theirs = await told(session, at)
    assert mine == [
        "terms_proposed", "terms_proposed", "terms_withdrawn", "terms_proposed",
        "consent_due", "consent_due",
    ]  # fmt: skip
    assert theirs == ["terms_declined", "terms_expired"]


async def test_a_higher_rate_that_pays_less_needs_consent_too(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    session.add(
        FeeTerms(id=new_id(), company_id=at.company.id, fee_bps=3_000, effective_at=NOW - HOUR)
    )
    await session.flush()
    change_id = await change(session, at, 16_000)
    found = await for_companies.get_terms_change(session, at.client, change_id)
    assert found.facts.state == "proposed"
    await consenting.consent(session, at.worker, change_id, now=NOW + HOUR)
    assert await rates(session, at) == ([15_000, 16_000], [12_000, 11_200])


async def test_a_change_that_leaves_her_pay_is_none_of_her_business(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    change_id = await change(session, at, 15_001)
    assert await rates(session, at) == ([15_000, 15_001], [12_000])
    assert (await told(session, at))[0] == []
    page = await for_trainers.list_terms_changes(session, at.worker, at.engagement.id, Cut())
    assert page.items == []
    with pytest.raises(NotFound):
        await for_trainers.get_terms_change(session, at.worker, change_id)


async def test_what_cannot_be(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    other = await deal(session, now=NOW)
    reviewer = ClientActor(at.company.id, at.owner_user_id, None, CompanyRole.REVIEWER)
    with pytest.raises(NotAllowed):
        await change(session, at, 16_000, actor=reviewer)
    with pytest.raises(NotFound):
        await change(session, at, 16_000, actor=other.client)
    with pytest.raises(BillRateAboveCap):
        await change(session, at, 18_001)
    with pytest.raises(CurrencyNotYours):
        await changing.change_terms(
            session, at.client, at.engagement.id, Money(16_000, "EUR"), None, now=NOW
        )
    for minor, on, code in (
        (15_000, None, "rate_unchanged"),
        (16_000, date(2026, 11, 25), "effective_too_early"),
        (14_000, date(2026, 11, 27), "effective_too_early"),
    ):
        with pytest.raises(InvalidValues) as raised:
            await change(session, at, minor, on)
        assert [problem.code for problem in raised.value.errors] == [code]
    change_id = await change(session, at, 16_000, date(2026, 12, 1))
    with pytest.raises(InvalidValues, match="invalid_values"):
        await change(session, at, 17_000, date(2026, 12, 1))
    assert await change(session, at, 17_000, date(2026, 12, 2)) != change_id
    with pytest.raises(NotFound):
        await consenting.consent(session, other.worker, change_id, now=NOW)
    with pytest.raises(NotFound):
        await changing.withdraw(session, other.client, change_id, now=NOW)
    await ending.end(
        session, at.client, at.engagement.id, reason=EndReason.WORK_DONE, explanation="Done.",
        now=NOW,
    )  # fmt: skip
    with pytest.raises(EngagementEnded):
        await change(session, at, 17_500)


async def test_nobody_consents_for_an_engagement_that_is_over(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    change_id = await change(session, at, 14_000)
    await ending.end(
        session, at.client, at.engagement.id, reason=EndReason.WORK_DONE, explanation="Done.",
        now=NOW,
    )  # fmt: skip
    with pytest.raises(EngagementEnded):
        await consenting.consent(session, at.worker, change_id, now=NOW + HOUR)


async def test_the_proof_bites(session: AsyncSession) -> None:
    at = await deal(session, now=NOW)
    await change(session, at, 16_000)
    held = {each.name: each.holds for each in await engagement_proof.prove(session)}
    assert held["changed terms hold as agreed, on both sides"]
    row = await session.scalar(
        select(pay_terms.ChangedPayTerms).where(pay_terms.ChangedPayTerms.pay_minor == 12_800)
    )
    assert row is not None
    row.pay_minor = 12_801
    await session.flush()
    broken = {each.name: each.holds for each in await engagement_proof.prove(session)}
    assert not broken["changed terms hold as agreed, on both sides"]
