"""Check digits of credential numbers. They prove that a number was typed right, nothing more."""

import re

_NPI = re.compile(r"[12][0-9]{9}")
_ORCID = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")
# Health industry prefix of the card issuer scheme (80) and the United States (840): an NPI is
# checked as if it were printed on a card.
_NPI_PREFIX = "80840"


def luhn(digits: str) -> bool:
    """Whether a row of ASCII digits ends in its Luhn digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def npi(number: str) -> bool:
    """A US National Provider Identifier: ten digits, the first 1 or 2, with a right last one."""
    return _NPI.fullmatch(number) is not None and luhn(_NPI_PREFIX + number)


def orcid(number: str) -> bool:
    """An ORCID iD as 0000-0000-0000-000X with its ISO 7064 MOD 11-2 character."""
    if _ORCID.fullmatch(number) is None:
        return False
    total = 0
    for digit in number[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return number[-1] == ("X" if rest == 10 else str(rest))
