"""How fast a provider may be called: slots in time that all workers share.

Whoever wants to call takes the next slot and waits for it. Nobody is refused, none goes early, and
what was not used is gone: a pause is no licence for a burst.
"""

from dataclasses import dataclass

_SECOND_US = 1_000_000
# Slots are this much further apart than the limit asks, in thousandths: calls do not arrive in the
# rhythm in which they leave, and one too many within a second is refused.
_MARGIN = 30


@dataclass(frozen=True, slots=True)
class Slot:
    """When a call may go, and from when on the next slot is free. Microseconds."""

    goes_at_us: int
    free_at_us: int


def apart_us(per_second: int) -> int:
    """Microseconds between two slots. `per_second` >= 1."""
    return -(-_SECOND_US * (1000 + _MARGIN) // (1000 * per_second))


def next_slot(free_at_us: int, now_us: int, per_second: int) -> Slot:
    """The first free slot that is not over. `per_second` >= 1."""
    goes_at = max(free_at_us, now_us)
    return Slot(goes_at, goes_at + apart_us(per_second))
