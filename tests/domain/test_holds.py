"""Why a cent waits: one cause each, the same for preview, run and lists, and always a date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.hold_reasons import REASONS
from app.domain.holds import (
    Block,
    Due,
    HoldCause,
    PayoutRules,
    Placed,
    Screening,
    Standing,
    block_of,
    cause_in_payout,
    cause_of,
    cause_of_sum,
    release_on,
)
from app.domain.settlement import PASSING, PayoutState

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RULES = PayoutRules()
READY = Standing(
    account_ready=True,
    first_ready_at=NOW - timedelta(days=1),
    paid_before=False,
    screening=None,
    lists_of=None,
)


def placed(cause: HoldCause, **over: object) -> Placed:
    values: dict[str, object] = {
        "placed_at": NOW - timedelta(hours=1), "until_at": None, "look_at": None,
        "payout_id": None, **over,
    }  # fmt: skip
    return Placed(UUID(int=1), cause, **values)  # type: ignore[arg-type]


moments = st.integers(0, 400 * 86_400).map(
    lambda s: NOW - timedelta(days=300) + timedelta(seconds=s)
)
spans = st.timedeltas(timedelta(0), timedelta(days=30))
rules = st.builds(
    PayoutRules,
    first_payout_wait=spans,
    bank_change_wait=spans,
    screening_wanted=st.booleans(),
    screening_fresh_for=spans,
)
payout_ids = st.sampled_from([None, UUID(int=7), UUID(int=8)])
holds = st.builds(
    Placed,
    id=st.uuids(),
    cause=st.sampled_from([HoldCause.FINANCE_HOLD, HoldCause.BANK_CHANGE]),
    placed_at=moments,
    until_at=st.none() | moments,
    look_at=st.none() | moments,
    payout_id=payout_ids,
)
standings = st.builds(
    Standing,
    account_ready=st.booleans(),
    first_ready_at=st.none() | moments,
    paid_before=st.booleans(),
    screening=st.none() | st.sampled_from(Screening),
    lists_of=st.none() | moments,
    placed=st.lists(holds, max_size=3),
)


@given(standings, rules, moments, payout_ids)
def test_nobody_is_paid_whom_anything_stops(
    standing: Standing, set_: PayoutRules, now: datetime, payout_id: UUID | None
) -> None:
    """The rule said a second time, the other way round."""
    block = block_of(standing, set_, now=now, payout_id=payout_id)
    stops = [
        any(
            h.binds(now) and (h.cause is HoldCause.BANK_CHANGE or h.payout_id in (None, payout_id))
            for h in standing.placed
        ),
        not standing.account_ready,
        set_.screening_wanted
        and not (
            standing.screening is Screening.CLEAR
            and standing.lists_of is not None
            and now - standing.lists_of <= set_.screening_fresh_for
        ),
        bool(set_.first_payout_wait)
        and not standing.paid_before
        and standing.first_ready_at is not None
        and now < standing.first_ready_at + set_.first_payout_wait,
    ]
    assert (block is not None) == any(stops)


@given(standings, rules, moments)
def test_a_wait_that_ends_by_itself_has_ended_at_its_instant(
    standing: Standing, set_: PayoutRules, now: datetime
) -> None:
    """Holds that are looked at again do not end; bank changes and first payouts do."""
    block = block_of(standing, set_, now=now)
    if block is None or block.cause not in (HoldCause.BANK_CHANGE, HoldCause.FIRST_PAYOUT):
        return
    assert block.until_at is None or block.until_at > now
    if block.until_at is not None:
        later = block_of(standing, set_, now=block.until_at)
        assert later is None or later != block


def test_an_account_that_became_ready_during_a_run_is_paid_where_nobody_waits() -> None:
    ahead = replace(READY, first_ready_at=NOW + timedelta(seconds=1), paid_before=False)
    assert block_of(ahead, replace(RULES, first_payout_wait=timedelta()), now=NOW) is None
    assert block_of(ahead, replace(RULES, first_payout_wait=timedelta(days=7)), now=NOW)


def test_a_hold_of_finance_comes_first_and_one_on_a_payout_stops_that_one_alone() -> None:
    other = placed(HoldCause.FINANCE_HOLD, payout_id=UUID(int=9))
    assert block_of(replace(READY, placed=[other]), RULES, now=NOW) is None
    mine = block_of(replace(READY, placed=[other]), RULES, now=NOW, payout_id=UUID(int=9))
    assert mine is not None
    whole = replace(READY, account_ready=False, placed=[placed(HoldCause.FINANCE_HOLD)])
    found = block_of(whole, RULES, now=NOW)
    assert found is not None
    assert found.cause is HoldCause.FINANCE_HOLD


def test_a_match_is_never_cleared_by_time_and_old_lists_say_nothing() -> None:
    wanted = PayoutRules(screening_wanted=True)
    clear = replace(READY, screening=Screening.CLEAR, lists_of=NOW - timedelta(hours=24))
    assert block_of(clear, wanted, now=NOW) is None
    for stopped in (
        READY,
        replace(clear, lists_of=NOW - timedelta(hours=24, seconds=1)),
        replace(clear, screening=Screening.REVIEW),
    ):
        block = block_of(stopped, wanted, now=NOW)
        assert block is not None
        assert block.cause is HoldCause.SANCTIONS_REVIEW


BLOCK = Block(HoldCause.FIRST_PAYOUT, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("due", "cause"),
    [
        (Due(True, 1000), HoldCause.NEXT_RUN),
        (Due(False, 1000), HoldCause.CLIENT_UNPAID),
        (Due(True, 99), HoldCause.BELOW_MINIMUM),
        (Due(True, 1000, block=BLOCK), HoldCause.FIRST_PAYOUT),
        (Due(True, 1000, open_payout=True), HoldCause.EARLIER_PAYOUT),
        (Due(True, 1000, taken_back=True), HoldCause.SET_OFF),
        (Due(True, 0, PayoutState.SENT), HoldCause.UNDER_WAY),
        (Due(True, 0, PayoutState.SENT, "balance_insufficient"), HoldCause.NOT_AVAILABLE),
        (Due(True, 0, PayoutState.PENDING), HoldCause.UNDER_WAY),
        (Due(True, 0, PayoutState.RETURNED), HoldCause.BANK_RETURN),
        (Due(True, 0, PayoutState.RETURNED, block=BLOCK), HoldCause.FIRST_PAYOUT),
        (Due(True, 0, PayoutState.HELD, "balance_insufficient"), HoldCause.NOT_AVAILABLE),
        (Due(True, 0, PayoutState.HELD, "on_hold", block=BLOCK), HoldCause.FIRST_PAYOUT),
        (Due(True, 0, PayoutState.HELD, "on_hold"), HoldCause.NEXT_RUN),
    ],
)
def test_every_unpaid_cent_has_a_cause(due: Due, cause: HoldCause) -> None:
    assert cause_of(due, RULES) is cause


def test_every_cause_has_its_words_and_every_passing_refusal_a_cause() -> None:
    assert set(REASONS) == set(HoldCause)
    assert all(reason.en and reason.de for reason in REASONS.values())
    for code in PASSING:
        assert cause_in_payout(PayoutState.HELD, code) is not HoldCause.NEXT_RUN


@given(st.integers(-10_000, 10_000), st.booleans(), st.none() | st.just(BLOCK))
def test_what_is_listed_as_ready_is_what_a_run_pays(
    payable: int, open_payout: bool, block: Block | None
) -> None:
    run = cause_of_sum(payable, block, RULES, open_payout=open_payout)
    due = Due(True, payable, open_payout=open_payout, block=block)
    assert (cause_of(due, RULES) is HoldCause.NEXT_RUN) == (run is None)


@given(st.sampled_from(HoldCause), moments, moments, st.none() | moments)
def test_there_is_always_a_date_and_never_one_that_is_over(
    cause: HoldCause, since: datetime, now: datetime, until_at: datetime | None
) -> None:
    found = release_on(cause, since=since, now=now, until_at=until_at)
    assert found >= now
    if until_at is not None and until_at > now:
        assert found == until_at
