"""Money that comes in and is taken back: no cent is lost or made, whatever the order."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import returning
from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove
from app.domain.returning import (
    DISPUTE_MOVES,
    REFUND_MOVES,
    DisputeEvent,
    DisputeState,
    RefundEvent,
    RefundPurpose,
    RefundState,
)

MINOR = st.integers(0, 10**12)


def test_every_move_that_is_not_in_the_tables_is_refused() -> None:
    for moves, states, events in (
        (REFUND_MOVES, RefundState, RefundEvent),
        (DISPUTE_MOVES, DisputeState, DisputeEvent),
    ):
        for state, event in product(states, events):
            if (state, event) in moves:
                assert step("thing", moves, state, event) is moves[state, event]
            else:
                with pytest.raises(IllegalMove):
                    step("thing", moves, state, event)


@given(MINOR, MINOR)
def test_an_arrival_fills_what_is_due_and_the_rest_is_credit(amount: int, due: int) -> None:
    shares = returning.arrival(amount, due_minor=due)
    assert shares.on_invoice_minor + shares.in_credit_minor == amount
    assert 0 <= shares.on_invoice_minor <= due
    assert shares.in_credit_minor == 0 or shares.on_invoice_minor == due


@given(MINOR, MINOR, MINOR)
def test_what_is_taken_back_comes_from_its_invoice_then_credit_then_us(
    amount: int, on_invoice: int, credit: int
) -> None:
    parts = returning.taken_back(amount, on_invoice_minor=on_invoice, credit_minor=credit)
    assert parts.amount_minor == amount
    assert 0 <= parts.from_invoice_minor <= on_invoice
    assert 0 <= parts.from_credit_minor <= credit
    assert parts.from_credit_minor == 0 or parts.from_invoice_minor == on_invoice
    assert parts.from_us_minor == max(0, amount - on_invoice - credit)


@given(st.sampled_from(RefundPurpose), MINOR)
def test_a_refund_is_borne_by_one(purpose: RefundPurpose, amount: int) -> None:
    parts = returning.refund_parts(purpose, amount)
    assert parts.amount_minor == amount
    three = (parts.from_invoice_minor, parts.from_credit_minor, parts.from_us_minor)
    assert sorted(three) == [0, 0, amount]


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.sampled_from(("needs_response", "lost", "won"))),
        max_size=6,
    )
)
def test_a_dispute_follows_the_statement_by_legal_moves_whatever_is_seen(
    looks: list[tuple[bool, bool, str]],
) -> None:
    """What stands on a statement stays there; looks may come in any number."""
    state, out, back = DisputeState.OPEN, False, False
    for withdrawn, reinstated, status in looks:
        out, back = out or withdrawn, back or (reinstated and (out or withdrawn))
        seen = {"withdrawn": out, "reinstated": back, "status": status}
        for event in returning.dispute_events(state, **seen):  # type: ignore[arg-type]
            state = step("dispute", DISPUTE_MOVES, state, event)
        assert returning.dispute_events(state, **seen) == ()  # type: ignore[arg-type]
        assert (state is DisputeState.WON) == back
        assert out == (state in (DisputeState.WITHDRAWN, DisputeState.WON, DisputeState.LOST))


def test_an_inquiry_that_ends_moves_nothing() -> None:
    seen = {"withdrawn": False, "reinstated": False}
    found = returning.dispute_events(DisputeState.OPEN, status="warning_closed", **seen)
    assert found == (DisputeEvent.CLOSE,)
    assert returning.dispute_events(DisputeState.CLOSED, status="warning_closed", **seen) == ()
