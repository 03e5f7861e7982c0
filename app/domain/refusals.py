"""What Lehrwerk says when it will not do something.

A refusal is a fact with a stable code (the snake case of its class name), a kind that doors map to
an HTTP status, and one sentence in English and in German that says what to do next. Facts given to
the constructor fill the sentence's placeholders and travel in the answer as `facts`, so they must
never hold the other audience's figures, a secret, or the caller's own raw input. What was read and
found well formed may be shown back where two versions meet.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

Fact = str | int | bool | None | list["Fact"] | dict[str, "Fact"]


class Kind(StrEnum):
    """Why, in classes that every door maps to one status."""

    MALFORMED = "malformed"  # 400: not even readable
    UNAUTHENTICATED = "unauthenticated"  # 401
    FORBIDDEN = "forbidden"  # 403: yours to see, not yours to do
    NOT_FOUND = "not_found"  # 404: not there, or not yours
    STATE = "state"  # 409: right now this cannot be done
    PRECONDITION = "precondition"  # 412
    TOO_LARGE = "too_large"  # 413
    INVALID = "invalid"  # 422: readable, but the values break a rule
    TOO_MANY = "too_many"  # 429
    UNAVAILABLE = "unavailable"  # 503: something outside does not answer


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing that is wrong or missing: JSON pointer, stable code, sentence en and de."""

    pointer: str
    code: str
    en: str
    de: str


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Refusal(Exception):
    """Base of all refusals. Subclasses set `kind`, `en` and `de`; the code follows the name."""

    kind: ClassVar[Kind] = Kind.STATE
    en: ClassVar[str] = "This cannot be done now."
    de: ClassVar[str] = "Das geht gerade nicht."

    def __init__(
        self,
        *,
        errors: Sequence[FieldProblem] = (),
        retry_after_s: int | None = None,
        **facts: Fact,
    ) -> None:
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.facts = facts
        super().__init__(self.code)

    @property
    def code(self) -> str:
        """Stable for ever: clients branch on it."""
        return _snake(type(self).__name__)

    def sentence(self, language: str) -> str:
        """The sentence in `de` or, for any other language, in English."""
        return (self.de if language == "de" else self.en).format(**self.facts)


class NotFound(Refusal):
    kind = Kind.NOT_FOUND
    en = "There is nothing here under this id that you may see. Check the id."
    de = "Unter dieser Id gibt es nichts, was Sie sehen dürfen. Bitte prüfen Sie die Id."


class NotAllowed(Refusal):
    kind = Kind.FORBIDDEN
    en = "Your role or key does not allow this. Ask an owner of your company for the right."
    de = "Ihre Rolle oder Ihr Schlüssel erlaubt das nicht. Fragen Sie einen Inhaber Ihrer Firma."


class NotSignedIn(Refusal):
    kind = Kind.UNAUTHENTICATED
    en = "Sign in first: the token is missing, unknown, expired or revoked."
    de = "Bitte zuerst anmelden: Das Token fehlt, ist unbekannt, abgelaufen oder widerrufen."


class TooManyAttempts(Refusal):
    kind = Kind.TOO_MANY
    en = "Too many attempts. Wait and try again."
    de = "Zu viele Versuche. Bitte warten Sie und versuchen Sie es dann erneut."


class SecondPersonNeeded(Refusal):
    kind = Kind.FORBIDDEN
    en = "Somebody else than who ordered this must approve it. Ask a colleague in finance."
    de = "Das muss jemand anderes freigeben als wer es angeordnet hat."


class IllegalMove(Refusal):
    """The noun is in a state in which this event does not exist."""

    kind = Kind.STATE
    en = "This {noun} is {state}; that does not allow '{event}'. Fetch it again to see what does."
    de = "Der Stand ist '{state}' ({noun}); '{event}' geht damit nicht. Bitte neu laden."


class InvalidValues(Refusal):
    """Values that are readable but break a rule; `errors` names each."""

    kind = Kind.INVALID
    en = "Some values do not fit. Correct the fields listed in errors and send it again."
    de = "Einige Werte passen nicht. Korrigieren Sie die genannten Felder und senden Sie erneut."


class AlreadyUsed(Refusal):
    """The caller's id was used before with another body."""

    kind = Kind.STATE
    en = "This id is already in use with other content. Use a new id, or fetch the existing one."
    de = "Diese Id ist schon mit anderem Inhalt vergeben. Nehmen Sie eine neue oder laden Sie neu."
