"""A project's life, what publishing needs, and which rate card holds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import publishing, rate_caps, rates
from app.domain.lifecycles import step
from app.domain.money import Money
from app.domain.projects import MOVES, ProjectEvent, ProjectState
from app.domain.publishing import Payer, Posted
from app.domain.rate_caps import DEFAULT_CAPS, DatedCaps, RateCaps
from app.domain.refusals import IllegalMove

ON = date(2026, 11, 2)
AT = datetime(2026, 11, 2, tzinfo=UTC)
LEGAL = {
    ("draft", "publish", "open"),
    ("draft", "close", "closed"),
    ("open", "pause", "paused"),
    ("open", "close", "closed"),
    ("paused", "publish", "open"),
    ("paused", "close", "closed"),
}


@pytest.mark.parametrize("state", ProjectState)
@pytest.mark.parametrize("event", ProjectEvent)
def test_every_state_and_event(state: ProjectState, event: ProjectEvent) -> None:
    after = {end for begin, how, end in LEGAL if (begin, how) == (state, event)}
    if after:
        assert {step("project", MOVES, state, event)} == after
    else:
        with pytest.raises(IllegalMove):
            step("project", MOVES, state, event)


PAYER = Payer(("1 Example Street", "Springfield", "12345", "US"), None, None)


def posted(**over: object) -> Posted:
    whole = {
        "pointer": "#/positions/0",
        "starts_on": ON,
        "ends_on": None,
        "bill_cap": Money(18_000, "USD"),
        "card_bill_cap_minor": 25_000,
        "first_time": True,
    }
    return Posted(**{**whole, **over})  # type: ignore[arg-type]


def codes(
    *positions: Posted, payer: Payer | None = PAYER, budget: Money | None = None
) -> list[tuple[str, str]]:
    found = publishing.missing(payer=payer, budget=budget, positions=positions, on=ON)
    return [(each.pointer, each.code) for each in found]


def test_nothing_is_missing() -> None:
    assert codes(posted(ends_on=ON), budget=Money(18_000, "USD")) == []
    assert codes(posted(starts_on=ON - timedelta(days=14))) == []
    assert codes(posted(starts_on=ON - timedelta(days=90), first_time=False)) == []
    assert codes(posted(bill_cap=Money(25_000, "USD"))) == []


def test_everything_is_missing_at_once() -> None:
    bad = posted(ends_on=ON - timedelta(days=1), bill_cap=Money(25_001, "USD"))
    old = posted(pointer="#/positions/1", starts_on=ON - timedelta(days=15))
    blank = Payer(("1 Example Street", " ", "12345", "DE"), None, "reverse_charge")
    assert codes(bad, old, payer=blank, budget=Money(25_000, "USD")) == [
        ("#/company/billing_profile/address", "address_incomplete"),
        ("#/company/billing_profile/vat_id", "vat_id_missing"),
        ("#/positions/0/ends_on", "ends_in_the_past"),
        ("#/positions/0/bill_rate_cap", "bill_cap_above_rate_card"),
        ("#/positions/1/starts_on", "starts_in_the_past"),
        ("#/budget", "budget_below_one_hour"),
    ]
    assert codes(payer=None) == [
        ("#/company/billing_profile", "billing_profile_missing"),
        ("#/positions", "positions_missing"),
    ]


def card(domain: str, band: str, cap: int, *, days: int = 0, currency: str = "USD") -> DatedCaps:
    at = AT - timedelta(days=days)
    return DatedCaps(domain, band, currency, at, RateCaps(cap, cap + 1))


def caps(*cards: DatedCaps) -> int:
    found = rate_caps.caps_among(cards, domain="medicine", country_band="A", currency="USD", at=AT)
    return found.pay_cap_minor


def test_the_closest_card_holds_and_of_it_the_newest() -> None:
    assert caps() == DEFAULT_CAPS.pay_cap_minor == 20_000
    assert caps(card("*", "*", 1)) == 1
    assert caps(card("*", "A", 2), card("*", "*", 1)) == 2
    assert caps(card("*", "A", 2), card("medicine", "*", 3)) == 3
    assert caps(card("medicine", "*", 3, days=0), card("medicine", "A", 4, days=9)) == 4
    assert caps(card("medicine", "A", 5, days=2), card("medicine", "A", 6, days=1)) == 6
    assert caps(card("medicine", "A", 6, days=1), card("medicine", "A", 5, days=2)) == 6
    assert caps(card("medicine", "A", 7, days=-1)) == 20_000
    assert caps(card("law", "*", 8), card("*", "B", 8), card("*", "*", 8, currency="EUR")) == 20_000


def test_bands() -> None:
    assert [rate_caps.band_of(country) for country in ("DE", "PL", "IN", "ZZ")] == list("ABCC")
    assert rate_caps.bands_of([]) == ("A", "B", "C")
    assert rate_caps.bands_of(["IN", "DE", "AT"]) == ("A", "C")
    assert rate_caps.highest([RateCaps(1, 9), RateCaps(5, 2)]) == RateCaps(5, 9)


@given(st.integers(0, 10**7), st.integers(0, 9_999), st.integers(1, 10**7))
def test_what_a_position_pays_lies_within_both_caps(bill: int, fee_bps: int, pay_cap: int) -> None:
    up_to = rates.pay_up_to(bill, fee_bps, pay_cap)
    assert up_to <= pay_cap
    assert up_to <= rates.pay_from_bill(bill, fee_bps)
    assert up_to in (pay_cap, rates.pay_from_bill(bill, fee_bps))
