"""What a posting must look like, as pure functions. Debits are positive, credits negative."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain import chart

# PostgreSQL sums bigint into numeric, but a single amount and a balance must fit into bigint.
LARGEST_MINOR = 2**53


class UnbalancedPosting(ValueError):
    """A group that is no posting: a defect of the caller, never input."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a posting: minor units of `currency`, debit positive, credit negative."""

    account_key: str
    currency: str
    amount_minor: int


def merge(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry per account and currency, in account-key order; what comes to zero is left out."""
    sums: dict[tuple[str, str], int] = {}
    for entry in entries:
        place = (entry.account_key, entry.currency)
        sums[place] = sums.get(place, 0) + entry.amount_minor
    return tuple(
        Entry(key, currency, minor) for (key, currency), minor in sorted(sums.items()) if minor
    )


def balanced(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The merged entries of a valid group, in account-key order.

    Raises UnbalancedPosting unless at least two are left, each currency sums to zero, every
    account key has a kind and every amount fits.
    """
    merged = merge(entries)
    if len(merged) < 2:
        raise UnbalancedPosting("a posting moves money between at least two accounts")
    totals: dict[str, int] = {}
    for entry in merged:
        chart.kind_of(entry.account_key)
        if abs(entry.amount_minor) > LARGEST_MINOR:
            raise UnbalancedPosting(f"amount too large on {entry.account_key}")
        totals[entry.currency] = totals.get(entry.currency, 0) + entry.amount_minor
    uneven = sorted(currency for currency, total in totals.items() if total)
    if uneven:
        raise UnbalancedPosting(f"does not sum to zero in {', '.join(uneven)}")
    return merged


def mirrored(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that undo these."""
    return tuple(Entry(entry.account_key, entry.currency, -entry.amount_minor) for entry in entries)


def raises_available(account_key: str, amount_minor: int) -> int:
    """How much more may be spent from the account after this amount (negative: less).

    What is owed (liability, income, equity) grows by credits; what is owned by debits.
    """
    if chart.kind_of(account_key) in ("asset", "expense"):
        return amount_minor
    return -amount_minor
