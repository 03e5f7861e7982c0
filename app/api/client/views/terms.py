"""What is seen of changed terms at this door."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.terms import TermsState
from app.engagements.for_companies import CompanyTerms


class TermsChangeView(Seen):
    """Another rate of an engagement. It holds once it is `agreed` or `consented`."""

    id: UUID
    engagement_id: UUID
    state: TermsState
    bill_rate: MoneySeen = Field(description="An hour.")
    effective_at: datetime = Field(description="From here on it holds.")
    consent_by_at: datetime | None = Field(
        description="Where the trainer has to consent: until when. Null: no consent is needed."
    )
    created_at: datetime
    decided_at: datetime | None


def terms_change_view(found: CompanyTerms) -> TermsChangeView:
    facts = found.facts
    return TermsChangeView(
        id=facts.id,
        engagement_id=facts.engagement_id,
        state=facts.state,
        bill_rate=MoneySeen(minor=found.bill.minor, currency=found.bill.currency),
        effective_at=facts.effective_at,
        consent_by_at=facts.consent_by_at,
        created_at=facts.created_at,
        decided_at=facts.decided_at,
    )
