"""Evidence comes in. The file is stored between two short transactions, with none open."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import evidence
from app.domain.actor import TrainerActor
from app.domain.credentials import MOVES, CredentialEvent, CredentialState, effective_state
from app.domain.evidence import MOST_BYTES, MOST_DOCUMENTS, MediaType
from app.domain.lifecycles import step
from app.domain.refusals import NotFound
from app.gateways.files import Files
from app.kit.db import Database
from app.kit.ids import new_id
from app.trainers import credentials, refusals
from app.trainers.credentials import CredentialFacts
from app.trainers.tables import Credential, EvidenceDocument


@dataclass(frozen=True, slots=True)
class Paper:
    """A file as it was sent: nothing about it is believed yet."""

    name: str
    declared_type: str
    content: bytes


async def upload(
    database: Database,
    files: Files,
    actor: TrainerActor,
    credential_id: UUID,
    paper: Paper,
    *,
    now: datetime,
) -> CredentialFacts:
    """Add a document to a claim, which is then `checking`. The same content again adds nothing.

    Raises NotFound, EvidenceNotWanted, EvidenceQuotaReached and the refusals of `check`.
    """
    async with database.begin() as session:
        await _wanted(session, actor, credential_id, now.date())
    kind = check(paper)
    digest = sha256(paper.content).digest()
    # By owner and content: stored once, and a person's files can be deleted without asking whether
    # somebody else sent the same bytes. A file without a row, after a crash here, does no harm.
    key = f"evidence/{actor.trainer_id}/{digest.hex()}"
    await files.put(key, paper.content)
    async with database.begin() as session:
        row = await _wanted(session, actor, credential_id, now.date())
        if not await _held(session, credential_id, digest):
            await _add(session, row, paper, kind=kind, key=key, now=now)
        return await credentials.get_credential(session, actor, credential_id, on=now.date())


def check(paper: Paper) -> MediaType:
    """Raises EvidenceTooLarge, EvidenceNameUnsafe, EvidenceTypeRefused, EvidenceDamaged."""
    if len(paper.content) > MOST_BYTES:
        raise refusals.EvidenceTooLarge(most_mebibytes=MOST_BYTES // 1024**2)
    if not evidence.is_safe_name(paper.name):
        raise refusals.EvidenceNameUnsafe
    kind = evidence.agreed_type(paper.name, paper.declared_type, paper.content)
    if kind is None:
        raise refusals.EvidenceTypeRefused
    if not evidence.is_sound(kind, paper.content):
        raise refusals.EvidenceDamaged
    return kind


async def _wanted(
    session: AsyncSession, actor: TrainerActor, credential_id: UUID, on: date
) -> Credential:
    """Her credential, locked, if it takes evidence: the quota is counted under this lock."""
    row = await session.scalar(
        select(Credential)
        .where(Credential.id == credential_id, Credential.trainer_id == actor.trainer_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    state = effective_state(CredentialState(row.state), row.expires_on, on)
    if (state, CredentialEvent.ADD_EVIDENCE) not in MOVES:
        raise refusals.EvidenceNotWanted(state=state.value)
    return row


async def _held(session: AsyncSession, credential_id: UUID, digest: bytes) -> bool:
    """Whether the content is there already. Raises EvidenceQuotaReached when one more is not."""
    known = await session.scalar(
        select(EvidenceDocument.id).where(
            EvidenceDocument.credential_id == credential_id, EvidenceDocument.sha256 == digest
        )
    )
    if known is not None:
        return True
    count = await session.scalar(
        select(func.count())
        .select_from(EvidenceDocument)
        .where(EvidenceDocument.credential_id == credential_id)
    )
    if count is not None and count >= MOST_DOCUMENTS:
        raise refusals.EvidenceQuotaReached(most=MOST_DOCUMENTS)
    return False


async def _add(
    session: AsyncSession,
    row: Credential,
    paper: Paper,
    *,
    kind: MediaType,
    key: str,
    now: datetime,
) -> None:
    session.add(
        EvidenceDocument(
            id=new_id(),
            credential_id=row.id,
            file_name=paper.name,
            media_type=kind.value,
            size_bytes=len(paper.content),
            sha256=sha256(paper.content).digest(),
            file_key=key,
            uploaded_at=now,
        )
    )
    row.state = step("credential", MOVES, CredentialState(row.state), CredentialEvent.ADD_EVIDENCE)
    await session.flush()
