"""Which jobs a worker does side by side, and how many of each kind at once.

A worker that takes whatever waits has a thousand jobs in hand after a flood of webhooks: all of
them then wait for the same few connections, the long ones among them, until waiting itself fails
them. So each kind has a lane, and takes no more than the lane is wide; what is not taken is there
for the next worker, and is not lost with this one.
"""

from dataclasses import dataclass

from app.domain.errands import Errand


@dataclass(frozen=True, slots=True)
class Lane:
    """`at_once`: jobs of the lane that one worker has in hand, an even number."""

    name: str
    at_once: int
    errands: frozenset[Errand]


LANES = (
    # Payouts wait for the provider's limit and for its answers, most of the time: this many fill
    # the limit from one worker as long as an answer takes less than three quarters of a second.
    Lane("payouts", 40, frozenset({Errand.SEND_PAYOUT})),
    # Each event asks the provider back, whose limit holds for questions too.
    Lane("events", 8, frozenset({Errand.HANDLE_STRIPE_EVENT, Errand.SEND_REFUND})),
    Lane(
        "long",
        4,
        frozenset(
            {
                Errand.RUN_PAYOUTS,
                Errand.RECONCILE,
                Errand.FETCH_MISSED_EVENTS,
                Errand.CARE_FOR_BOOKS,
                Errand.WRITE_EXPORT,
            }
        ),
    ),
    Lane(
        "short",
        8,
        frozenset(
            {
                Errand.SEND_VERIFICATION_MAIL,
                Errand.SEND_PASSWORD_RESET_MAIL,
                Errand.SEND_STEP_UP_MAIL,
                Errand.SEND_MEMBER_INVITATION,
                Errand.TELL_ROOM_CHANGED,
                Errand.SEND_NOTICES,
                Errand.RENDER_INVOICE,
            }
        ),
    ),
)
