"""What a wallet carries is what it can pay, and nothing is held that is not there."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain import invoice_maths, wallets

MINOR = st.integers(0, 10**11)
BPS = st.sampled_from((0, 700, 1_900, 2_000, 2_700))
KEYS = st.tuples(st.sampled_from("ab"), st.sampled_from("12"))


@given(MINOR, BPS)
def test_an_invoice_over_all_that_a_wallet_carries_is_covered_and_no_more_fits(
    balance: int, bps: int
) -> None:
    net = wallets.carried_minor(balance, bps)
    assert net + invoice_maths.tax_minor(net, bps) <= balance
    assert (net + 1) * (10_000 + bps) > balance * 10_000


@given(MINOR, BPS)
def test_what_is_held_for_all_that_is_carried_is_there(balance: int, bps: int) -> None:
    net = wallets.carried_minor(balance, bps)
    assert wallets.held_minor(net * 3600, bps) <= balance
    assert wallets.held_minor(net * 3600, bps) >= net


@given(st.dictionaries(KEYS, MINOR), st.dictionaries(KEYS, MINOR), MINOR)
def test_holds_come_as_near_as_the_money_goes(
    wanted: dict[tuple[str, str], int], held: dict[tuple[str, str], int], free: int
) -> None:
    moves = wallets.hold_moves(wanted, held, free)
    after = {key: held.get(key, 0) + moves.get(key, 0) for key in held.keys() | wanted.keys()}
    assert all(minor >= 0 for minor in after.values())
    assert sum(moves.values()) <= free
    assert all(by for by in moves.values())
    enough = sum(wanted.values()) <= free + sum(held.values())
    if enough:
        assert after == {key: wanted.get(key, 0) for key in after}
    assert wallets.hold_moves(wanted, after, free - sum(moves.values())) == {} or not enough
