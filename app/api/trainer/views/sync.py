"""What became of each item that a phone sent in one call."""

from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError

from app.api import errors
from app.api.errors import ProblemItem
from app.api.words import Seen
from app.domain.timesheets import EntryState
from app.timesheets import allowances
from app.timesheets.syncing import Outcome, Result


class SyncProblemView(Seen):
    """Why an item was refused; the same codes and facts as for `record_time` and `delete_time`."""

    code: str = Field(examples=["time_overlaps"])
    detail: str
    errors: list[ProblemItem]
    facts: dict[str, Any]


class SyncResultView(Seen):
    """The result of one item. Send a refused one again once its cause is gone; no other."""

    entry_id: UUID | None = Field(description="Null when the item has no readable id.")
    outcome: Outcome = Field(
        description="`over_cap`: all of it is kept, and `over_cap_seconds` wait for a decision. "
        "`unchanged`: it stood already."
    )
    version: int | None = Field(description="Send it as `if_version` to edit.")
    state: EntryState | None
    worked_seconds: int
    over_cap_seconds: int
    binding_cap: str | None
    problem: SyncProblemView | None


class SyncResultsView(Seen):
    """One result for each item, in the order in which they were sent."""

    results: list[SyncResultView]


def result_view(result: Result, language: str) -> SyncResultView:
    refusal = result.refusal
    return SyncResultView(
        entry_id=result.entry_id,
        outcome=result.outcome,
        version=result.version,
        state=result.state,
        worked_seconds=result.worked_seconds,
        over_cap_seconds=result.over_cap_seconds,
        binding_cap=allowances.trainers_name(result.binding_cap) if result.binding_cap else None,
        problem=refusal
        and SyncProblemView(
            code=refusal.code,
            detail=refusal.sentence(language),
            errors=errors.items_of(refusal, language),
            facts=dict(refusal.facts),
        ),
    )


def unreadable_view(said: Any, fault: ValidationError, language: str) -> SyncResultView:
    """For an item that is none."""
    return SyncResultView(
        entry_id=_id_in(said),
        outcome=Outcome.REFUSED,
        version=None,
        state=None,
        worked_seconds=0,
        over_cap_seconds=0,
        binding_cap=None,
        problem=SyncProblemView(
            code="invalid_shape",
            detail=errors.WRONG_SHAPE[language == "de"],
            errors=errors.shape_items(fault.errors(), language),
            facts={},
        ),
    )


def _id_in(said: Any) -> UUID | None:
    try:
        return UUID(said["entry_id"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
