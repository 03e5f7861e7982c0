"""A human looks at a claim and its evidence, decides, and says why."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import OperationsActor
from app.domain.credentials import (
    MOVES,
    OPEN,
    CheckMethod,
    CheckOutcome,
    CredentialEvent,
    CredentialState,
    effective_state,
)
from app.domain.lifecycles import step
from app.domain.refusals import NotFound
from app.gateways.files import FileGone, Files
from app.kit import paging
from app.kit.db import Database
from app.kit.ids import new_id
from app.kit.paging import Cut, Page
from app.trainers import credentials
from app.trainers.credentials import CredentialFacts
from app.trainers.refusals import EvidenceUnavailable
from app.trainers.tables import (
    Credential,
    EvidenceDocument,
    EvidenceReading,
    Trainer,
    Verification,
)


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """A claim as those who check it see it: with the name that must stand on the document."""

    credential: CredentialFacts
    full_name: str
    country: str


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    id: UUID
    media_type: str
    content: bytes


async def list_checks(
    session: AsyncSession, page: Cut, *, state: CredentialState | None, on: date
) -> Page[CheckFacts]:
    """Claims in a stored state, by default all that wait for a yes or no; longest waiting first."""
    states = OPEN if state is None else {state}
    statement = select(Credential).where(Credential.state.in_(sorted(states)))
    rows = await session.scalars(
        paging.cut(statement, Credential.created_at, Credential.id, page, oldest_first=True)
    )
    facts = await _with_names(session, await credentials.facts_of(session, list(rows), on))
    return paging.paged(facts, page, lambda f: (f.credential.created_at, f.credential.id))


async def get_check(session: AsyncSession, credential_id: UUID, *, on: date) -> CheckFacts:
    """Raises NotFound."""
    rows = await session.scalars(
        select(Credential)
        .where(Credential.id == credential_id)
        .execution_options(populate_existing=True)
    )
    found = await _with_names(session, await credentials.facts_of(session, list(rows), on))
    if not found:
        raise NotFound
    return found[0]


async def decide(
    session: AsyncSession,
    actor: OperationsActor,
    credential_id: UUID,
    *,
    outcome: CheckOutcome,
    explanation: str,
    source: str | None,
    now: datetime,
) -> CheckFacts:
    """Record a decision with its receipt. `source`: what was consulted, such as a register.

    A correction is another decision; none is ever rewritten. Raises NotFound, IllegalMove.
    """
    row = await session.scalar(
        select(Credential).where(Credential.id == credential_id).with_for_update()
    )
    if row is None:
        raise NotFound
    state = effective_state(CredentialState(row.state), row.expires_on, now.date())
    row.state = step("credential", MOVES, state, CredentialEvent(outcome.value))
    row.explanation = explanation
    row.decided_at = now
    papers = await session.scalar(
        select(exists().where(EvidenceDocument.credential_id == credential_id))
    )
    method = CheckMethod.DOCUMENT if papers else CheckMethod.ATTESTATION
    session.add(
        Verification(
            id=new_id(),
            credential_id=credential_id,
            method=method,
            source=source or ("uploaded documents" if papers else "statement of the trainer"),
            outcome=outcome,
            explanation=explanation,
            decided_by_user_id=actor.user_id,
            decided_at=now,
        )
    )
    await session.flush()
    return await get_check(session, credential_id, on=now.date())


async def open_evidence(
    database: Database, files: Files, actor: OperationsActor, document_id: UUID, *, now: datetime
) -> EvidenceFile:
    """A document's content. Who opened it is on record before it is handed out.

    Raises NotFound, EvidenceUnavailable.
    """
    async with database.begin() as session:
        found = (
            await session.execute(
                select(EvidenceDocument.media_type, EvidenceDocument.file_key).where(
                    EvidenceDocument.id == document_id
                )
            )
        ).one_or_none()
        if found is None:
            raise NotFound
        session.add(
            EvidenceReading(
                id=new_id(), document_id=document_id, user_id=actor.user_id, read_at=now
            )
        )
    try:
        content = await files.get(found.file_key)
    except FileGone:
        raise EvidenceUnavailable(retry_after_s=30) from None
    return EvidenceFile(document_id, found.media_type, content)


async def _with_names(session: AsyncSession, facts: list[CredentialFacts]) -> list[CheckFacts]:
    rows = await session.execute(
        select(Trainer.id, Trainer.full_name, Trainer.country).where(
            Trainer.id.in_({each.trainer_id for each in facts})
        )
    )
    named = {row[0]: (row[1], row[2]) for row in rows}
    return [CheckFacts(each, *named[each.trainer_id]) for each in facts]
