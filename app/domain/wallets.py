"""A wallet: what a company has paid ahead, or too much, and how much time it carries.

Time is counted net of tax, in units of minor × 3600; a wallet pays whole invoices, tax included.
"""

from typing import TypeVar

from app.domain.hours import SECONDS_PER_HOUR

# An engagement and its pay week; anything with an order.
K = TypeVar("K", bound=tuple[object, object])

_WHOLE_BPS = 10_000


def carried_minor(balance_minor: int, tax_rate_bps: int) -> int:
    """How much net work a wallet pays for: the most whose invoice it still covers."""
    return balance_minor * _WHOLE_BPS // (_WHOLE_BPS + tax_rate_bps)


def held_minor(units: int, tax_rate_bps: int) -> int:
    """What is set aside for work of so many units, tax included, rounded up."""
    whole = units * (_WHOLE_BPS + tax_rate_bps)
    return -(-whole // (SECONDS_PER_HOUR * _WHOLE_BPS))


def hold_moves(wanted: dict[K, int], held: dict[K, int], free_minor: int) -> dict[K, int]:
    """By how much each hold moves: what is no longer wanted is freed first, then what is wanted is
    set aside as far as the free money goes. `free_minor` is what is not held now."""
    moves = {}
    for key in sorted(held.keys() | wanted.keys(), key=str):
        by = wanted.get(key, 0) - held.get(key, 0)
        if by < 0:
            moves[key] = by
            free_minor -= by
    for key in sorted(wanted, key=str):
        by = min(wanted[key] - held.get(key, 0), free_minor)
        if by > 0:
            moves[key] = by
            free_minor -= by
    return moves
