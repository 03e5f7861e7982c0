"""Rows of trainers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.wording import normalise
from app.kit.db import Row


class Trainer(Row):
    """A person with a profile. The asking pay rate stands apart, in pay_terms.py."""

    __tablename__ = "trainers"
    __table_args__ = (CheckConstraint("weekly_minutes BETWEEN 0 AND 10080", name="weekly_minutes"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), unique=True)
    full_name: Mapped[str]
    headline: Mapped[str]
    country: Mapped[str]
    timezone: Mapped[str]
    weekly_minutes: Mapped[int]
    available_from_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    last_active_at: Mapped[datetime]


class TrainerSkill(Row):
    """One skill: `skill` is the normalised text that is matched, `label` what was typed."""

    __tablename__ = "trainer_skills"
    __table_args__ = (Index("ix_trainer_skills_skill", "skill"),)

    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]


class TrainerLanguage(Row):
    """A language by its IANA subtag and a CEFR level 1..6, or 7 for native."""

    __tablename__ = "trainer_languages"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 7", name="level"),)

    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int]


def _specialty_key(context: Any) -> str | None:
    """Kept beside the text as typed, so that SQL compares what the rulebook compares."""
    specialty = context.get_current_parameters().get("specialty")
    return normalise(specialty) if specialty is not None else None


class Credential(Row):
    """A claim. `form_check` is passed, or none where no check digit exists for the type.

    `specialty_key` is the normalised text that is matched, `specialty` what was typed.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint(
            "state IN ('claimed','checking','verified','mismatch','not_found','unknown',"
            "'expired','revoked')",
            name="state",
        ),
        CheckConstraint(
            "expires_on IS NULL OR issued_on IS NULL OR expires_on > issued_on", name="dates"
        ),
        CheckConstraint("form_check IN ('passed','none')", name="form_check"),
        CheckConstraint("(specialty IS NULL) = (specialty_key IS NULL)", name="specialty_key"),
        Index("ix_credentials_state", "state", "created_at", "id"),
        # The same licence is claimed once while it is open or good; a renewed one has a new end.
        Index(
            "uq_credentials_live",
            "trainer_id",
            "type",
            "jurisdiction",
            "number",
            "specialty",
            "expires_on",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("state IN ('claimed','checking','verified','unknown')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), index=True)
    type: Mapped[str]
    issuer: Mapped[str]
    jurisdiction: Mapped[str]
    number: Mapped[str | None]
    specialty: Mapped[str | None]
    specialty_key: Mapped[str | None] = mapped_column(default=_specialty_key)
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    state: Mapped[str]
    form_check: Mapped[str]
    explanation: Mapped[str | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class EvidenceDocument(Row):
    """A file that supports a claim; `file_key` names it in the files gateway."""

    __tablename__ = "evidence_documents"
    __table_args__ = (
        UniqueConstraint("credential_id", "sha256"),
        CheckConstraint("size_bytes BETWEEN 1 AND 10485760", name="size"),
        CheckConstraint(
            "media_type IN ('application/pdf','image/png','image/jpeg')", name="media_type"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credentials.id"))
    file_name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    file_key: Mapped[str]
    uploaded_at: Mapped[datetime]


class Verification(Row):
    """One decision on a credential, never rewritten: the receipt."""

    __tablename__ = "verifications"
    __table_args__ = (CheckConstraint("method IN ('document','attestation')", name="method"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credentials.id"), index=True)
    method: Mapped[str]
    source: Mapped[str]
    outcome: Mapped[str]
    explanation: Mapped[str]
    decided_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    decided_at: Mapped[datetime]


class EvidenceReading(Row):
    """Who opened which evidence, so that the trainer can be told."""

    __tablename__ = "evidence_readings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_documents.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    read_at: Mapped[datetime]


class Capacity(Row):
    """Committed minutes a week, written down by engagements."""

    __tablename__ = "capacities"
    __table_args__ = (CheckConstraint("committed_minutes >= 0", name="not_negative"),)

    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), primary_key=True)
    committed_minutes: Mapped[int]
