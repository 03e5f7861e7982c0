"""Times on a wall as instants: exactly what the clock showed, or a refusal that says why not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.local_times import (
    AmbiguousLocalTime,
    NonexistentLocalTime,
    OffsetNotInZone,
    gap_around,
    instants_of,
    resolve,
)
from app.domain.time_zones import all_zones, zone

ZONES = sorted(all_zones())
SECOND = timedelta(seconds=1)
# 2000 to 2037: what the rules of most zones cover by transitions, not by a formula.
INSTANTS = st.integers(946_684_800, 2_145_916_800).map(lambda s: datetime.fromtimestamp(s, UTC))
CHANGING = (
    ("Europe/Berlin", "2026-03-29T02:00", 60),
    ("America/New_York", "2026-03-08T02:00", 60),
    ("Australia/Lord_Howe", "2026-10-04T02:00", 30),
    ("Africa/Cairo", "2026-04-24T00:00", 60),
    ("Asia/Beirut", "2026-03-29T00:00", 60),
    ("America/Havana", "2026-03-08T00:00", 60),
    ("America/Santiago", "2026-09-06T00:00", 60),
    ("Africa/Casablanca", "2026-03-22T02:00", 60),
    ("Pacific/Apia", "2011-12-30T00:00", 24 * 60),
)


@given(INSTANTS, st.sampled_from(ZONES))
def test_what_a_clock_showed_is_found_again(at: datetime, name: str) -> None:
    shown = at.astimezone(zone(name))
    local = shown.replace(tzinfo=None, fold=0)
    found = instants_of(local, name)
    assert at in found
    assert 1 <= len(found) <= 2
    assert resolve(local, name, offset=shown.utcoffset(), pointer="/at") == at
    if len(found) == 1:
        assert resolve(local, name, pointer="/at") == at
    else:
        with pytest.raises(AmbiguousLocalTime):
            resolve(local, name, pointer="/at")


@given(INSTANTS, st.sampled_from(ZONES))
def test_nothing_is_ever_moved(at: datetime, name: str) -> None:
    """Any reading at all: each instant that comes of it shows exactly that reading."""
    local = at.replace(tzinfo=None)
    for instant in instants_of(local, name):
        assert instant.astimezone(zone(name)).replace(tzinfo=None, fold=0) == local


@pytest.mark.parametrize(("name", "begins_at", "minutes"), CHANGING)
def test_every_second_of_a_gap_is_refused(name: str, begins_at: str, minutes: int) -> None:
    begins = datetime.fromisoformat(begins_at)
    ends = begins + timedelta(minutes=minutes)
    for local in (begins, begins + SECOND, begins + (ends - begins) / 2, ends - SECOND):
        last_before, first_after = gap_around(local, name)
        assert last_before.astimezone(UTC) + SECOND == first_after.astimezone(UTC)
        assert last_before.replace(tzinfo=None) == begins - SECOND
        assert first_after.replace(tzinfo=None) == ends
        with pytest.raises(NonexistentLocalTime) as refused:
            resolve(local, name, pointer="/started_at")
        with pytest.raises(NonexistentLocalTime):
            resolve(local, name, offset=last_before.utcoffset(), pointer="/started_at")
        assert refused.value.facts == {
            "timezone": name,
            "last_before": last_before.isoformat(),
            "first_after": first_after.isoformat(),
        }
    for local in (begins - SECOND, ends):
        assert len(instants_of(local, name)) == 1
        with pytest.raises(ValueError, match="showed this time"):
            gap_around(local, name)


def test_the_gap_of_berlin_in_words() -> None:
    with pytest.raises(NonexistentLocalTime) as refused:
        resolve(datetime.fromisoformat("2026-03-29T02:30"), "Europe/Berlin", pointer="/started_at")
    (problem,) = refused.value.errors
    assert (problem.pointer, problem.code) == ("/started_at", "nonexistent_local_time")
    for sentence in (problem.en, problem.de):
        assert "2026-03-29T01:59:59+01:00" in sentence
        assert "2026-03-29T03:00:00+02:00" in sentence


def test_a_doubled_time_needs_its_offset() -> None:
    local = datetime.fromisoformat("2026-10-25T02:30")
    with pytest.raises(AmbiguousLocalTime) as refused:
        resolve(local, "Europe/Berlin", pointer="/ended_at")
    assert refused.value.facts == {
        "timezone": "Europe/Berlin",
        "earlier": "2026-10-25T02:30:00+02:00",
        "later": "2026-10-25T02:30:00+01:00",
    }
    assert refused.value.errors[0].pointer == "/ended_at"
    for hours, minute in ((2, 30), (1, 90)):
        offset = timedelta(hours=hours)
        at = resolve(local, "Europe/Berlin", offset=offset, pointer="/ended_at")
        assert at == datetime(2026, 10, 25, 0, tzinfo=UTC) + timedelta(minutes=minute)
    with pytest.raises(OffsetNotInZone) as wrong:
        resolve(local, "Europe/Berlin", offset=timedelta(hours=3), pointer="/ended_at")
    assert wrong.value.facts["instant"] == "2026-10-25T02:30:00+02:00"
