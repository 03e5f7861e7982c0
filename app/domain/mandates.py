"""A company's saved means of payment: how one lives, and what the company agrees to."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

# The provider forgets keys after a day at the earliest: after this a charge is never sent again.
ASK_AGAIN_FOR: Final = timedelta(hours=23)


class MethodState(StrEnum):
    """intended: we may have asked the provider for a page; open: somebody may name a card or an
    account there; active: it is charged; removed: it was, and never will be again."""

    INTENDED = "intended"
    OPEN = "open"
    ACTIVE = "active"
    EXPIRED = "expired"
    REMOVED = "removed"


class MethodEvent(StrEnum):
    OPENED = "opened"
    SAVE = "save"
    EXPIRE = "expire"
    REMOVE = "remove"


_S, _E = MethodState, MethodEvent
METHOD_MOVES: Final[Mapping[tuple[MethodState, MethodEvent], MethodState]] = MappingProxyType(
    {
        (_S.INTENDED, _E.OPENED): _S.OPEN,
        # The webhook may be faster than the answer that told us the page's address.
        (_S.INTENDED, _E.SAVE): _S.ACTIVE,
        (_S.INTENDED, _E.EXPIRE): _S.EXPIRED,
        (_S.OPEN, _E.SAVE): _S.ACTIVE,
        (_S.OPEN, _E.EXPIRE): _S.EXPIRED,
        (_S.ACTIVE, _E.REMOVE): _S.REMOVED,
    }
)

CONSENT_VERSION: Final = "2026-11"
_CONSENT: Final = {
    "en": "By saving this means of payment we allow the platform to charge it by itself with what"
    " is still open of an invoice on its due day. For a bank account this is a mandate for direct"
    " debits, announced by the invoice at least one day before. We may withdraw this consent at"
    " any time by removing the means of payment; what is under way by then is not affected.",
    "de": "Mit dem Speichern dieses Zahlungsmittels erlauben wir der Plattform, am Tag der"
    " Fälligkeit selbständig einzuziehen, was von einer Rechnung noch offen ist. Für ein Bankkonto"
    " ist das ein Mandat für Lastschriften, die durch die Rechnung mindestens einen Tag vorher"
    " angekündigt werden. Wir können die Einwilligung jederzeit widerrufen, indem wir das"
    " Zahlungsmittel entfernen; was dann schon läuft, bleibt davon unberührt.",
}


def consent(language: str) -> str:
    """What the company agrees to, word for word."""
    return _CONSENT["de" if language == "de" else "en"]
