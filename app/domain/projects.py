"""The life of a project."""

from collections.abc import Mapping
from enum import StrEnum


class ProjectState(StrEnum):
    """draft: only its company sees it. open: trainers see it and may be hired."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class ProjectEvent(StrEnum):
    """What can happen to a project."""

    PUBLISH = "publish"
    PAUSE = "pause"
    CLOSE = "close"


MOVES: Mapping[tuple[ProjectState, ProjectEvent], ProjectState] = {
    (ProjectState.DRAFT, ProjectEvent.PUBLISH): ProjectState.OPEN,
    (ProjectState.DRAFT, ProjectEvent.CLOSE): ProjectState.CLOSED,
    (ProjectState.OPEN, ProjectEvent.PAUSE): ProjectState.PAUSED,
    (ProjectState.OPEN, ProjectEvent.CLOSE): ProjectState.CLOSED,
    (ProjectState.PAUSED, ProjectEvent.PUBLISH): ProjectState.OPEN,
    (ProjectState.PAUSED, ProjectEvent.CLOSE): ProjectState.CLOSED,
}
