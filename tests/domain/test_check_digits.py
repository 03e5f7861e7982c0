"""Check digits: numbers that are printed by their issuers, and every single mistyped digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import check_digits

NPI_RIGHT = (
    "1234567893", "1003802901", "1417940867", "1497758122", "1003000126", "1003101296",
    "1881018208",
)  # fmt: skip
NPI_WRONG = (
    "1234567890", "1003802902", "1417904867", "3234567893", "123456789", "12345678930",
    "0000000000", "1275576930", "1043218244", "", "１２３４５６７８９３", "1234567893\n", "12345 67893",
)  # fmt: skip
ORCID_RIGHT = (
    "0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X", "0000-0002-9079-593X",
    "0000-0002-7319-2192", "0000-0001-2345-6789", "8888-8888-8888-8880",
)  # fmt: skip
ORCID_WRONG = (
    "0000-0002-1825-0098", "0000-0002-1694-2330", "0000-0002-1825-009X", "0000-0001-5109-370",
    "8888-8888-8888-8888", "0000-0001-1111-955X", "0000000218250097", "0000-0002-1694-233x", "",
)  # fmt: skip


@pytest.mark.parametrize("number", NPI_RIGHT)
def test_right_npi(number: str) -> None:
    assert check_digits.npi(number)


@pytest.mark.parametrize("number", NPI_WRONG)
def test_wrong_npi(number: str) -> None:
    assert not check_digits.npi(number)


@pytest.mark.parametrize("number", ORCID_RIGHT)
def test_right_orcid(number: str) -> None:
    assert check_digits.orcid(number)


@pytest.mark.parametrize("number", ORCID_WRONG)
def test_wrong_orcid(number: str) -> None:
    assert not check_digits.orcid(number)


def _luhn_digit(digits: str) -> str:
    """The one digit that makes the row pass; there is exactly one."""
    (digit,) = [d for d in "0123456789" if check_digits.luhn(digits + d)]
    return digit


@given(st.text("0123456789", min_size=1, max_size=19), st.data())
def test_luhn_catches_every_single_wrong_digit(digits: str, data: st.DataObject) -> None:
    right = digits + _luhn_digit(digits)
    place = data.draw(st.integers(0, len(right) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != right[place]]))
    assert not check_digits.luhn(right[:place] + other + right[place + 1 :])


@given(st.text("0123456789", min_size=2, max_size=19), st.data())
def test_luhn_catches_swapped_neighbours_but_for_0_and_9(digits: str, data: st.DataObject) -> None:
    right = digits + _luhn_digit(digits)
    place = data.draw(st.integers(0, len(right) - 2))
    a, b = right[place], right[place + 1]
    swapped = right[:place] + b + a + right[place + 2 :]
    assert check_digits.luhn(swapped) is (a == b or {a, b} == {"0", "9"})


@given(st.text("0123456789", min_size=15, max_size=15), st.data())
def test_orcid_catches_every_single_wrong_digit(digits: str, data: st.DataObject) -> None:
    def written(row: str) -> str:
        return "-".join(row[i : i + 4] for i in range(0, 16, 4))

    (right,) = [digits + c for c in "0123456789X" if check_digits.orcid(written(digits + c))]
    place = data.draw(st.integers(0, 15))
    alphabet = "0123456789X" if place == 15 else "0123456789"
    other = data.draw(st.sampled_from([c for c in alphabet if c != right[place]]))
    assert not check_digits.orcid(written(right[:place] + other + right[place + 1 :]))
