"""Kinds of credentials: who issues them, for where, and what form their number has.

A form or a check digit proves that a number was typed right, never that a licence exists.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain import check_digits


class Territory(StrEnum):
    """What a type's jurisdiction must say."""

    COUNTRY = "country"  # the one country of the type
    STATE = "state"  # a subdivision of it, such as US-CA
    ANY = "any"  # any country or subdivision, or `global`


@dataclass(frozen=True, slots=True)
class CredentialType:
    """One kind. `number_form` is a regular expression over the tidied number, or None (free);
    `check` holds for numbers whose check digit is right, or is None (there is none)."""

    key: str
    en: str
    de: str
    domain: str
    issuer: str
    territory: Territory
    country: str | None = None
    number_form: str | None = None
    number_example: str | None = None
    number_needed: bool = True
    check: Callable[[str], bool] | None = field(default=None, repr=False)


_C, _S, _A = Territory.COUNTRY, Territory.STATE, Territory.ANY

# fmt: off
_ALL: Final = (
    CredentialType("us_npi", "US National Provider Identifier", "US-NPI (Leistungserbringer)",
                   "medicine", "CMS (NPPES)", _C, "US", r"[12]\d{9}", "1234567893",
                   check=check_digits.npi),
    CredentialType("us_state_medical_licence", "US state medical licence (MD/DO)",
                   "US-Arztlizenz eines Bundesstaats", "medicine", "State medical board", _S, "US"),
    CredentialType("us_board_cert_abms", "US specialty board certification (ABMS)",
                   "US-Facharztzertifikat (ABMS)", "medicine", "ABMS member board", _C, "US"),
    CredentialType("us_dea", "US DEA registration", "US-DEA-Registrierung", "medicine", "DEA", _C,
                   "US", r"[A-Z][A-Z9]\d{7}", "AB1234563"),
    CredentialType("uk_gmc", "UK GMC reference number", "Britische GMC-Nummer (Ärzte)", "medicine",
                   "General Medical Council", _C, "GB", r"\d{7}", "1234567"),
    CredentialType("de_approbation", "German licence to practise medicine", "Approbation",
                   "medicine", "Approbationsbehörde des Landes", _C, "DE", number_needed=False),
    CredentialType("pl_pwz", "Polish medical licence (PWZ)", "Polnische Arztlizenz (PWZ)",
                   "medicine", "Naczelna Izba Lekarska", _C, "PL"),
    CredentialType("fr_rpps", "French health professional number (RPPS)",
                   "Französische RPPS-Nummer", "medicine", "Agence du Numérique en Santé",
                   _C, "FR"),
    CredentialType("nl_big", "Dutch BIG registration", "Niederländische BIG-Registrierung",
                   "medicine", "CIBG", _C, "NL", r"\d{11}", "12345678901"),
    CredentialType("us_rn", "US registered nurse licence", "US-Pflegelizenz (RN)", "nursing",
                   "State board of nursing", _S, "US"),
    CredentialType("uk_nmc", "UK NMC PIN", "Britische NMC-PIN (Pflege)", "nursing",
                   "Nursing & Midwifery Council", _C, "GB", r"\d{2}[A-Z]\d{4}[A-Z]", "12A3456B"),
    CredentialType("uk_gphc", "UK pharmacist registration (GPhC)", "Britische GPhC-Registrierung",
                   "pharmacy", "General Pharmaceutical Council", _C, "GB", r"\d{7}", "1234567"),
    CredentialType("uk_hcpc", "UK HCPC registration", "Britische HCPC-Registrierung",
                   "allied_health", "Health & Care Professions Council", _C, "GB",
                   r"[A-Z]{2}\d{6}", "PH123456"),
    CredentialType("us_cpa", "US CPA licence", "US-CPA-Lizenz", "finance",
                   "State board of accountancy", _S, "US"),
    CredentialType("de_steuerberater", "German tax adviser", "Steuerberater", "finance",
                   "Steuerberaterkammer", _C, "DE", number_needed=False),
    CredentialType("cfa_charter", "CFA charter", "CFA-Charter", "finance", "CFA Institute", _A),
    CredentialType("acca", "ACCA membership", "ACCA-Mitgliedschaft", "finance", "ACCA", _A),
    CredentialType("icai_ca", "Chartered Accountant (India)", "Chartered Accountant (Indien)",
                   "finance", "ICAI", _C, "IN"),
    CredentialType("us_finra_crd", "FINRA CRD number", "FINRA-CRD-Nummer", "finance", "FINRA", _C,
                   "US", r"\d{1,8}", "1234567"),
    CredentialType("soa_fsa", "Actuary (FSA or ASA)", "Aktuar (FSA oder ASA)", "finance",
                   "Society of Actuaries", _A),
    CredentialType("us_bar", "US state bar admission", "US-Anwaltszulassung", "law",
                   "State bar or supreme court", _S, "US"),
    CredentialType("uk_sra", "Solicitor (SRA number)", "Solicitor (SRA-Nummer)", "law",
                   "Solicitors Regulation Authority", _C, "GB"),
    CredentialType("de_rechtsanwalt", "German bar admission", "Zulassung als Rechtsanwalt", "law",
                   "Rechtsanwaltskammer", _C, "DE", number_needed=False),
    CredentialType("us_pe", "US Professional Engineer licence", "US-Ingenieurlizenz (PE)",
                   "engineering", "State board of engineers", _S, "US"),
    CredentialType("orcid", "ORCID iD", "ORCID iD", "research", "ORCID", _A, None,
                   r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", "0000-0002-1825-0097",
                   check=check_digits.orcid),
    CredentialType("degree", "University degree", "Hochschulabschluss", "research", "University",
                   _A, number_needed=False),
    CredentialType("isc2_cissp", "CISSP", "CISSP", "security", "ISC2", _A),
    CredentialType("pmp", "Project Management Professional", "Project Management Professional",
                   "management", "PMI", _A),
    CredentialType("us_teacher", "US teaching licence", "US-Lehrbefähigung", "education",
                   "State department of education", _S, "US"),
    CredentialType("sworn_translator", "Sworn or court translator", "Beeidigte Übersetzerin",
                   "languages", "Court or state register", _A, number_needed=False),
    CredentialType("language_test", "Language certificate", "Sprachzertifikat", "languages",
                   "Test institute", _A, number_needed=False),
)
# fmt: on
TYPES: Final[Mapping[str, CredentialType]] = MappingProxyType({t.key: t for t in _ALL})

