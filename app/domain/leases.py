"""Slices of a shared cap: what an engagement may use of it without asking everybody else.

A position, a budget and a credit limit are shared by all who work under them. Were each entry to
move their one counter, a thousand trainers would queue on one row. So an engagement takes a slice
at a time, which counts as used at once, and works it off by itself.
"""

# All who share a cap hold a quarter of what is left at most, so that the rest stays in sight.
SHARE = 4
# A crowd may grow; fewer than this would let one slice take too much.
CROWD = 16
# A slice worth less than a quarter of an hour of a forty-hour week saves nobody a queue.
SLICES_A_WEEK = 160


def slice_of(room: int, *, week: int, crowd: int, held: int = 0) -> int:
    """Units to take in advance, beyond what is needed now.

    `room`: units left under the cap. `week`: units of a full week of this engagement. `crowd`: how
    many share the position. `held`: the rest of an earlier slice. Never more than a week's in
    all, than a fair share of the room, or than the room.
    """
    fair = max(0, room) // (SHARE * max(CROWD, crowd))
    taken = min(week - held, fair)
    return taken if taken > 0 and taken * SLICES_A_WEEK >= week else 0
