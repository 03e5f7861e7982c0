"""Weeks, days and readings where clocks do what arithmetic does not expect, as measured facts."""

from datetime import UTC, date, datetime


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# (zone, Monday, true hours, begins in UTC, ends in UTC)
WEEKS = [
    ("America/New_York", date(2026, 3, 2), 167, utc("2026-03-02T05"), utc("2026-03-09T04")),
    ("America/New_York", date(2026, 10, 26), 169, utc("2026-10-26T04"), utc("2026-11-02T05")),
    ("America/New_York", date(2027, 3, 8), 167, utc("2027-03-08T05"), utc("2027-03-15T04")),
    ("America/New_York", date(2027, 11, 1), 169, utc("2027-11-01T04"), utc("2027-11-08T05")),
    ("Europe/Berlin", date(2026, 3, 23), 167, utc("2026-03-22T23"), utc("2026-03-29T22")),
    ("Europe/Berlin", date(2026, 10, 19), 169, utc("2026-10-18T22"), utc("2026-10-25T23")),
    ("Europe/Berlin", date(2027, 3, 22), 167, utc("2027-03-21T23"), utc("2027-03-28T22")),
    ("Europe/Berlin", date(2027, 10, 25), 169, utc("2027-10-24T22"), utc("2027-10-31T23")),
    ("Australia/Lord_Howe", date(2026, 3, 30), 168.5,
     utc("2026-03-29T13"), utc("2026-04-05T13:30")),
    ("Australia/Lord_Howe", date(2026, 9, 28), 167.5,
     utc("2026-09-27T13:30"), utc("2026-10-04T13")),
    ("Africa/Cairo", date(2026, 4, 20), 167, utc("2026-04-19T22"), utc("2026-04-26T21")),
    ("Asia/Beirut", date(2026, 3, 23), 167, utc("2026-03-22T22"), utc("2026-03-29T21")),
    ("America/Havana", date(2026, 3, 2), 167, utc("2026-03-02T05"), utc("2026-03-09T04")),
    ("America/Santiago", date(2026, 8, 31), 167, utc("2026-08-31T04"), utc("2026-09-07T03")),
    ("Africa/Casablanca", date(2026, 2, 9), 169, utc("2026-02-08T23"), utc("2026-02-16T00")),
    ("Asia/Kolkata", date(2026, 3, 23), 168, utc("2026-03-22T18:30"), utc("2026-03-29T18:30")),
    ("Asia/Kolkata", date(2026, 10, 19), 168, utc("2026-10-18T18:30"), utc("2026-10-25T18:30")),
    # Leap day, a week with the number 53 over new year, and beyond 32 bits of seconds.
    ("Europe/Berlin", date(2028, 2, 28), 168, utc("2028-02-27T23"), utc("2028-03-05T23")),
    ("Europe/Berlin", date(2026, 12, 28), 168, utc("2026-12-27T23"), utc("2027-01-03T23")),
    ("UTC", date(2038, 1, 18), 168, utc("2038-01-18T00"), utc("2038-01-25T00")),
    ("Europe/Berlin", date(2038, 3, 22), 167, utc("2038-03-21T23"), utc("2038-03-28T22")),
    ("America/New_York", date(2038, 11, 1), 169, utc("2038-11-01T04"), utc("2038-11-08T05")),
]  # fmt: skip

# (zone, a day whose midnight clocks skip, the instant at which that day begins)
SKIPPED_MIDNIGHTS = [
    ("Africa/Cairo", date(2026, 4, 24), utc("2026-04-23T22")),
    ("Asia/Beirut", date(2026, 3, 29), utc("2026-03-28T22")),
    ("America/Havana", date(2026, 3, 8), utc("2026-03-08T05")),
    ("America/Santiago", date(2026, 9, 6), utc("2026-09-06T04")),
]

# (zone, start, end as clocks show them, with fold; hours that a subtraction of the readings says;
# true hours)
READINGS = [
    ("Europe/Berlin", "2026-03-29T01:30", "2026-03-29T03:30", 2, 1),
    ("Europe/Berlin", "2026-10-25T01:30", "2026-10-25T03:30", 2, 3),
    ("America/New_York", "2026-03-08T01:30", "2026-03-08T03:30", 2, 1),
    ("America/New_York", "2026-11-01T00:30", "2026-11-01T02:30", 2, 3),
    ("Australia/Lord_Howe", "2026-10-04T01:30", "2026-10-04T03:00", 1.5, 1),
    ("Asia/Kolkata", "2026-03-29T01:30", "2026-03-29T03:30", 2, 2),
]

# One instant, and the ISO week in which a clock of each zone shows it.
ONE_INSTANT = utc("2026-11-23T03:30")
ITS_WEEKS = {
    "America/Los_Angeles": 47,
    "America/New_York": 47,
    "Europe/London": 48,
    "Asia/Kolkata": 48,
    "Pacific/Kiritimati": 48,
}

# Days of one week that lie in two years and share a number with a week five years before.
WEEK_53 = [date(2026, 12, 28), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 3)]
OTHER_WEEK_53 = date(2020, 12, 31)
