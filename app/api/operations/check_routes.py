"""Credential checks: what waits, the evidence, the decision."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from app.api.door import Now, Run, Session, router
from app.api.operations.actor import Caller
from app.api.operations.inputs.checks import DecideCredentialCheck
from app.api.operations.views.checks import CredentialCheckView, check_view
from app.api.paging import Listed, PageAsked, listed
from app.domain import evidence
from app.domain.credentials import CredentialState
from app.domain.evidence import MediaType
from app.trainers import checking

ROUTER = router("credential checks")
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document, as an attachment.",
        "content": {
            kind.value: {"schema": {"type": "string", "format": "binary"}} for kind in MediaType
        },
    }
}


@ROUTER.get(
    "/credential-checks",
    operation_id="list_credential_checks",
    response_model=Listed[CredentialCheckView],
)
async def list_credential_checks(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    now: Now,
    page: PageAsked,
    state: Annotated[
        CredentialState | None,
        Query(description="Left out: all that wait (claimed, checking, unknown)."),
    ] = None,
) -> dict[str, Any]:
    """Claims that wait for a decision, longest waiting first. One without documents can be decided
    too: look it up in the register and name that as the source."""
    found = await checking.list_checks(session, page, state=state, on=now.date())
    return listed(request, found, check_view)


@ROUTER.get(
    "/evidence/{document_id}",
    operation_id="download_evidence",
    response_class=Response,
    responses=_FILE,
)
async def download_evidence(document_id: UUID, caller: Caller, run: Run, now: Now) -> Response:
    """A document, as an attachment. That you opened it is recorded, and the trainer can see it."""
    found = await checking.open_evidence(
        run.database, run.outside.files, caller, document_id, now=now
    )
    name = f"evidence-{found.id}.{evidence.EXTENSION_OF[MediaType(found.media_type)]}"
    return Response(
        found.content,
        media_type=found.media_type,
        headers={
            # Nothing that a person typed belongs into a header, and nothing that a person sent may
            # run in a page of ours.
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@ROUTER.post("/credential-checks/{credential_id}/decision", operation_id="decide_credential_check")
async def decide_credential_check(
    credential_id: UUID,
    said: DecideCredentialCheck,
    caller: Caller,
    session: Session,
    now: Now,
) -> CredentialCheckView:
    """Decide and say why. The decision is the receipt that the trainer sees; a wrong one is
    corrected by another. What makes no sense in the current state is 409 `illegal_move`."""
    return check_view(
        await checking.decide(
            session,
            caller,
            credential_id,
            outcome=said.outcome,
            explanation=said.explanation,
            source=said.source,
            now=now,
        )
    )
