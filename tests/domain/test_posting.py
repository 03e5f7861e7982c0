"""What a posting must look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import posting
from app.domain.posting import LARGEST_MINOR, Entry, UnbalancedPosting

KEYS = ("asset:bank", "income:services", "expense:trainers", "equity:fx:USD")
entry = st.builds(
    Entry,
    account_key=st.sampled_from(KEYS),
    currency=st.sampled_from(("EUR", "USD")),
    amount_minor=st.integers(-1000, 1000),
)


def test_entries_of_one_account_are_merged_in_key_order() -> None:
    given_entries = [
        Entry("income:services", "USD", -30),
        Entry("asset:bank", "USD", 10),
        Entry("asset:bank", "USD", 20),
        Entry("expense:trainers", "USD", 0),
    ]
    assert posting.balanced(given_entries) == (
        Entry("asset:bank", "USD", 30),
        Entry("income:services", "USD", -30),
    )


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [Entry("asset:bank", "USD", 1)],
        [Entry("asset:bank", "USD", 1), Entry("asset:bank", "USD", -1)],
        [Entry("asset:bank", "USD", 0), Entry("income:services", "USD", 0)],
        [Entry("asset:bank", "USD", 2), Entry("income:services", "USD", -1)],
        [Entry("asset:bank", "USD", 1), Entry("income:services", "EUR", -1)],
        [
            Entry("asset:bank", "USD", LARGEST_MINOR + 1),
            Entry("income:services", "USD", -LARGEST_MINOR - 1),
        ],
    ],
)
def test_what_is_no_posting(entries: list[Entry]) -> None:
    with pytest.raises(UnbalancedPosting):
        posting.balanced(entries)


def test_an_account_needs_a_kind() -> None:
    with pytest.raises(ValueError, match="no account kind"):
        posting.balanced([Entry("cash", "USD", 1), Entry("income:services", "USD", -1)])


@given(st.lists(entry, max_size=12))
def test_merging_keeps_every_sum_and_no_zero(entries: list[Entry]) -> None:
    merged = posting.merge(entries)
    places = [(one.account_key, one.currency) for one in merged]
    assert places == sorted(set(places))
    assert all(one.amount_minor for one in merged)
    for place in {(one.account_key, one.currency) for one in entries}:
        wanted = sum(e.amount_minor for e in entries if (e.account_key, e.currency) == place)
        found = sum(e.amount_minor for e in merged if (e.account_key, e.currency) == place)
        assert wanted == found


@given(st.lists(entry, min_size=1, max_size=12))
def test_a_group_and_its_mirror_cancel(entries: list[Entry]) -> None:
    assert posting.merge([*entries, *posting.mirrored(entries)]) == ()


def test_what_raises_the_balance_that_may_be_spent() -> None:
    assert posting.raises_available("asset:bank", 5) == 5
    assert posting.raises_available("expense:trainers", 5) == 5
    assert posting.raises_available("liability:tax:vat:DE", 5) == -5
    assert posting.raises_available("income:services", -5) == 5
