"""A notice in words: a title and a sentence, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.notices import Facts, Kind
from app.notices import companies_words, trainers_words

_WORDS: Mapping[str, Mapping[Kind, tuple[str, str]]] = {
    "en": {**trainers_words.ENGLISH, **companies_words.ENGLISH},
    "de": {**trainers_words.GERMAN, **companies_words.GERMAN},
}
# Facts are keys; these are their words.
_KEYS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "engagement_week": "this engagement's week",
        "engagement_total": "this engagement in total",
        "position_total": "the position in total",
        "approved": "approved",
        "declined": "declined",
        "owner": "owner",
        "hiring_manager": "hiring manager",
        "reviewer": "reviewer",
        "billing": "billing",
        "viewer": "viewer",
    },
    "de": {
        "engagement_week": "die Woche dieses Engagements",
        "engagement_total": "dieses Engagement insgesamt",
        "position_total": "die Stelle insgesamt",
        "approved": "freigegeben",
        "declined": "abgelehnt",
        "owner": "Inhaber",
        "hiring_manager": "Personalverantwortung",
        "reviewer": "Prüfung",
        "billing": "Rechnungswesen",
        "viewer": "Lesezugriff",
    },
}


@dataclass(frozen=True, slots=True)
class Worded:
    title: str
    text: str


def words_of(kind: Kind, facts: Facts, deadline_at: datetime | None, language: str) -> Worded:
    """The notice in `de` or, for any other language, in English. Instants are said in UTC."""
    known = "de" if language == "de" else "en"
    title, text = _WORDS[known][kind]
    said = {key: _KEYS[known].get(str(value), str(value)) for key, value in facts.items()}
    said["deadline"] = _instant(deadline_at, known) if deadline_at else "–"
    return Worded(title, text.format(**said))


def and_more(worded: Worded, more: int, language: str) -> Worded:
    """The words for several notices of one kind that go out as one message."""
    if more == 0:
        return worded
    also = f"Und {more} weitere dieser Art." if language == "de" else f"And {more} more like it."
    return Worded(worded.title, f"{worded.text}\n\n{also}")


def _instant(at: datetime, language: str) -> str:
    utc = at.astimezone(UTC)
    if language == "de":
        return f"{utc:%d.%m.%Y, %H:%M} Uhr (UTC)"
    return f"{utc:%Y-%m-%d %H:%M} UTC"
