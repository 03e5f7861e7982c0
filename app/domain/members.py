"""Invitations to a company's account: how long they hold, and their life."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from app.domain.actor import CompanyRole

INVITED_FOR = timedelta(days=7)
# Who hands ownership over stays and goes on hiring; anything less would be a surprise.
AFTER_OWNING = CompanyRole.HIRING_MANAGER


class InvitationState(StrEnum):
    """open: its newest token lets one person in until it expires."""

    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class InvitationEvent(StrEnum):
    """What can happen to an invitation. send: again, with a new token and seven days more."""

    SEND = "send"
    ACCEPT = "accept"
    WITHDRAW = "withdraw"


INVITATION_MOVES: Mapping[tuple[InvitationState, InvitationEvent], InvitationState] = {
    (InvitationState.OPEN, InvitationEvent.SEND): InvitationState.OPEN,
    (InvitationState.OPEN, InvitationEvent.ACCEPT): InvitationState.ACCEPTED,
    (InvitationState.OPEN, InvitationEvent.WITHDRAW): InvitationState.WITHDRAWN,
}


class MemberEvent(StrEnum):
    """What the history of a company's members tells."""

    INVITED = "invited"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"
    CHANGED = "changed"
    REMOVED = "removed"
