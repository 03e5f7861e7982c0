"""Which approvals become payable when a company's money is in.

What is taken back comes off money of the same engagement: it waits as long as time that was
approved before it has not been paid for, so that one company's clawback never shortens what
another company has paid.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, order=True)
class Unfunded:
    """An approval of one engagement whose money is not in. `takes_back`: it lowers what was
    earned. In the order of approval, earned before taken back in the same moment."""

    approved_at: datetime
    takes_back: bool
    id: UUID


def newly_funded(unfunded: Iterable[Unfunded], paid: Collection[UUID]) -> list[UUID]:
    """Of one engagement's unfunded approvals, those that are funded once these are paid for.

    What takes back is funded when nothing earned before it waits any longer, whether or not it was
    itself among what was paid for.
    """
    found, is_waited_for = [], False
    for each in sorted(unfunded):
        if each.takes_back:
            is_due = not is_waited_for
        else:
            is_due = each.id in paid
            is_waited_for = is_waited_for or not is_due
        if is_due:
            found.append(each.id)
    return found
