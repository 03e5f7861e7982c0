"""What must be true of trainers, each with the rows that break it."""

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.credentials import CheckOutcome, CredentialState
from app.kit.proof import Identity
from app.trainers.tables import Credential, EvidenceDocument, Verification


async def prove(session: AsyncSession) -> list[Identity]:
    """Every identity of trainers."""
    return [await _decided_by_receipt(session), await _checked_on_evidence(session)]


async def _decided_by_receipt(session: AsyncSession) -> Identity:
    """A decided credential stands as its latest decision says: no state without a reason."""
    latest = (
        select(Verification.credential_id, Verification.outcome)
        .order_by(
            Verification.credential_id, Verification.decided_at.desc(), Verification.id.desc()
        )
        .ext(distinct_on(Verification.credential_id))
        .subquery()
    )
    rows = await session.execute(
        select(Credential.id, Credential.state, latest.c.outcome)
        .outerjoin(latest, latest.c.credential_id == Credential.id)
        .where(Credential.state.in_([outcome.value for outcome in CheckOutcome]))
    )
    found = rows.all()
    return Identity(
        "a decided credential stands as its latest receipt says",
        len(found),
        tuple(
            f"credential {id_}: {state}, receipt {outcome or 'missing'}"
            for id_, state, outcome in found
            if state != outcome
        ),
    )


async def _checked_on_evidence(session: AsyncSession) -> Identity:
    rows = await session.execute(
        select(
            Credential.id, exists().where(EvidenceDocument.credential_id == Credential.id)
        ).where(Credential.state == CredentialState.CHECKING)
    )
    found = rows.all()
    return Identity(
        "a credential under check has evidence",
        len(found),
        tuple(f"credential {id_}: no document" for id_, papers in found if not papers),
    )
