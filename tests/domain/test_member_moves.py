"""The life of an invitation, every state against every event."""

from itertools import product

import pytest

from app.domain.actor import CompanyRole
from app.domain.lifecycles import step
from app.domain.members import (
    AFTER_OWNING,
    INVITATION_MOVES,
    InvitationEvent,
    InvitationState,
)
from app.domain.permissions import BY_ROLE, Permission
from app.domain.refusals import IllegalMove

LEGAL = {
    (InvitationState.OPEN, InvitationEvent.SEND): InvitationState.OPEN,
    (InvitationState.OPEN, InvitationEvent.ACCEPT): InvitationState.ACCEPTED,
    (InvitationState.OPEN, InvitationEvent.WITHDRAW): InvitationState.WITHDRAWN,
}


@pytest.mark.parametrize(("state", "event"), list(product(InvitationState, InvitationEvent)))
def test_every_state_against_every_event(state: InvitationState, event: InvitationEvent) -> None:
    if (state, event) in LEGAL:
        assert step("invitation", INVITATION_MOVES, state, event) is LEGAL[(state, event)]
    else:
        with pytest.raises(IllegalMove):
            step("invitation", INVITATION_MOVES, state, event)


def test_only_the_owner_manages_the_company() -> None:
    """Handing ownership over must really end the power over members."""
    managing = {role for role in CompanyRole if Permission.MANAGE_COMPANY in BY_ROLE[role]}
    assert managing == {CompanyRole.OWNER}
    assert AFTER_OWNING not in managing
