"""The shared words as the client and the trainer door show them: no money, nobody's data."""

from collections.abc import Mapping

from pydantic import Field

from app.api.words import Seen
from app.domain import credential_types, vocabulary
from app.domain.credential_types import CredentialType
from app.domain.vocabulary import Term


class TermView(Seen):
    """A stable key and its name in the caller's language."""

    key: str = Field(examples=["medicine"])
    name: str = Field(examples=["Medicine"])


class LevelView(Seen):
    """A level of language: `rank` 1 (A1) to 6 (C2) and 7 (native) orders them."""

    key: str = Field(examples=["C1"])
    name: str
    rank: int = Field(examples=[5])


class CredentialTypeView(Seen):
    """A kind of credential, and what a claim of it must say."""

    key: str = Field(examples=["us_npi"])
    name: str
    domain: str = Field(examples=["medicine"])
    issuer: str = Field(description="Who usually issues it.", examples=["CMS (NPPES)"])
    jurisdiction: str = Field(
        description="What `jurisdiction` must look like: a country such as `US`, a state such as "
        "`US-CA` (shown as `US-*`), or `any` (a country, a state, or `global`).",
        examples=["US"],
    )
    number_needed: bool
    number_example: str | None = Field(examples=["1234567893"])
    has_check_digit: bool = Field(description="A mistyped number is refused at once.")


class ReasonCodeView(Seen):
    """A reason code and what it is for."""

    use: str = Field(examples=["decline_application"])
    key: str = Field(examples=["experience"])
    name: str


class VocabulariesView(Seen):
    """Everything that pickers need. Keys are stable; show names."""

    domains: list[TermView]
    credential_types: list[CredentialTypeView]
    languages: list[TermView] = Field(
        description="The common ones. Any IANA subtag of two or three letters is accepted."
    )
    language_levels: list[LevelView]
    reason_codes: list[ReasonCodeView]
    currencies: list[str]
    countries: list[str]


def vocabularies(language: str) -> VocabulariesView:
    """All words, named in `de` or else in English."""
    return VocabulariesView(
        domains=_terms(vocabulary.DOMAINS, language),
        credential_types=[_type(kind, language) for kind in credential_types.TYPES.values()],
        languages=_terms(vocabulary.LANGUAGES, language),
        language_levels=[
            LevelView(key=key, name=_name(term, language), rank=vocabulary.LEVELS[key])
            for key, term in vocabulary.LEVEL_TERMS.items()
        ],
        reason_codes=[
            ReasonCodeView(use=use, key=term.key, name=_name(term, language))
            for use, terms in vocabulary.REASONS.items()
            for term in terms.values()
        ],
        currencies=list(vocabulary.CURRENCIES),
        countries=sorted(vocabulary.COUNTRIES),
    )


def _name(term: Term | CredentialType, language: str) -> str:
    return term.de if language == "de" else term.en


def _terms(terms: Mapping[str, Term], language: str) -> list[TermView]:
    return [TermView(key=term.key, name=_name(term, language)) for term in terms.values()]


def _type(kind: CredentialType, language: str) -> CredentialTypeView:
    return CredentialTypeView(
        key=kind.key,
        name=_name(kind, language),
        domain=kind.domain,
        issuer=kind.issuer,
        jurisdiction=credential_types.jurisdiction_form(kind),
        number_needed=kind.number_needed,
        number_example=kind.number_example,
        has_check_digit=kind.check is not None,
    )
