"""How a saved means of payment lives, and the words of the consent."""

from itertools import product

import pytest

from app.domain import mandates
from app.domain.lifecycles import step
from app.domain.mandates import METHOD_MOVES, MethodEvent, MethodState
from app.domain.refusals import IllegalMove


@pytest.mark.parametrize(("state", "event"), list(product(MethodState, MethodEvent)))
def test_only_legal_moves(state: MethodState, event: MethodEvent) -> None:
    if (state, event) in METHOD_MOVES:
        assert step("payment_method", METHOD_MOVES, state, event) is METHOD_MOVES[state, event]
    else:
        with pytest.raises(IllegalMove):
            step("payment_method", METHOD_MOVES, state, event)


def test_what_is_over_stays_over() -> None:
    assert not [s for s, _ in METHOD_MOVES if s in (MethodState.EXPIRED, MethodState.REMOVED)]


def test_the_consent_is_said_in_both_languages() -> None:
    english, german = mandates.consent("en"), mandates.consent("de")
    assert "due day" in english
    assert "Fälligkeit" in german
    assert mandates.consent("fr") == english
