"""Free text matches whatever its case, spaces and letter forms; names shrink to a label."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import wording


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("  Emergency   Medicine ", "emergency medicine"),
        ("EMERGENCY\tMEDICINE", "emergency medicine"),
        ("Ｅmergency Medicine", "emergency medicine"),
        ("Straße", "strasse"),
        ("Ro\u0308ntgen", "röntgen"),
        ("", ""),
    ],
)
def test_free_text_matches_in_one_form(said: str, key: str) -> None:
    assert wording.normalise(said) == key


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(said: str) -> None:
    once = wording.normalise(said)
    assert wording.normalise(once) == once


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Dr. Erika Beispiel", "Erika B."),
        ("Prof. Dr. med. Max von Muster", "Max M."),
        ("Erika", "Erika"),
        ("Dr. Med", "Dr. M."),
        ("", ""),
    ],
)
def test_a_label_names_without_giving_away(name: str, label: str) -> None:
    assert wording.display_label(name) == label


@given(st.text("ab CDé-'", min_size=3, max_size=40))
def test_a_label_never_holds_the_whole_last_name(name: str) -> None:
    words = name.split()
    if len(words) >= 2 and len(words[-1]) > 2:
        assert not wording.display_label(name).endswith(words[-1])
