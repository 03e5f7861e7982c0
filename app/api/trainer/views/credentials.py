"""What a trainer sees of her credentials."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.api.words import Seen
from app.domain import credentials
from app.trainers.credentials import CredentialFacts


class ReceiptView(Seen):
    """The latest decision: on what it rests (`document` or `attestation`), what was consulted,
    what came out, and why."""

    method: str = Field(examples=["document"])
    source: str = Field(examples=["NPPES, looked up by hand"])
    outcome: str = Field(examples=["verified"])
    explanation: str = Field(examples=["Name, number and specialty agree with the register."])
    decided_at: datetime


class DocumentView(Seen):
    """A document of yours. `opened_at`: when staff read it."""

    id: UUID
    file_name: str
    media_type: str
    size_bytes: int
    uploaded_at: datetime
    opened_at: list[datetime]


class CredentialView(Seen):
    """A claim and what has become of it."""

    id: UUID
    type: str
    issuer: str
    jurisdiction: str
    number: str | None
    specialty: str | None
    issued_on: date | None
    expires_on: date | None
    state: str = Field(
        description="`claimed`, `checking`, `verified`, `mismatch`, `not_found`, `unknown` (the "
        "source did not answer, which is not a no), `expired` or `revoked`.",
        examples=["checking"],
    )
    next_step: str = Field(description="What you can do now, in your language.")
    form_check: str = Field(
        description="`passed`: the check digit is right. `none`: such numbers have none."
    )
    receipt: ReceiptView | None = Field(description="Null until somebody decided.")
    documents: list[DocumentView]
    created_at: datetime


def credential_view(facts: CredentialFacts, language: str) -> CredentialView:
    receipt = facts.receipt
    return CredentialView(
        id=facts.id,
        type=facts.type,
        issuer=facts.issuer,
        jurisdiction=facts.jurisdiction,
        number=facts.number,
        specialty=facts.specialty,
        issued_on=facts.issued_on,
        expires_on=facts.expires_on,
        state=facts.state.value,
        next_step=credentials.next_step(facts.state, language),
        form_check=facts.form_check,
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
            DocumentView(
                id=each.id,
                file_name=each.file_name,
                media_type=each.media_type,
                size_bytes=each.size_bytes,
                uploaded_at=each.uploaded_at,
                opened_at=list(each.opened_at),
            )
            for each in facts.documents
        ],
        created_at=facts.created_at,
    )
