"""Which of the platform's dated rate cards holds, and in which country band a trainer works.

Bands are ours, coarse, and say nothing but what a rate card may distinguish: A is where expert
rates are highest, B the middle, C everywhere else. A card for '*' holds for what no card names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

ANY = "*"
BANDS = ("A", "B", "C")
ELSEWHERE = "C"

_BAND_A = frozenset(
    ("AE", "AT", "AU", "BE", "CA", "CH", "DE", "DK", "FI", "FR", "GB", "HK", "IE", "IL", "IS",
     "JP", "LI", "LU", "MC", "NL", "NO", "NZ", "QA", "SE", "SG", "US")
)  # fmt: skip
_BAND_B = frozenset(
    ("AD", "BH", "BN", "CL", "CY", "CZ", "EE", "ES", "GR", "HR", "HU", "IT", "KR", "KW", "LT",
     "LV", "MT", "OM", "PL", "PT", "RO", "SA", "SI", "SK", "SM", "TW", "UY")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RateCaps:
    """The most that a trainer is paid and a company billed an hour, in minor units."""

    pay_cap_minor: int
    bill_cap_minor: int


DEFAULT_CAPS = RateCaps(20_000, 25_000)


@dataclass(frozen=True, slots=True)
class DatedCaps:
    """One rate card. `domain` and `country_band` may be '*'."""

    domain: str
    country_band: str
    currency: str
    effective_at: datetime
    caps: RateCaps


MEMBERS = (("A", _BAND_A), ("B", _BAND_B))


def band_of(country: str) -> str:
    """The country band of an ISO 3166-1 alpha-2 code."""
    return next((band for band, members in MEMBERS if country in members), ELSEWHERE)


def bands_of(countries: Iterable[str]) -> tuple[str, ...]:
    """The bands of `countries`, or all of them when there are none, in order."""
    named = {band_of(country) for country in countries}
    return tuple(band for band in BANDS if band in named or not named)


def caps_among(
    cards: Iterable[DatedCaps], *, domain: str, country_band: str, currency: str, at: datetime
) -> RateCaps:
    """The caps that hold at `at`: the closest card, domain before band, and of it the newest."""
    best: tuple[bool, bool, datetime] | None = None
    caps = DEFAULT_CAPS
    for card in cards:
        if card.currency != currency or card.effective_at > at:
            continue
        if card.domain not in (domain, ANY) or card.country_band not in (country_band, ANY):
            continue
        rank = (card.domain != ANY, card.country_band != ANY, card.effective_at)
        if best is None or rank > best:
            best, caps = rank, card.caps
    return caps


def highest(caps: Iterable[RateCaps]) -> RateCaps:
    """The highest pay cap and the highest bill cap of one or more."""
    both = list(caps)
    return RateCaps(
        max(each.pay_cap_minor for each in both), max(each.bill_cap_minor for each in both)
    )
