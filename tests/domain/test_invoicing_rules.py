"""States of invoices and collections, numbers, terms, addresses, IBANs."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import invoicing, postal
from app.domain.invoicing import (
    COLLECTION_MOVES,
    INVOICE_MOVES,
    CollectionEvent,
    CollectionState,
    InvoiceEvent,
    InvoiceState,
)
from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove


def test_every_move_that_is_not_in_the_tables_is_refused() -> None:
    for moves, states, events in (
        (INVOICE_MOVES, InvoiceState, InvoiceEvent),
        (COLLECTION_MOVES, CollectionState, CollectionEvent),
    ):
        for state, event in product(states, events):
            if (state, event) in moves:
                assert step("thing", moves, state, event) is moves[(state, event)]
            else:
                with pytest.raises(IllegalMove):
                    step("thing", moves, state, event)


def test_money_never_leaves_again_and_a_dead_page_never_opens() -> None:
    for event in CollectionEvent:
        assert (CollectionState.PAID, event) not in COLLECTION_MOVES
    dead = [
        event for event in CollectionEvent if (CollectionState.EXPIRED, event) in COLLECTION_MOVES
    ]
    assert dead == [CollectionEvent.PAY]  # somebody paid in the very moment
    assert (InvoiceState.COLLECTED, InvoiceEvent.COLLECT) not in INVOICE_MOVES


def test_numbers() -> None:
    assert invoicing.invoice_number("RE", 2026, 1) == "RE-2026-00001"
    assert invoicing.invoice_number("RE", 2026, 123_456) == "RE-2026-123456"


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(2000, 2200))
def test_two_sequences_never_share_a_number(one: int, other: int, year: int) -> None:
    same = invoicing.invoice_number("RE", year, one) == invoicing.invoice_number("RE", year, other)
    assert same == (one == other)


def test_terms() -> None:
    assert invoicing.due_on(date(2026, 12, 20), 14) == date(2027, 1, 3)
    assert invoicing.language_for("CH") == "de"
    assert invoicing.language_for("US") == "en"
    assert invoicing.payment_terms(14, "en") == "Payable within 14 days without deduction."
    assert invoicing.payment_terms(14, "de") == "Zahlbar innerhalb von 14 Tagen ohne Abzug."
    assert invoicing.payment_terms(0, "en") == "Payable at once."
    assert invoicing.payment_terms(0, "de") == "Sofort zahlbar ohne Abzug."
    assert invoicing.payment_terms(1, "en") == "Payable within one day."
    assert invoicing.payment_terms(1, "de") == "Zahlbar innerhalb eines Tages."


def test_addresses_are_written_as_their_country_writes_them() -> None:
    berlin = {"line1": "Weg 1", "line2": None, "city": "Berlin", "postal_code": "10115",
              "country": "DE"}  # fmt: skip
    assert postal.address_lines(berlin, "de") == ("Weg 1", "10115 Berlin", "Deutschland")
    springfield = {"line1": "1 Road", "line2": "Suite 2", "city": "Springfield", "region": "IL",
                   "postal_code": "62701", "country": "US"}  # fmt: skip
    assert postal.address_lines(springfield, "en") == (
        "1 Road",
        "Suite 2",
        "Springfield IL 62701",
        "United States",
    )
    nowhere = {"line1": "X", "city": "Y", "postal_code": "", "country": "BT"}
    assert postal.address_lines(nowhere, "en") == ("X", "Y", "BT")


def test_ibans() -> None:
    assert postal.iban_is_plausible("DE02120300000000202051")
    assert postal.iban_is_plausible("CH9300762011623852957")
    assert not postal.iban_is_plausible("DE02120300000000202015")
    assert not postal.iban_is_plausible("DE00123456780000000000")
    assert not postal.iban_is_plausible("de02120300000000202051")
    assert not postal.iban_is_plausible("")
    assert not postal.iban_is_plausible("DE٠٢120300000000202051")


@given(st.integers(0, 21), st.integers(0, 9))
def test_one_wrong_digit_of_an_iban_is_noticed(place: int, digit: int) -> None:
    right = "DE02120300000000202051"
    if place < 2:
        return
    wrong = right[:place] + str(digit) + right[place + 1 :]
    assert postal.iban_is_plausible(wrong) == (wrong == right)
