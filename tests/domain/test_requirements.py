"""Requirements: what is asked is checked, each by its own rule, and said in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import requirements, time_zones
from app.domain.credentials import CredentialState
from app.domain.requirements import (
    CredentialFact,
    LanguageNeed,
    Met,
    Need,
    OverlapNeed,
    Requirements,
    Stage,
    TrainerFacts,
    Unmet,
)
from tests.factories import quick

ON = date(2026, 11, 2)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Asia/Kathmandu")
TYPES = ("us_npi", "us_cpa", "no_longer_known")
WORDS = ("cardiology", "english", "toxicology")

asked_strategy = st.builds(
    Requirements,
    credentials=st.lists(st.sampled_from(TYPES), unique=True, max_size=2).map(tuple),
    specialties=st.lists(st.sampled_from(WORDS), unique=True, max_size=2).map(tuple),
    skills=st.lists(st.sampled_from(WORDS), unique=True, max_size=3).map(tuple),
    languages=st.lists(
        st.builds(LanguageNeed, st.sampled_from(["en", "de"]), st.integers(1, 7)), max_size=2
    ).map(tuple),
    countries=st.lists(st.sampled_from(["DE", "US"]), unique=True).map(tuple),
    timezone_overlap=st.none()
    | st.builds(OverlapNeed, st.sampled_from(ZONES), st.integers(1, 480)),
)
facts_strategy = st.builds(
    TrainerFacts,
    country=st.sampled_from(["DE", "US", "JP"]),
    timezone=st.sampled_from(ZONES),
    skills=st.frozensets(st.sampled_from(WORDS)),
    languages=st.none() | st.dictionaries(st.sampled_from(["en", "de"]), st.integers(1, 7)),
    credentials=st.lists(
        st.builds(
            CredentialFact,
            st.sampled_from(TYPES),
            st.none() | st.sampled_from(WORDS),
            st.sampled_from(CredentialState),
            st.none() | st.sampled_from([ON - timedelta(days=1), ON, ON + timedelta(days=1)]),
        ),
        max_size=4,
    ).map(tuple),
)
stages = st.sampled_from(Stage)


@given(asked_strategy)
def test_stored_and_read_back_it_is_the_same(asked: Requirements) -> None:
    assert Requirements.from_stored(asked.to_stored()) == asked


def test_nothing_stored_asks_nothing() -> None:
    assert Requirements.from_stored({}) == Requirements()


@given(asked_strategy, facts_strategy, stages)
def test_unmet_are_those_checks_that_fail(
    asked: Requirements, facts: TrainerFacts, stage: Stage
) -> None:
    checks = requirements.checks(asked, facts, on=ON, stage=stage)
    missing = requirements.unmet(asked, facts, on=ON, stage=stage)
    assert missing == [each for each in checks if isinstance(each, Unmet)]
    assert requirements.count_unmet(asked, facts, on=ON, stage=stage) == len(missing)
    assert all(each.en and each.de and each.needed and each.found for each in checks)
    assert all(each.opens_en and each.opens_de for each in missing)


@given(asked_strategy, facts_strategy)
def test_who_may_be_hired_may_apply(asked: Requirements, facts: TrainerFacts) -> None:
    if not requirements.unmet(asked, facts, on=ON, stage=Stage.VERIFIED):
        assert not requirements.unmet(asked, facts, on=ON, stage=Stage.CLAIM)


@given(facts_strategy, stages)
def test_what_is_not_asked_is_not_checked(facts: TrainerFacts, stage: Stage) -> None:
    assert requirements.checks(Requirements(), facts, on=ON, stage=stage) == []


def missing(asked: Requirements, facts: TrainerFacts, stage: Stage = Stage.VERIFIED) -> list[Unmet]:
    return requirements.unmet(asked, facts, on=ON, stage=stage)


def holder(state: CredentialState, expires_on: date | None = None) -> TrainerFacts:
    return TrainerFacts(
        "DE", "UTC", credentials=(CredentialFact("us_npi", None, state, expires_on),)
    )


@pytest.mark.parametrize("state", CredentialState)
def test_credentials_by_state(state: CredentialState) -> None:
    asked = Requirements(credentials=("us_npi",))
    applies = not missing(asked, holder(state), Stage.CLAIM)
    hired = not missing(asked, holder(state))
    assert applies == (state.value in ("claimed", "checking", "unknown", "verified"))
    assert hired == (state.value == "verified")


def test_a_credential_is_good_through_its_last_day() -> None:
    asked = Requirements(credentials=("us_npi",))
    assert not missing(asked, holder(CredentialState.VERIFIED, ON))
    (lapsed,) = missing(asked, holder(CredentialState.VERIFIED, ON - timedelta(days=1)))
    assert (lapsed.requirement, lapsed.found) == (Need.CREDENTIAL, "expired")
    assert "US National Provider Identifier" in lapsed.en


def test_what_a_check_found_against_her_is_not_told_to_others() -> None:
    asked = Requirements(credentials=("us_npi",))
    for state in (CredentialState.MISMATCH, CredentialState.NOT_FOUND, CredentialState.REVOKED):
        (no,) = missing(asked, holder(state))
        assert no.found == "not verified"
        assert state.value not in no.en + no.de


def test_one_skill_is_enough_and_a_proven_specialty_is_one() -> None:
    asked = Requirements(skills=("cardiology", "toxicology"), specialties=("cardiology",))
    proven = CredentialFact("us_npi", "cardiology", CredentialState.VERIFIED, None)
    assert not missing(asked, TrainerFacts("DE", "UTC", credentials=(proven,)))
    (specialty,) = missing(asked, TrainerFacts("DE", "UTC", frozenset({"toxicology"})))
    assert specialty.requirement is Need.SPECIALTY
    assert [each.requirement for each in missing(asked, TrainerFacts("DE", "UTC"))] == [
        Need.SPECIALTY,
        Need.SKILL,
    ]


def test_language_country_and_overlap_by_example() -> None:
    asked = Requirements(
        languages=(LanguageNeed("de", 5),),
        countries=("US", "CA"),
        timezone_overlap=OverlapNeed("America/New_York", 121),
    )
    her = TrainerFacts("DE", "Europe/Berlin", languages={"de": 4})
    found = {each.requirement: (each.needed, each.found) for each in missing(asked, her)}
    assert found == {
        Need.LANGUAGE: ("de C1", "de B2"),
        Need.COUNTRY: ("US, CA", "DE"),
        Need.TIMEZONE_OVERLAP: ("121 min (America/New_York)", "120 min (Europe/Berlin)"),
    }
    near = TrainerFacts("CA", "America/Toronto", languages={"de": 7})
    checks = requirements.checks(asked, near, on=ON, stage=Stage.CLAIM)
    assert all(isinstance(each, Met) for each in checks)


@pytest.mark.parametrize("examples", quick.first([20, 200]))
def test_overlap_is_mutual_and_bounded(examples: int) -> None:
    """Each example goes through all zones there are, twice."""
    days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
    settings(max_examples=examples)(
        given(st.sampled_from(ZONES), st.sampled_from(ZONES), days)(overlap_is_mutual_and_bounded)
    )()


def overlap_is_mutual_and_bounded(zone: str, other: str, on: date) -> None:
    shared = time_zones.overlap_minutes(zone, other, on)
    assert 0 <= shared <= 480
    assert shared == time_zones.overlap_minutes(other, zone, on)
    assert time_zones.overlap_minutes(zone, zone, on) == 480
    if shared:
        assert other in time_zones.zones_sharing(zone, shared, on)
    assert other not in time_zones.zones_sharing(zone, shared + 1, on)


def test_overlap_knows_that_clocks_change_on_different_days() -> None:
    # Between the two autumn changes New York is five hours from Berlin instead of six.
    assert (
        time_zones.overlap_minutes("Europe/Berlin", "America/New_York", date(2026, 10, 28)) == 180
    )
    assert time_zones.overlap_minutes("Europe/Berlin", "America/New_York", date(2026, 11, 2)) == 120
    assert time_zones.overlap_minutes("Pacific/Auckland", "Europe/Berlin", date(2026, 7, 1)) == 0
    # Kiritimati and Honolulu are a day apart and work at the same hours.
    assert (
        time_zones.overlap_minutes("Pacific/Kiritimati", "Pacific/Honolulu", date(2026, 7, 1))
        == 480
    )
