"""Proposed terms that wait for consent: their trainers are reminded."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.notices import Kind
from app.domain.reminders import Window
from app.domain.terms import TermsState
from app.engagements.tables import Engagement
from app.engagements.terms_changes import TermsChange
from app.notices import reminding, telling

_MOST = 500


async def remind(session: AsyncSession, *, now: datetime) -> None:
    """Remind at half of the time to consent and a day before its end, once each."""
    rows = await session.execute(
        select(
            TermsChange.engagement_id,
            Engagement.trainer_id,
            TermsChange.created_at,
            TermsChange.consent_by_at,
        )
        .join(Engagement, Engagement.id == TermsChange.engagement_id)
        .where(
            TermsChange.state == TermsState.PROPOSED.value,
            reminding.waiting(
                Kind.CONSENT_DUE,
                TermsChange.engagement_id,
                TermsChange.created_at,
                TermsChange.consent_by_at,
                now=now,
            ),
        )
        .order_by(TermsChange.consent_by_at, TermsChange.id)
        .limit(_MOST)
    )
    found = [
        reminding.reminder(
            Kind.CONSENT_DUE,
            row.engagement_id,
            telling.trainer(row.trainer_id),
            Window(row.created_at, row.consent_by_at),
            now=now,
        )
        for row in rows
    ]
    await telling.tell(session, *filter(None, found), now=now)
