"""Claiming a credential, and seeing what has become of one's claims."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import credential_types
from app.domain.actor import TrainerActor
from app.domain.credential_types import CredentialType, NumberCheck
from app.domain.credentials import CredentialState, effective_state
from app.domain.refusals import NotFound, Refusal
from app.kit import paging
from app.kit.ids import new_id
from app.kit.paging import Cut, Page
from app.trainers import refusals
from app.trainers.tables import (
    Credential,
    EvidenceDocument,
    EvidenceReading,
    Trainer,
    Verification,
)

MOST_CREDENTIALS = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """What a trainer says that she holds."""

    type: str
    issuer: str
    jurisdiction: str
    number: str | None
    specialty: str | None
    issued_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document as its owner may see it: `opened_at` are the moments at which staff read it."""

    id: UUID
    file_name: str
    media_type: str
    size_bytes: int
    uploaded_at: datetime
    opened_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One decision: on what it rests, what came out and why."""

    method: str
    source: str
    outcome: str
    explanation: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """A claim with its evidence and the latest decision. `state` as of the day asked."""

    id: UUID
    trainer_id: UUID
    type: str
    issuer: str
    jurisdiction: str
    number: str | None
    specialty: str | None
    issued_on: date | None
    expires_on: date | None
    state: CredentialState
    form_check: str
    receipt: Receipt | None
    documents: tuple[DocumentFacts, ...]
    created_at: datetime


async def claim(
    session: AsyncSession, actor: TrainerActor, said: Claim, *, now: datetime
) -> CredentialFacts:
    """Keep a formally correct claim as `claimed`. Raises the refusals of `check_form`,
    CredentialDatesWrong, CredentialAlreadyClaimed, TooManyCredentials."""
    kind, number, form_check = check_form(said)
    _check_dates(said, now.date())
    # One claim of hers at a time: the quota and "already claimed" are judged on what is there.
    await session.execute(
        select(Trainer.id).where(Trainer.id == actor.trainer_id).with_for_update()
    )
    await _check_room(session, actor.trainer_id, said, number)
    row = Credential(
        id=new_id(),
        trainer_id=actor.trainer_id,
        type=kind.key,
        issuer=said.issuer,
        jurisdiction=said.jurisdiction,
        number=number,
        specialty=said.specialty,
        issued_on=said.issued_on,
        expires_on=said.expires_on,
        state=CredentialState.CLAIMED,
        form_check=form_check,
        created_at=now,
    )
    session.add(row)
    await session.flush()
    return await get_credential(session, actor, row.id, on=now.date())


def check_form(said: Claim) -> tuple[CredentialType, str | None, NumberCheck]:
    """The type, the tidied number and what its form tells (passed or none).

    Raises CredentialTypeUnknown, JurisdictionDoesNotFit, CredentialNumberMissing,
    CredentialNumberMalformed, CheckDigitWrong.
    """
    kind = credential_types.TYPES.get(said.type)
    if kind is None:
        raise refusals.CredentialTypeUnknown
    if not credential_types.fits(kind, said.jurisdiction):
        form = credential_types.jurisdiction_form(kind)
        raise refusals.JurisdictionDoesNotFit(
            expected="DE, US-CA, global" if form == "any" else form
        )
    number = credential_types.tidy_number(kind, said.number or "") or None
    finding = credential_types.check_number(kind, number)
    refused: dict[NumberCheck, Refusal] = {
        NumberCheck.MISSING: refusals.CredentialNumberMissing(),
        NumberCheck.BAD_FORM: refusals.CredentialNumberMalformed(example=kind.number_example),
        NumberCheck.BAD_DIGIT: refusals.CheckDigitWrong(),
    }
    if finding in refused:
        raise refused[finding]
    return kind, number, finding


def _check_dates(said: Claim, today: date) -> None:
    # East of us it may be tomorrow already.
    early = said.issued_on is None or said.issued_on <= today + timedelta(days=1)
    alive = said.expires_on is None or said.expires_on >= today
    ordered = said.issued_on is None or said.expires_on is None or said.issued_on < said.expires_on
    if not (early and alive and ordered):
        raise refusals.CredentialDatesWrong


async def _check_room(
    session: AsyncSession, trainer_id: UUID, said: Claim, number: str | None
) -> None:
    held = await session.scalar(
        select(func.count()).select_from(Credential).where(Credential.trainer_id == trainer_id)
    )
    if held is not None and held >= MOST_CREDENTIALS:
        raise refusals.TooManyCredentials(most=MOST_CREDENTIALS)
    same = await session.scalar(
        select(Credential.id).where(
            Credential.trainer_id == trainer_id,
            Credential.type == said.type,
            Credential.jurisdiction == said.jurisdiction,
            Credential.number.is_not_distinct_from(number),
            Credential.specialty.is_not_distinct_from(said.specialty),
            Credential.expires_on.is_not_distinct_from(said.expires_on),
            Credential.state.in_(("claimed", "checking", "verified", "unknown")),
        )
    )
    if same is not None:
        raise refusals.CredentialAlreadyClaimed


async def get_credential(
    session: AsyncSession, actor: TrainerActor, credential_id: UUID, *, on: date
) -> CredentialFacts:
    """One of her own. Raises NotFound."""
    rows = list(
        await session.scalars(
            select(Credential)
            .where(Credential.id == credential_id, Credential.trainer_id == actor.trainer_id)
            .execution_options(populate_existing=True)
        )
    )
    if not rows:
        raise NotFound
    return (await facts_of(session, rows, on))[0]


async def list_credentials(
    session: AsyncSession, actor: TrainerActor, page: Cut, *, on: date
) -> Page[CredentialFacts]:
    """Her own, newest first."""
    statement = select(Credential).where(Credential.trainer_id == actor.trainer_id)
    rows = await session.scalars(paging.cut(statement, Credential.created_at, Credential.id, page))
    found = await facts_of(session, list(rows), on)
    return paging.paged(found, page, lambda facts: (facts.created_at, facts.id))


async def facts_of(
    session: AsyncSession, rows: Sequence[Credential], on: date
) -> list[CredentialFacts]:
    """The rows with their documents and latest decisions, in the same order."""
    ids = [row.id for row in rows]
    documents = await _documents(session, ids)
    receipts = await _receipts(session, ids)
    return [
        CredentialFacts(
            id=row.id,
            trainer_id=row.trainer_id,
            type=row.type,
            issuer=row.issuer,
            jurisdiction=row.jurisdiction,
            number=row.number,
            specialty=row.specialty,
            issued_on=row.issued_on,
            expires_on=row.expires_on,
            state=effective_state(CredentialState(row.state), row.expires_on, on),
            form_check=row.form_check,
            receipt=receipts.get(row.id),
            documents=tuple(documents[row.id]),
            created_at=row.created_at,
        )
        for row in rows
    ]


async def _documents(
    session: AsyncSession, credential_ids: Sequence[UUID]
) -> dict[UUID, list[DocumentFacts]]:
    opened = (
        select(func.array_agg(EvidenceReading.read_at))
        .where(EvidenceReading.document_id == EvidenceDocument.id)
        .correlate(EvidenceDocument)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            EvidenceDocument.credential_id,
            EvidenceDocument.id,
            EvidenceDocument.file_name,
            EvidenceDocument.media_type,
            EvidenceDocument.size_bytes,
            EvidenceDocument.uploaded_at,
            opened,
        )
        .where(EvidenceDocument.credential_id.in_(credential_ids))
        .order_by(EvidenceDocument.uploaded_at, EvidenceDocument.id)
    )
    found: dict[UUID, list[DocumentFacts]] = defaultdict(list)
    for credential_id, id_, name, media_type, size, uploaded_at, opened_at in rows:
        found[credential_id].append(
            DocumentFacts(id_, name, media_type, size, uploaded_at, tuple(sorted(opened_at or ())))
        )
    return found


async def _receipts(session: AsyncSession, credential_ids: Sequence[UUID]) -> dict[UUID, Receipt]:
    rows = await session.execute(
        select(
            Verification.credential_id,
            Verification.method,
            Verification.source,
            Verification.outcome,
            Verification.explanation,
            Verification.decided_at,
        )
        .where(Verification.credential_id.in_(credential_ids))
        .order_by(
            Verification.credential_id, Verification.decided_at.desc(), Verification.id.desc()
        )
        .ext(distinct_on(Verification.credential_id))
    )
    return {row[0]: Receipt(*row[1:]) for row in rows}
