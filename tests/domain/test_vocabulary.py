"""The shared words are complete in both languages and hang together."""

import re

import pytest

from app.domain import credential_types, vocabulary
from app.domain.contests import ContestReason
from app.domain.credential_types import NumberCheck, Territory, check_number, fits, tidy_number
from app.domain.engagements import EndReason
from app.domain.hiring import DeclineReason
from app.domain.timesheets import OverCapReason, SendBackReason

TYPES = credential_types.TYPES


def test_terms_are_complete() -> None:
    groups = (vocabulary.DOMAINS, vocabulary.LEVEL_TERMS, vocabulary.LANGUAGES,
              *vocabulary.REASONS.values())  # fmt: skip
    for terms in groups:
        assert all(key == term.key and term.en and term.de for key, term in terms.items())
    assert set(vocabulary.LEVEL_TERMS) == set(vocabulary.LEVELS)
    assert [vocabulary.LEVEL_CODES[n] for n in range(1, 8)] == list(vocabulary.LEVELS)
    assert len(vocabulary.COUNTRIES) == 249


def test_reasons_are_the_ones_that_can_be_given() -> None:
    given = {
        "decline_application": DeclineReason,
        "end_engagement": EndReason,
        "send_back_timesheet": SendBackReason,
        "contest_entries": ContestReason,
        "decline_over_cap": OverCapReason,
    }
    assert {use: set(codes) for use, codes in vocabulary.REASONS.items()} == {
        use: {code.value for code in codes} for use, codes in given.items()
    }


def test_jurisdictions_are_explained() -> None:
    forms = {key: credential_types.jurisdiction_form(kind) for key, kind in TYPES.items()}
    assert (forms["us_npi"], forms["us_bar"], forms["degree"]) == ("US", "US-*", "any")


@pytest.mark.parametrize(
    ("code", "accepted"),
    [("de", True), ("yue", True), ("DE", False), ("d", False), ("deut", False), ("d3", False),
     ("de\n", False), ("", False)],
)  # fmt: skip
def test_language_subtags(code: str, accepted: bool) -> None:
    assert vocabulary.is_language(code) is accepted


def test_types_hang_together() -> None:
    for key, kind in TYPES.items():
        assert key == kind.key
        assert kind.domain in vocabulary.DOMAINS
        assert (kind.country is None) is (kind.territory is Territory.ANY)
        assert kind.en
        assert kind.de
        assert (kind.number_form is None) is (kind.number_example is None)
        if kind.number_form and kind.number_example:
            assert re.fullmatch(kind.number_form, kind.number_example)
            assert check_number(kind, kind.number_example) in (NumberCheck.PASSED, NumberCheck.NONE)


@pytest.mark.parametrize(
    ("type_", "said", "tidy", "finding"),
    [
        ("us_npi", " 123 456 7893", "1234567893", NumberCheck.PASSED),
        ("us_npi", "1234567890", "1234567890", NumberCheck.BAD_DIGIT),
        ("us_npi", "3234567893", "3234567893", NumberCheck.BAD_FORM),
        ("us_npi", "１２３４５６７８９３", "１２３４５６７８９３", NumberCheck.BAD_FORM),
        ("orcid", "https://orcid.org/0000-0002-1694-233x", "0000-0002-1694-233X",
         NumberCheck.PASSED),
        ("orcid", "000000021694233X", "0000-0002-1694-233X", NumberCheck.PASSED),
        ("orcid", "0000-0002-1694-2330", "0000-0002-1694-2330", NumberCheck.BAD_DIGIT),
        ("orcid", "0000-0002-1694", "0000-0002-1694", NumberCheck.BAD_FORM),
        ("uk_gmc", "12 34 567", "1234567", NumberCheck.NONE),
        ("uk_gmc", "123456", "123456", NumberCheck.BAD_FORM),
        ("us_bar", "  No.  12  ", "No. 12", NumberCheck.NONE),
        ("us_bar", "", "", NumberCheck.MISSING),
        ("degree", "", "", NumberCheck.NONE),
    ],
)  # fmt: skip
def test_numbers(type_: str, said: str, tidy: str, finding: NumberCheck) -> None:
    kind = TYPES[type_]
    assert tidy_number(kind, said) == tidy
    assert check_number(kind, tidy) is finding


@pytest.mark.parametrize(
    ("type_", "jurisdiction", "right"),
    [
        ("us_npi", "US", True), ("us_npi", "US-CA", True), ("us_npi", "GB", False),
        ("us_bar", "US-CA", True), ("us_bar", "US", False), ("us_bar", "CA", False),
        ("us_bar", "California", False), ("uk_sra", "GB-EAW", True), ("degree", "DE", True),
        ("degree", "global", True), ("degree", "world", False), ("us_npi", "global", False),
    ],
)  # fmt: skip
def test_jurisdictions(type_: str, jurisdiction: str, right: bool) -> None:
    assert fits(TYPES[type_], jurisdiction) is right