_JURISDICTION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_ORCID_ADDRESS: Final = re.compile(r"HTTPS?://(WWW\.)?ORCID\.ORG/")
_BARE_ORCID: Final = re.compile(r"\d{15}[\dX]", re.ASCII)


class NumberCheck(StrEnum):
    """What a look at a number tells. `passed` needs a check digit; `form` has none to pass."""

    PASSED = "passed"
    NONE = "none"
    MISSING = "missing"
    BAD_FORM = "bad_form"
    BAD_DIGIT = "bad_digit"


def tidy_number(kind: CredentialType, number: str) -> str:
    """The number as its issuer writes it: no outer spaces; where a form is known, also capital
    letters and no inner ones. An ORCID iD may come as its web address or without hyphens."""
    if kind.number_form is None:
        return " ".join(number.split())
    number = "".join(number.split()).upper()
    if kind.key == "orcid":
        number = _ORCID_ADDRESS.sub("", number)
        if _BARE_ORCID.fullmatch(number):
            number = "-".join(number[i : i + 4] for i in range(0, 16, 4))
    return number


def check_number(kind: CredentialType, number: str | None) -> NumberCheck:
    """What the tidied number tells by itself."""
    if not number:
        return NumberCheck.MISSING if kind.number_needed else NumberCheck.NONE
    if kind.number_form and not re.fullmatch(kind.number_form, number, re.ASCII):
        return NumberCheck.BAD_FORM
    if kind.check is None:
        return NumberCheck.NONE
    return NumberCheck.PASSED if kind.check(number) else NumberCheck.BAD_DIGIT


def fits(kind: CredentialType, jurisdiction: str) -> bool:
    """Whether a type can have been issued for a jurisdiction: `US`, `US-CA` or `global`."""
    if kind.territory is Territory.ANY:
        return jurisdiction == "global" or _JURISDICTION.fullmatch(jurisdiction) is not None
    if _JURISDICTION.fullmatch(jurisdiction) is None:
        return False
    country, _, part = jurisdiction.partition("-")
    return country == kind.country and (bool(part) or kind.territory is Territory.COUNTRY)


def jurisdiction_form(kind: CredentialType) -> str:
    """What a jurisdiction must look like: `US`, `US-*` (a state of it), or `any`."""
    if kind.territory is Territory.ANY:
        return "any"
    return f"{kind.country}-*" if kind.territory is Territory.STATE else str(kind.country)
