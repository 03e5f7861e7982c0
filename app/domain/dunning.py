"""What an unpaid invoice leads to, by the clock: reminders, a last call, and no new time.

Days are counted from the due day, or from a week after the invoice was opened again.
"""

from datetime import date, timedelta
from enum import StrEnum

REOPENED_FOR = timedelta(days=7)


class DunningStep(StrEnum):
    """stopped: no new time at this company until it has paid. Logged time is never touched."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    REMINDED = "reminded"
    LAST_CALL = "last_call"
    STOPPED = "stopped"


# Days after the due day; a clock that stood still past several takes the latest alone.
AFTER_DAYS: dict[DunningStep, int] = {
    DunningStep.DUE_SOON: -3,
    DunningStep.OVERDUE: 1,
    DunningStep.REMINDED: 7,
    DunningStep.LAST_CALL: 14,
    DunningStep.STOPPED: 21,
}


def counts_from(due_on: date, reopened_on: date | None) -> date:
    """The day from which dunning counts: what was paid and taken back gets a week of its own."""
    return due_on if reopened_on is None else max(due_on, reopened_on + REOPENED_FOR)


def step_at(from_on: date, today: date) -> DunningStep | None:
    """The step that holds on a day; None before the first."""
    days = (today - from_on).days
    reached = [step for step, after in AFTER_DAYS.items() if days >= after]
    return reached[-1] if reached else None


def day_of(from_on: date, step: DunningStep) -> date:
    return from_on + timedelta(days=AFTER_DAYS[step])
