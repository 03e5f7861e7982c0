"""Weekdays by name, as people and doors say them, and by ISO number, as rows hold them."""

from enum import StrEnum


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def iso(self) -> int:
        """Monday 1 … Sunday 7."""
        return list(Weekday).index(self) + 1

    @classmethod
    def from_iso(cls, number: int) -> "Weekday":
        """The weekday of an ISO number 1..7. Raises ValueError."""
        if not 1 <= number <= 7:
            raise ValueError("an ISO weekday lies in 1..7")
        return list(cls)[number - 1]
