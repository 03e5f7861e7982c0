"""The ground of the benchmarks: no two slots of a trainer meet, and it ends where it says."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from app.bench import ground

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_slots_follow_each_other_in_three_open_weeks() -> None:
    first = ground.first_week(NOW)
    slots = [ground.slot(first, n) for n in range(ground.SLOTS_A_WEEK * ground.WEEKS)]
    assert all(b - a >= ground.SLOT for a, b in itertools.pairwise(slots))
    assert slots[0] > NOW - timedelta(days=30)
    assert slots[-1] + ground.SLOT <= NOW
    with pytest.raises(ValueError, match="used up"):
        ground.slot(first, len(slots))
