"""Tax of what is written off and recovered in any parts adds up."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain import writing_off

MINOR = st.integers(1, 10**11)


@given(MINOR, st.integers(0, 2_700), st.lists(st.integers(0, 10**11), max_size=6))
def test_changes_add_up_to_the_tax_of_what_is_left(net: int, bps: int, sums: list[int]) -> None:
    tax = net * bps // 10_000
    gross = net + tax
    before = moved = 0
    for each in [*(minor % (gross + 1) for minor in sums), 0]:
        change = writing_off.tax_change(before, each, gross_minor=gross, tax_minor=tax)
        assert 0 <= abs(change) <= abs(each - before)
        assert change == 0 or (change > 0) == (each > before)
        moved += change
        before = each
        assert moved == writing_off.tax_part(each, gross_minor=gross, tax_minor=tax)
    assert moved == 0


@given(MINOR, st.integers(0, 10**11))
def test_all_of_it_is_all_of_its_tax(net: int, tax: int) -> None:
    assert writing_off.tax_part(net + tax, gross_minor=net + tax, tax_minor=tax) == tax
