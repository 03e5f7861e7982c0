"""Matching two statements of the same money: nothing is lost, nothing is matched by half."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import reconciling
from app.domain.reconciling import Cause, Difference, DifferenceKind, Line

T0 = datetime(2026, 11, 2, 8, tzinfo=UTC)
OLD = T0 + timedelta(days=1)
LINES = st.builds(
    Line,
    account=st.sampled_from(["platform", "acct_a"]),
    reference=st.sampled_from(["charge:ch_1", "transfer:tr_1", "entry:txn_1"]),
    id=st.uuids().map(str),
    currency=st.sampled_from(["USD", "EUR"]),
    net_minor=st.integers(-3, 3),
    fee_minor=st.integers(0, 1),
    at=st.integers(0, 60).map(lambda minutes: T0 + timedelta(minutes=minutes)),
)
SIDES = st.lists(LINES, max_size=12, unique_by=lambda line: line.id)


def line(net: int = 100, fee: int = 3, **changed: object) -> Line:
    made = Line("platform", "charge:ch_1", "txn_1", "USD", net, fee, T0)
    return replace(made, **changed)  # type: ignore[arg-type]


def facts(lines: list[Line]) -> Counter[tuple[object, ...]]:
    """What lines say, without who says it."""
    return Counter((x.account, x.reference, x.currency, x.net_minor, x.fee_minor) for x in lines)


@settings(max_examples=25)
@given(SIDES, SIDES)
def test_every_line_is_matched_exactly_or_stands_in_one_difference(
    there: list[Line], here: list[Line]
) -> None:
    found = reconciling.match(there, here)
    left = [each.movement for each in found if each.movement]
    right = [each.booking for each in found if each.booking]
    assert len(set(left)) == len(left) <= len(there)
    assert len(set(right)) == len(right) <= len(here)
    # What is in no difference cancels, fact by fact.
    assert facts([x for x in there if x not in left]) == facts([x for x in here if x not in right])
    # And nothing is called a difference that could have been cancelled.
    assert not facts(left) & facts(right)
    for account, currency in {(x.account, x.currency) for x in (*there, *here)}:

        def net(lines: list[Line], account: str = account, currency: str = currency) -> int:
            return sum(x.net_minor for x in lines if (x.account, x.currency) == (account, currency))

        assert net(there) - net(here) == net(left) - net(right)
    names = [reconciling.fingerprint(each) for each in found]
    assert len(set(names)) == len(names)


@settings(max_examples=25)
@given(SIDES, st.randoms(use_true_random=False))
def test_the_same_said_twice_in_any_order_agrees(there: list[Line], random: object) -> None:
    here = [replace(each, id=f"posting {each.id}", at=OLD) for each in there]
    random.shuffle(here)  # type: ignore[attr-defined]
    assert reconciling.match(there, here) == []


@settings(max_examples=25)
@given(SIDES, SIDES)
def test_who_is_asked_first_makes_no_difference(there: list[Line], here: list[Line]) -> None:
    mirrored = {
        DifferenceKind.MISSING_IN_LEDGER: DifferenceKind.MISSING_AT_PROVIDER,
        DifferenceKind.MISSING_AT_PROVIDER: DifferenceKind.MISSING_IN_LEDGER,
    }
    turned = Counter(mirrored.get(each.kind, each.kind) for each in reconciling.match(here, there))
    assert turned == Counter(each.kind for each in reconciling.match(there, here))


MISSING, ABSENT = DifferenceKind.MISSING_IN_LEDGER, DifferenceKind.MISSING_AT_PROVIDER
DIFFERS, TWICE = DifferenceKind.AMOUNT_DIFFERS, DifferenceKind.TWICE
CASES: dict[str, tuple[list[Line], list[Line], DifferenceKind, Cause]] = {
    "nobody booked it": ([line()], [], MISSING, Cause.PAYMENT_NOT_BOOKED),
    "no transfer booked": (
        [line(reference="transfer:tr_1")], [], MISSING, Cause.TRANSFER_NOT_BOOKED),
    "no bank payout booked": (
        [line(reference="bank_failed:po_1")], [], MISSING, Cause.BANK_PAYOUT_NOT_BOOKED),
    "nothing of ours": ([line(reference="entry:txn_1")], [], MISSING, Cause.NO_RULE),
    "only in the books": ([], [line()], ABSENT, Cause.NEVER_HAPPENED),
    "a cent more": ([line(101)], [line()], DIFFERS, Cause.AMOUNT_DIFFERS),
    "a higher fee": ([line(99, 4)], [line()], DIFFERS, Cause.FEE_DIFFERS),
    "another currency": ([line(currency="EUR")], [line()], DIFFERS, Cause.CURRENCY_DIFFERS),
    "moved twice": ([line(), line(id="txn_2")], [line()], TWICE, Cause.MOVED_TWICE),
    "booked twice": ([line()], [line(), line(id="g2")], TWICE, Cause.BOOKED_TWICE),
    "another account": (
        [line(account="acct_a")], [line(account="acct_a"), line()], ABSENT, Cause.NEVER_HAPPENED),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_kind_of_difference_has_its_cause(case: str) -> None:
    there, here, kind, cause = CASES[case]
    (found,) = reconciling.match(there, here)
    assert (found.kind, reconciling.cause_of(found, now=OLD)) == (kind, cause)


def test_what_is_young_and_on_one_side_is_on_its_way() -> None:
    young = Difference(MISSING, line(), None)
    edge = T0 + reconciling.UNDER_WAY_FOR
    assert reconciling.cause_of(young, now=edge - timedelta(seconds=1)) is Cause.UNDER_WAY
    assert reconciling.cause_of(young, now=edge) is Cause.PAYMENT_NOT_BOOKED
    assert young.missing_minor == 100
    assert Difference(DIFFERS, line(101), line()).missing_minor == 1


@pytest.mark.parametrize(
    ("kind", "source", "origin", "reference"),
    [
        ("charge", "ch_1", None, "charge:ch_1"),
        ("payment", "py_1", None, "charge:py_1"),
        ("payment", "py_1", "tr_1", "transfer:tr_1"),
        ("transfer", "tr_1", None, "transfer:tr_1"),
        ("payout", "po_1", None, "bank_payout:po_1"),
        ("payout_cancel", "po_1", None, "bank_failed:po_1"),
        ("payout_failure", "po_1", None, "bank_failed:po_1"),
        ("topup", "tu_1", None, "entry:txn_1"),
        ("stripe_fee", None, None, "entry:txn_1"),
        ("charge", None, None, "entry:txn_1"),
        ("refund", "re_1", None, "refund:re_1"),
    ],
)
def test_a_line_speaks_of_the_fact_that_our_postings_name(
    kind: str, source: str | None, origin: str | None, reference: str
) -> None:
    assert reconciling.reference_of(kind, source, origin, "txn_1") == reference
