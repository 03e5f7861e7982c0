"""The words that the doors agree on: domains, credential types, levels, languages, reasons.

Keys are stable for ever; names are for people. A new key is added here and nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """A key with its name in English and German."""

    key: str
    en: str
    de: str


def _by_key(*terms: tuple[str, str, str]) -> Mapping[str, Term]:
    return MappingProxyType({key: Term(key, en, de) for key, en, de in terms})


DOMAINS: Final = _by_key(
    ("medicine", "Medicine", "Medizin"),
    ("nursing", "Nursing", "Pflege"),
    ("pharmacy", "Pharmacy", "Pharmazie"),
    ("allied_health", "Allied health", "Gesundheitsfachberufe"),
    ("finance", "Finance and accounting", "Finanzen und Rechnungswesen"),
    ("law", "Law", "Recht"),
    ("engineering", "Engineering", "Ingenieurwesen"),
    ("software", "Software", "Software"),
    ("security", "Information security", "Informationssicherheit"),
    ("research", "Science and research", "Wissenschaft und Forschung"),
    ("education", "Education", "Bildung"),
    ("management", "Management", "Management"),
    ("languages", "Languages and translation", "Sprachen und Übersetzung"),
    ("writing", "Writing and editing", "Schreiben und Lektorat"),
    ("general", "General", "Allgemein"),
)

# Order of the Common European Framework, and what somebody grew up with above it.
LEVELS: Final[Mapping[str, int]] = MappingProxyType(
    {"A1": 1, "A2": 2, "B1": 3, "B2": 4, "C1": 5, "C2": 6, "native": 7}
)
LEVEL_CODES: Final[Mapping[int, str]] = MappingProxyType({n: code for code, n in LEVELS.items()})
LEVEL_TERMS: Final = _by_key(
    ("A1", "A1 – first phrases", "A1 – erste Wendungen"),
    ("A2", "A2 – everyday routine", "A2 – alltägliche Routine"),
    ("B1", "B1 – gets by on familiar ground", "B1 – kommt in vertrauten Lagen zurecht"),
    ("B2", "B2 – fluent, follows specialist talk", "B2 – fließend, folgt Fachgesprächen"),
    ("C1", "C1 – works in the language", "C1 – arbeitet in der Sprache"),
    ("C2", "C2 – near-native command", "C2 – annähernd muttersprachlich"),
    ("native", "Native or bilingual", "Muttersprache oder zweisprachig"),
)

# For pickers; any two- or three-letter subtag is accepted, see `is_language`.
LANGUAGES: Final = _by_key(
    ("ar", "Arabic", "Arabisch"),
    ("bg", "Bulgarian", "Bulgarisch"),
    ("bn", "Bengali", "Bengalisch"),
    ("cs", "Czech", "Tschechisch"),
    ("da", "Danish", "Dänisch"),
    ("de", "German", "Deutsch"),
    ("el", "Greek", "Griechisch"),
    ("en", "English", "Englisch"),
    ("es", "Spanish", "Spanisch"),
    ("et", "Estonian", "Estnisch"),
    ("fa", "Persian", "Persisch"),
    ("fi", "Finnish", "Finnisch"),
    ("fr", "French", "Französisch"),
    ("he", "Hebrew", "Hebräisch"),
    ("hi", "Hindi", "Hindi"),
    ("hr", "Croatian", "Kroatisch"),
    ("hu", "Hungarian", "Ungarisch"),
    ("id", "Indonesian", "Indonesisch"),
    ("it", "Italian", "Italienisch"),
    ("ja", "Japanese", "Japanisch"),
    ("ko", "Korean", "Koreanisch"),
    ("lt", "Lithuanian", "Litauisch"),
    ("lv", "Latvian", "Lettisch"),
    ("nl", "Dutch", "Niederländisch"),
    ("no", "Norwegian", "Norwegisch"),
    ("pl", "Polish", "Polnisch"),
    ("pt", "Portuguese", "Portugiesisch"),
    ("ro", "Romanian", "Rumänisch"),
    ("ru", "Russian", "Russisch"),
    ("sk", "Slovak", "Slowakisch"),
    ("sl", "Slovenian", "Slowenisch"),
    ("sr", "Serbian", "Serbisch"),
    ("sv", "Swedish", "Schwedisch"),
    ("sw", "Swahili", "Suaheli"),
    ("ta", "Tamil", "Tamil"),
    ("th", "Thai", "Thailändisch"),
    ("tr", "Turkish", "Türkisch"),
    ("uk", "Ukrainian", "Ukrainisch"),
    ("ur", "Urdu", "Urdu"),
    ("vi", "Vietnamese", "Vietnamesisch"),
    ("yo", "Yoruba", "Yoruba"),
    ("zh", "Chinese", "Chinesisch"),
)
_SUBTAG: Final = re.compile(r"[a-z]{2,3}")

# Currencies of two decimals in which companies are billed and trainers paid.
CURRENCIES: Final = ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN")

# ISO 3166-1 alpha-2.
COUNTRIES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ
    BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM
    DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ
    MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
    VN VU WF WS YE YT ZA ZM ZW
    """.split()  # noqa: SIM905 – a wall of quotes reads worse
)

