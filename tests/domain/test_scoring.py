"""Scores: weights sum, parts add up, better never scores less, words stay on the reader's side."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import scoring
from app.domain.money import Money
from app.domain.scoring import FULL, TOP, WEIGHTS, Evidence, Factor, Side

SKILLS = ("cardiology", "english", "statistics", "toxicology")
keys = st.frozensets(st.sampled_from(SKILLS))
currencies = st.sampled_from(["USD", "EUR"])
money = st.builds(Money, st.integers(1, 10**7), currencies)
evidence = st.builds(
    Evidence,
    side=st.sampled_from(Side),
    cap=st.builds(Money, st.integers(0, 10**7), currencies),
    asking=st.none() | money,
    wanted_minutes=st.integers(1, 10_080),
    free_minutes=st.integers(-600, 10_080),
    idle_days=st.integers(-1, 2_000),
    wanted_skills=st.lists(st.sampled_from(SKILLS), unique=True).map(tuple),
    claimed_skills=keys,
    proven_skills=keys,
    shared_minutes=st.none() | st.integers(0, 480),
)


def test_weights_sum_to_a_hundred_and_name_every_factor() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert set(WEIGHTS) == set(Factor)
    assert sum(weight * FULL for weight in WEIGHTS.values()) == TOP


@given(evidence)
def test_parts_add_up_to_the_score(known: Evidence) -> None:
    parts = scoring.parts(known)
    assert sum(part.points for part in parts) == scoring.total(known)
    assert 0 <= scoring.total(known) <= TOP
    assert all(0 <= part.value <= FULL for part in parts)
    assert all(part.en and part.de and part.en != part.de for part in parts)


@given(evidence, st.integers(0, 5_000), st.integers(0, 400), st.sampled_from(SKILLS))
def test_better_never_scores_less(known: Evidence, more: int, days: int, skill: str) -> None:
    now = scoring.total(known)
    better = [
        replace(known, free_minutes=known.free_minutes + more),
        replace(known, idle_days=known.idle_days - days),
        replace(known, claimed_skills=known.claimed_skills | {skill}),
        replace(known, proven_skills=known.proven_skills | {skill}),
    ]
    if known.shared_minutes is not None:
        better.append(replace(known, shared_minutes=min(480, known.shared_minutes + more)))
    if known.asking is not None:
        lower = Money(max(1, known.asking.minor - more), known.asking.currency)
        better.append(replace(known, asking=lower))
    assert all(scoring.total(each) >= now for each in better)


def values(**over: object) -> dict[Factor, int]:
    known = Evidence(
        side=Side.CLIENT,
        cap=Money(18_000, "USD"),
        asking=Money(13_500, "USD"),
        wanted_minutes=1_200,
        free_minutes=600,
        idle_days=45,
    )
    return {part.factor: part.value for part in scoring.parts(replace(known, **over))}  # type: ignore[arg-type]


def test_values_by_example() -> None:
    found = values(wanted_skills=("a", "b"), claimed_skills=frozenset("ab"),
                   proven_skills=frozenset("b"), shared_minutes=120)  # fmt: skip
    assert found == {
        Factor.QUALITY: 6_368,
        Factor.SKILLS: 7_500,
        Factor.RELIABILITY: 9_000,
        Factor.RATE: 5_000,
        Factor.HOURS: 5_000,
        Factor.TIMEZONE: 2_500,
        Factor.RECENCY: 7_500,
    }
    assert values(asking=Money(9_000, "USD"))[Factor.RATE] == FULL
    assert values(asking=Money(1, "USD"))[Factor.RATE] == FULL
    assert values(asking=Money(18_001, "USD"))[Factor.RATE] == 0
    assert values(asking=Money(9_000, "EUR"))[Factor.RATE] == 0
    assert values(asking=None)[Factor.RATE] == FULL // 2
    assert values(cap=Money(0, "USD"))[Factor.RATE] == 0


def test_the_prior_is_a_mean_less_one_deviation() -> None:
    assert scoring.QUALITY_PRIOR == scoring.prior_lower_bound(4, 1) == 6_368
    assert scoring.prior_lower_bound(40, 10) > scoring.prior_lower_bound(4, 1)


@given(st.integers(1, 1_000), st.integers(1, 1_000))
def test_a_lower_bound_is_a_share(good: int, bad: int) -> None:
    assert 0 <= scoring.prior_lower_bound(good, bad) < FULL * good // (good + bad) + 1


@pytest.mark.parametrize(
    ("over", "factor", "en", "de"),
    [
        ({"idle_days": 0}, Factor.RECENCY, "Active today.", "Heute aktiv."),
        ({"idle_days": 1}, Factor.RECENCY, "Last active yesterday.", "Gestern aktiv."),
        ({"idle_days": 9}, Factor.RECENCY, "Last active 9 days ago.",
         "Zuletzt vor 9 Tagen aktiv."),
        ({"free_minutes": 90}, Factor.HOURS, "1:30 h a week are free of 20 h wanted.",
         "1:30 Std. je Woche sind frei, 20 Std. gesucht."),
        ({"shared_minutes": 150}, Factor.TIMEZONE, "Working hours overlap by 2:30 h a day.",
         "Die Arbeitszeiten überschneiden sich um 2:30 Std. am Tag."),
        ({}, Factor.RATE, "Asks for 135.00 USD an hour; your cap is 180.00 USD.",
         "Wunschsatz 135,00 USD je Stunde; Ihre Obergrenze ist 180,00 USD."),
        ({"side": Side.TRAINER}, Factor.RATE,
         "Pays up to 180.00 USD an hour; you ask for 135.00 USD.",
         "Zahlt bis zu 180,00 USD je Stunde; Ihr Wunschsatz ist 135,00 USD."),
        ({"asking": None}, Factor.RATE, "No asking rate is set; your cap is 180.00 USD an hour.",
         "Kein Wunschsatz angegeben; Ihre Obergrenze ist 180,00 USD je Stunde."),
        ({"asking": None, "side": Side.TRAINER}, Factor.RATE,
         "Pays up to 180.00 USD an hour; you have set no asking rate.",
         "Zahlt bis zu 180,00 USD je Stunde; Sie haben keinen Wunschsatz angegeben."),
    ],
)  # fmt: skip
def test_words(over: dict[str, object], factor: Factor, en: str, de: str) -> None:
    known = Evidence(
        side=Side.CLIENT,
        cap=Money(18_000, "USD"),
        asking=Money(13_500, "USD"),
        wanted_minutes=1_200,
        free_minutes=600,
        idle_days=45,
    )
    parts = {part.factor: part for part in scoring.parts(replace(known, **over))}  # type: ignore[arg-type]
    assert (parts[factor].en, parts[factor].de) == (en, de)
