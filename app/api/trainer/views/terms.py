"""What is seen of changed terms at this door."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.terms import TermsState
from app.engagements.for_trainers import TrainerTerms


class TermsChangeView(Seen):
    """Another rate of an engagement. It holds once it is `agreed` or `consented`."""

    id: UUID
    engagement_id: UUID
    state: TermsState
    pay_rate: MoneySeen = Field(description="An hour.")
    effective_at: datetime = Field(description="From here on it holds.")
    consent_by_at: datetime | None = Field(
        description="Until when you can consent or decline. Null: no consent is needed."
    )
    created_at: datetime
    decided_at: datetime | None


def terms_change_view(found: TrainerTerms) -> TermsChangeView:
    facts = found.facts
    return TermsChangeView(
        id=facts.id,
        engagement_id=facts.engagement_id,
        state=facts.state,
        pay_rate=MoneySeen(minor=found.pay.minor, currency=found.pay.currency),
        effective_at=facts.effective_at,
        consent_by_at=facts.consent_by_at,
        created_at=facts.created_at,
        decided_at=facts.decided_at,
    )
