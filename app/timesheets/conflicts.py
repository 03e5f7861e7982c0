"""Two versions of one entry side by side, so that a phone can show both and ask which one holds."""

from datetime import datetime
from typing import Protocol, TypedDict
from uuid import UUID

from app.domain.refusals import Fact
from app.timesheets.queries import EntryFacts


class Version(Protocol):
    """What an entry says, read and found well formed; instants in UTC."""

    @property
    def engagement_id(self) -> UUID: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime: ...
    @property
    def note(self) -> str | None: ...
    @property
    def task_reference(self) -> str | None: ...


class Both(TypedDict):
    """Facts of a refusal: what stands, what came, and the names of the fields that differ."""

    current: Fact
    yours: Fact
    differing: Fact


def with_standing(entry: EntryFacts | None, said: Version) -> Both:
    """Facts for what stands and what came.

    The entry must be the caller's own. None: nothing stands, and all of hers differs.
    """
    return _facts(None if entry is None else _standing(entry), said)


def with_earlier(entry_id: UUID, earlier: Version, said: Version) -> Both:
    """The same for what the same call brought under this id before."""
    current: dict[str, Fact] = {"id": str(entry_id), "state": None, **_said(earlier), "version": 1}
    return _facts(current, said)


def _facts(current: dict[str, Fact] | None, said: Version) -> Both:
    yours = _said(said)
    differing: list[Fact] = [
        name for name, value in yours.items() if current is None or current[name] != value
    ]
    return Both(current=current, yours=yours, differing=differing)


def _said(said: Version) -> dict[str, Fact]:
    return {
        "engagement_id": str(said.engagement_id),
        "started_at": said.started_at.isoformat(),
        "ended_at": said.ended_at.isoformat(),
        "note": said.note,
        "task_reference": said.task_reference,
    }


def _standing(entry: EntryFacts) -> dict[str, Fact]:
    root = entry.root
    return {
        "id": str(root.root_id),
        "engagement_id": str(root.engagement_id),
        "state": root.state.value,
        "started_at": root.said_started_at.isoformat(),
        "ended_at": root.said_ended_at.isoformat() if root.said_ended_at else None,
        "note": root.note,
        "task_reference": root.task_reference,
        "version": entry.version,
    }
