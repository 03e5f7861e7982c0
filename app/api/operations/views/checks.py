"""What operations see of a credential: everything that must be compared."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.trainers.checking import CheckFacts


class CheckedTrainerView(Seen):
    """Whose credential it is; the name must stand on the document."""

    id: UUID
    full_name: str
    country: str


class ReceiptView(Seen):
    """The latest decision."""

    method: str
    source: str
    outcome: str
    explanation: str
    decided_at: datetime


class EvidenceView(Seen):
    """A document; fetch it with `download_evidence`."""

    id: UUID
    file_name: str
    media_type: str
    size_bytes: int
    uploaded_at: datetime


class CredentialCheckView(Seen):
    """A claim to be checked. `id` is the credential's."""

    id: UUID
    trainer: CheckedTrainerView
    type: str
    issuer: str
    jurisdiction: str
    number: str | None
    specialty: str | None
    issued_on: date | None
    expires_on: date | None
    state: str = Field(examples=["checking"])
    form_check: str = Field(description="`passed`: the check digit is right. `none`: has none.")
    receipt: ReceiptView | None
    documents: list[EvidenceView]
    created_at: datetime


def check_view(facts: CheckFacts) -> CredentialCheckView:
    credential, receipt = facts.credential, facts.credential.receipt
    return CredentialCheckView(
        id=credential.id,
        trainer=CheckedTrainerView(
            id=credential.trainer_id, full_name=facts.full_name, country=facts.country
        ),
        type=credential.type,
        issuer=credential.issuer,
        jurisdiction=credential.jurisdiction,
        number=credential.number,
        specialty=credential.specialty,
        issued_on=credential.issued_on,
        expires_on=credential.expires_on,
        state=credential.state.value,
        form_check=credential.form_check,
        receipt=ReceiptView(
            method=receipt.method,
            source=receipt.source,
            outcome=receipt.outcome,
            explanation=receipt.explanation,
            decided_at=receipt.decided_at,
        )
        if receipt
        else None,
        documents=[
            EvidenceView(
                id=each.id,
                file_name=each.file_name,
                media_type=each.media_type,
                size_bytes=each.size_bytes,
                uploaded_at=each.uploaded_at,
            )
            for each in credential.documents
        ],
        created_at=credential.created_at,
    )
