"""What becomes of a credential: a claim, a check by a human, an outcome, an end by date.

`unknown` means that a source did not answer. It is never a no: the claim stays as good as before.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class CredentialState(StrEnum):
    """Where a credential stands."""

    CLAIMED = "claimed"
    CHECKING = "checking"
    VERIFIED = "verified"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"


class CredentialEvent(StrEnum):
    """What happens to it. All but `add_evidence` are outcomes of a check."""

    ADD_EVIDENCE = "add_evidence"
    FIND_VERIFIED = "verified"
    FIND_MISMATCH = "mismatch"
    FIND_NOTHING = "not_found"
    FIND_EXPIRED = "expired"
    FIND_REVOKED = "revoked"
    GET_NO_ANSWER = "unknown"


class CheckOutcome(StrEnum):
    """What a check can end with."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class CheckMethod(StrEnum):
    """On what a check rests: papers that somebody opened, or somebody's word."""

    DOCUMENT = "document"
    ATTESTATION = "attestation"


_S = CredentialState
_E = CredentialEvent
# Open: nobody has said yes or no yet. Refuted: a human said no and may be shown to be wrong.
OPEN: Final = frozenset({_S.CLAIMED, _S.CHECKING, _S.UNKNOWN})
_REFUTED: Final = frozenset({_S.MISMATCH, _S.NOT_FOUND})
_OUTCOMES: Final[Mapping[CredentialEvent, CredentialState]] = {
    _E.FIND_VERIFIED: _S.VERIFIED,
    _E.FIND_MISMATCH: _S.MISMATCH,
    _E.FIND_NOTHING: _S.NOT_FOUND,
    _E.FIND_EXPIRED: _S.EXPIRED,
    _E.FIND_REVOKED: _S.REVOKED,
    _E.GET_NO_ANSWER: _S.UNKNOWN,
}

MOVES: Final[Mapping[tuple[CredentialState, CredentialEvent], CredentialState]] = MappingProxyType(
    {
        **{(state, _E.ADD_EVIDENCE): _S.CHECKING for state in OPEN | _REFUTED},
        **{(state, event): end for state in OPEN for event, end in _OUTCOMES.items()},
        # A human who was wrong is corrected by another decision; an outage corrects nobody.
        **{
            (state, event): end
            for state in _REFUTED
            for event, end in _OUTCOMES.items()
            if end not in (state, _S.UNKNOWN)
        },
        (_S.VERIFIED, _E.FIND_MISMATCH): _S.MISMATCH,
        (_S.VERIFIED, _E.FIND_NOTHING): _S.NOT_FOUND,
        (_S.VERIFIED, _E.FIND_EXPIRED): _S.EXPIRED,
        (_S.VERIFIED, _E.FIND_REVOKED): _S.REVOKED,
    }
)


def effective_state(state: CredentialState, expires_on: date | None, on: date) -> CredentialState:
    """The state on a day: what is valid or open until `expires_on`, inclusive, is expired after."""
    if expires_on is not None and expires_on < on and state in OPEN | {_S.VERIFIED}:
        return CredentialState.EXPIRED
    return state


_NEXT: Final[Mapping[CredentialState, tuple[str, str]]] = MappingProxyType(
    {
        _S.CLAIMED: (
            "Upload evidence, such as a photo or PDF of the document, so that it can be checked.",
            "Laden Sie einen Nachweis hoch, etwa Foto oder PDF der Urkunde, damit geprüft wird.",
        ),
        _S.CHECKING: (
            "Nothing to do: a person is checking it. You may add more evidence.",
            "Nichts zu tun: Ein Mensch prüft den Nachweis. Sie können weitere Nachweise ergänzen.",
        ),
        _S.VERIFIED: ("Nothing to do.", "Nichts zu tun."),
        _S.MISMATCH: (
            "Read why, then upload evidence that settles it, or claim it again with right details.",
            "Lesen Sie die Begründung. Laden Sie einen klärenden Nachweis hoch oder geben Sie die"
            " Qualifikation mit richtigen Angaben neu an.",
        ),
        _S.NOT_FOUND: (
            "Check the number and the issuer; upload evidence, or claim it again corrected.",
            "Prüfen Sie Nummer und Aussteller; laden Sie einen Nachweis hoch oder geben Sie die"
            " Qualifikation berichtigt neu an.",
        ),
        _S.UNKNOWN: (
            "The source did not answer, which is not a no. It will be asked again; evidence helps.",
            "Die Quelle hat nicht geantwortet; das ist kein Nein. Es wird erneut gefragt; ein"
            " Nachweis hilft.",
        ),
        _S.EXPIRED: (
            "Claim it again with the new dates once it is renewed. Pay for past time is untouched.",
            "Geben Sie sie nach der Verlängerung mit neuem Datum erneut an. Die Bezahlung früherer"
            " Zeit bleibt unberührt.",
        ),
        _S.REVOKED: (
            "Read why. If it is wrong, claim it again and upload a current confirmation.",
            "Lesen Sie die Begründung. Ist sie falsch, geben Sie die Qualifikation neu an und laden"
            " eine aktuelle Bestätigung hoch.",
        ),
    }
)


def next_step(state: CredentialState, language: str) -> str:
    """What the trainer can do now, one sentence in `de` or else in English."""
    return _NEXT[state][language == "de"]
