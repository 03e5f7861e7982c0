"""A trainer's credentials and their evidence."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Request

from app.api.door import Language, Now, Run, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.credentials import ClaimCredential, UploadEvidence
from app.api.trainer.views.credentials import CredentialView, credential_view
from app.trainers import credentials, uploading
from app.trainers.credentials import Claim
from app.trainers.uploading import Paper

ROUTER = router("credentials")


@ROUTER.post("/me/credentials", operation_id="claim_credential", status_code=201)
async def claim_credential(
    said: ClaimCredential, caller: Caller, session: Session, now: Now, language: Language
) -> CredentialView:
    """Say that you hold a credential.

    A number with a wrong check digit is refused at once (422 `check_digit_wrong`). You can apply
    with a claim; to accept an offer and to log new time it must be verified: upload evidence next.
    """
    made = await credentials.claim(session, caller, Claim(**said.model_dump()), now=now)
    return credential_view(made, language)


@ROUTER.get(
    "/me/credentials",
    operation_id="list_credentials",
    response_model=Listed[CredentialView],
)
async def list_credentials(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    now: Now,
    language: Language,
    page: PageAsked,
) -> dict[str, Any]:
    """Your credentials with state, receipt and what to do next; newest first."""
    found = await credentials.list_credentials(session, caller, page, on=now.date())
    return listed(request, found, lambda facts: credential_view(facts, language))


@ROUTER.post(
    "/me/credentials/{credential_id}/evidence",
    operation_id="upload_evidence",
    status_code=201,
)
async def upload_evidence(
    credential_id: UUID,
    *,
    said: Annotated[UploadEvidence, Form(media_type="multipart/form-data")],
    caller: Caller,
    run: Run,
    now: Now,
    language: Language,
) -> CredentialView:
    """Add a document to a claim, as multipart/form-data with one part named `file`.

    PDF, PNG or JPEG up to 10 MB; name, type and content must agree. Up to ten documents each; the
    same content again adds nothing. The claim is `checking` from then on.
    """
    sent = said.file
    paper = Paper(sent.filename or "", sent.content_type or "", await sent.read())
    files = run.outside.files
    seen = await uploading.upload(run.database, files, caller, credential_id, paper, now=now)
    return credential_view(seen, language)
