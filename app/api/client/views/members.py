"""What is shown of a company's members and of invitations."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.client.views.sessions import SessionView, session_view
from app.api.words import Seen
from app.companies.joining import Joined
from app.companies.roster import InvitationFacts, MemberFacts, MemberState
from app.domain.actor import CompanyRole


class MemberView(Seen):
    """A member (`active`), or an invitation that nobody has accepted yet (`invited`, `expired`)."""

    id: UUID
    state: MemberState
    email: str
    full_name: str | None = Field(description="Null until the invitation is accepted.")
    role: CompanyRole
    since_at: datetime = Field(description="Joined, or first invited.")
    expires_at: datetime | None = Field(description="Of an invitation. Invite again to renew it.")


class InvitationView(Seen):
    """What you are invited to."""

    company_name: str
    email: str
    role: CompanyRole
    expires_at: datetime


class JoinedView(Seen):
    """You are a member now, and signed in."""

    member: MemberView
    session: SessionView


def member_view(facts: MemberFacts) -> MemberView:
    return MemberView(
        id=facts.id,
        state=facts.state,
        email=facts.email,
        full_name=facts.full_name,
        role=facts.role,
        since_at=facts.since_at,
        expires_at=facts.expires_at,
    )


def invitation_view(facts: InvitationFacts) -> InvitationView:
    return InvitationView(
        company_name=facts.company_name,
        email=facts.email,
        role=facts.role,
        expires_at=facts.expires_at,
    )


def joined_view(joined: Joined) -> JoinedView:
    return JoinedView(member=member_view(joined.member), session=session_view(joined.tokens))
