"""Time beyond a cap is unpaid too: it stands among the holds, with whose turn it is by when."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.hold_reasons import REASONS, Who
from app.domain.holds import HoldCause, PayoutRules
from app.kit.paging import Cut
from app.payouts import waiting
from app.timesheets.tables import TimeEntry
from tests.factories.at_work import deal
from tests.factories.hours import HOUR, LAST_WEEK, NOW, log, states

RULES = PayoutRules()


async def test_time_beyond_a_cap_waits_for_the_company_and_then_for_operations(
    session: AsyncSession,
) -> None:
    """60.00 an hour, one hour a week agreed and three worked: two of them are beyond it."""
    at = await deal(session, now=NOW, weekly_minutes=60, pay_minor=6_000)
    logged = await log(session, at, LAST_WEEK + 9 * HOUR, 3)
    assert states(logged) == [("recorded", 60, None), ("over_cap", 120, "engagement_week")]
    beyond = logged.entry.pieces[1]
    assert beyond.decide_by_at is not None

    own = await waiting.own_holds(session, at.worker, rules=RULES, now=NOW)
    assert {each.cause: each.held_minor for each in own} == {
        HoldCause.NOT_SUBMITTED: 6_000,
        HoldCause.OVER_CAP: 12_000,
    }
    (held,) = [each for each in own if each.cause is HoldCause.OVER_CAP]
    assert (held.release_on_at, held.since) == (beyond.decide_by_at, beyond.started_at)
    assert REASONS[held.cause].who is Who.COMPANY
    listed = await waiting.list_holds(
        session, Cut(), rules=RULES, now=NOW, trainer_id=at.trainer.id
    )
    assert list(listed.items) == list(own)

    # Left undecided by the company it is for operations; the day shown lies ahead again.
    later = beyond.decide_by_at
    (late,) = [
        each
        for each in await waiting.own_holds(session, at.worker, rules=RULES, now=later)
        if each.cause is HoldCause.OVER_CAP_OPERATIONS
    ]
    assert late.held_minor == 12_000
    assert late.release_on_at > later
    assert REASONS[late.cause].who is Who.OPERATIONS

    row = await session.get_one(TimeEntry, beyond.id)
    row.binding_cap = "trainer_week"
    await session.flush()
    causes = {
        each.cause for each in await waiting.own_holds(session, at.worker, rules=RULES, now=NOW)
    }
    assert causes == {HoldCause.NOT_SUBMITTED, HoldCause.OVER_CAP_OPERATIONS}
