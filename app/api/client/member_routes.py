"""Who works for a company here, and as what."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api import guards
from app.api.client.actor import Caller
from app.api.client.inputs.members import (
    AcceptMemberInvitation,
    ChangeMember,
    InviteMember,
    PreviewMemberInvitation,
)
from app.api.client.views.members import (
    InvitationView,
    JoinedView,
    MemberView,
    invitation_view,
    joined_view,
    member_view,
)
from app.api.door import Language, Now, Run, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.companies import inviting, joining, members, roster
from app.domain.actor import CompanyRole

ROUTER = router("members")


@ROUTER.get("/company/members", operation_id="list_members", response_model=Listed[MemberView])
async def list_members(
    request: Request, page: PageAsked, caller: Caller, session: Session, now: Now
) -> dict[str, Any]:
    """Members and open invitations, newest first. Owners only."""
    return listed(request, await roster.list_members(session, caller, page, now=now), member_view)


@ROUTER.post("/company/members/invitations", operation_id="invite_member", status_code=201)
async def invite_member(
    said: InviteMember,
    caller: Caller,
    session: Session,
    run: Run,
    now: Now,
    *,
    language: Language,
) -> MemberView:
    """Mail somebody a link to join your company; it holds for seven days. Owners only.

    Inviting an address again renews the invitation: the role is the one said last, and the link of
    the older mail is void. The answer does not tell whether the address has an account. A user
    works for one company: who already works for another is told so by mail, not here.
    """
    invited = await inviting.invite(
        session,
        caller,
        email=said.email,
        role=CompanyRole(said.role),
        language=language,
        settings=run.settings,
        now=now,
    )
    return member_view(invited)


@ROUTER.delete(
    "/company/members/invitations/{invitation_id}",
    operation_id="withdraw_member_invitation",
    status_code=204,
)
async def withdraw_member_invitation(
    invitation_id: UUID, caller: Caller, session: Session, now: Now
) -> None:
    """Void an invitation that nobody has accepted; a repeat changes nothing. Owners only."""
    await inviting.withdraw(session, caller, invitation_id, now=now)


@ROUTER.patch("/company/members/{member_id}", operation_id="change_member")
async def change_member(
    member_id: UUID, said: ChangeMember, caller: Caller, session: Session, now: Now
) -> MemberView:
    """Give a member another role, from that member's next request on. Owners only.

    A company always has one owner: the role `owner` hands ownership over, and you are a
    hiring_manager from then on. There is no other way out of it (409 `company_needs_owner`).
    """
    return member_view(
        await members.change_role(session, caller, member_id, role=said.role, now=now)
    )


@ROUTER.delete("/company/members/{member_id}", operation_id="remove_member", status_code=204)
async def remove_member(member_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """End a membership at once, with all sessions of that member. Owners only.

    API keys that the member made while an owner are revoked too: their secrets are known outside
    your company from now on. Make others first.
    """
    await members.remove(session, caller, member_id, now=now)


@ROUTER.post("/member-invitations/preview", operation_id="preview_member_invitation")
async def preview_member_invitation(
    said: PreviewMemberInvitation, request: Request, run: Run
) -> InvitationView:
    """What the token from an invitation's mail invites to. Changes nothing."""
    found = await joining.preview(
        run.database,
        token=said.token,
        address=guards.caller_address(request),
        settings=run.settings,
        now=run.clock.now(),
    )
    return invitation_view(found)


@ROUTER.post(
    "/member-invitations/acceptance", operation_id="accept_member_invitation", status_code=201
)
async def accept_member_invitation(
    said: AcceptMemberInvitation, request: Request, run: Run, *, language: Language
) -> JoinedView:
    """Join the company that invited you; you are signed in, and your address counts as verified.

    Unknown, used, expired and withdrawn tokens are answered alike (422 `link_not_valid`).
    """
    joined = await joining.accept(
        run.database,
        token=said.token,
        full_name=said.full_name,
        password=said.password,
        language=language,
        address=guards.caller_address(request),
        settings=run.settings,
        now=run.clock.now(),
    )
    return joined_view(joined)
