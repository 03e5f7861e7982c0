"""A credential's lifecycle: every state against every event, and its end by date."""

from datetime import date, timedelta

import pytest

from app.domain import credentials
from app.domain.credentials import MOVES, CheckOutcome, CredentialEvent, CredentialState
from app.domain.lifecycles import step
from app.domain.refusals import IllegalMove

TODAY = date(2026, 11, 2)
OPEN = ("claimed", "checking", "unknown")
ANSWERS = ("verified", "mismatch", "not_found", "expired", "revoked", "unknown")
LEGAL = {
    **{(s, "add_evidence"): "checking" for s in (*OPEN, "mismatch", "not_found")},
    **{(s, e): e for s in OPEN for e in ANSWERS},
    **{("mismatch", e): e for e in ("verified", "not_found", "expired", "revoked")},
    **{("not_found", e): e for e in ("verified", "mismatch", "expired", "revoked")},
    **{("verified", e): e for e in ("mismatch", "not_found", "expired", "revoked")},
}


@pytest.mark.parametrize("state", CredentialState)
@pytest.mark.parametrize("event", CredentialEvent)
def test_every_state_against_every_event(state: CredentialState, event: CredentialEvent) -> None:
    wanted = LEGAL.get((state.value, event.value))
    if wanted is None:
        with pytest.raises(IllegalMove):
            step("credential", MOVES, state, event)
    else:
        assert step("credential", MOVES, state, event).value == wanted


def test_an_outage_never_takes_a_verification_away() -> None:
    assert (CredentialState.VERIFIED, CredentialEvent.GET_NO_ANSWER) not in MOVES


def test_every_outcome_is_an_event() -> None:
    assert {o.value for o in CheckOutcome} == {e.value for e in CredentialEvent} - {"add_evidence"}


@pytest.mark.parametrize("state", CredentialState)
def test_the_last_day_still_counts_and_the_next_does_not(state: CredentialState) -> None:
    expires = {"claimed", "checking", "unknown", "verified"}
    assert credentials.effective_state(state, TODAY, TODAY) is state
    assert credentials.effective_state(state, None, TODAY) is state
    later = credentials.effective_state(state, TODAY, TODAY + timedelta(days=1))
    assert later.value == ("expired" if state.value in expires else state.value)


@pytest.mark.parametrize("state", CredentialState)
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_state_says_what_to_do_next(state: CredentialState, language: str) -> None:
    said = credentials.next_step(state, language)
    assert said.endswith(".")
    assert (said == credentials.next_step(state, "en")) is (language != "de")