# Why somebody decides against something. `REASONS[use]` names every code of one use.
REASONS: Final[Mapping[str, Mapping[str, Term]]] = MappingProxyType(
    {
        "decline_application": _by_key(
            ("skills", "Other skills are needed", "Andere Fähigkeiten gesucht"),
            ("experience", "Other experience is needed", "Andere Erfahrung gesucht"),
            ("language", "The languages do not fit", "Die Sprachen passen nicht"),
            ("availability", "The hours do not fit", "Die Stunden passen nicht"),
            ("rate", "The asking rate does not fit", "Der gewünschte Satz passt nicht"),
            ("position_filled", "All seats are taken", "Alle Plätze sind vergeben"),
            ("other", "Another reason, in words", "Ein anderer Grund, in Worten"),
        ),
        "end_engagement": _by_key(
            ("work_done", "The work is done", "Die Arbeit ist getan"),
            ("project_closed", "The project has ended", "Das Projekt ist beendet"),
            ("less_work", "There is less work than planned", "Weniger Arbeit als geplant"),
            ("requirements_changed", "Something else is needed now", "Der Bedarf ist ein anderer"),
            ("trainer_asked", "The trainer asked for it", "Die Trainerin wünscht es"),
            ("other", "Another reason, in words", "Ein anderer Grund, in Worten"),
        ),
        "send_back_timesheet": _by_key(
            ("wrong_times", "The times are not right", "Die Zeiten stimmen nicht"),
            ("wrong_engagement", "It belongs elsewhere", "Es gehört woandershin"),
            ("note_missing", "A note is missing", "Ein Vermerk fehlt"),
            ("other", "Another reason, in words", "Ein anderer Grund, in Worten"),
        ),
        "contest_entries": _by_key(
            ("time_not_worked", "It was not worked", "Es wurde nicht gearbeitet"),
            ("wrong_task", "It belongs to another task", "Es gehört zu einer anderen Aufgabe"),
            ("duplicate", "It is logged twice", "Es ist doppelt eingetragen"),
            (
                "too_many_hours_for_task",
                "It is too long for the task",
                "Es ist zu lang für die Aufgabe",
            ),
            ("wrong_engagement", "It belongs elsewhere", "Es gehört woandershin"),
            ("other", "Another reason about time, in words", "Ein anderer Grund zur Zeit"),
        ),
        "decline_over_cap": _by_key(
            ("not_agreed", "More hours were not agreed", "Mehr Stunden waren nicht vereinbart"),
            ("cap_stands", "The limit stays as it is", "Die Grenze bleibt, wie sie ist"),
            ("not_worked", "It was not worked", "Es wurde nicht gearbeitet"),
            ("too_many_hours", "It is too much in a week", "Es ist zu viel in einer Woche"),
            ("other", "Another reason, in words", "Ein anderer Grund, in Worten"),
        ),
    }
)


def is_language(code: str) -> bool:
    """Whether it has the form of an IANA primary language subtag, such as `de` or `yue`."""
    return _SUBTAG.fullmatch(code) is not None
