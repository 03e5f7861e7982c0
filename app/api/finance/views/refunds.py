"""What finance sees of money that was taken back, and what is to be done about it."""

from datetime import datetime
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain.returning import DISPUTE_ACTIONS, REFUND_ACTIONS, DisputeState, RefundState
from app.domain.returning import TakenBack as Parts
from app.invoicing.taken_back import DisputeFacts, RefundFacts


class FinanceTakenBack(Seen):
    """Who bears it: the invoice that is open again, the company's credit, or we ourselves."""

    from_invoice: MoneySeen
    from_credit: MoneySeen
    from_us: MoneySeen


class FinanceRefund(Seen):
    """Money of one payment that goes back to its payer. `by_us`: false for one that somebody made
    at Stripe. `next_action` is empty where nothing is to be done."""

    id: UUID
    invoice_id: UUID | None
    company_id: UUID
    state: RefundState
    amount: MoneySeen
    borne: FinanceTakenBack
    reason: str
    by_us: bool
    stripe_refund_id: str | None
    outcome_code: str | None
    next_action: str
    intended_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


class FinanceDispute(Seen):
    """A payment that its payer's bank questions. `borne` is filled once it is lost."""

    id: UUID
    invoice_id: UUID | None
    company_id: UUID
    state: DisputeState
    amount: MoneySeen
    borne: FinanceTakenBack
    reason: str
    stripe_dispute_id: str
    next_action: str
    evidence_due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None


def refund(facts: RefundFacts, language: str) -> FinanceRefund:
    return FinanceRefund(
        id=facts.id,
        invoice_id=facts.invoice_id,
        company_id=facts.company_id,
        state=facts.state,
        amount=MoneySeen(minor=facts.amount_minor, currency=facts.currency),
        borne=_borne(facts.parts, facts.currency),
        reason=facts.reason,
        by_us=facts.by_us,
        stripe_refund_id=facts.provider_refund_id,
        outcome_code=facts.outcome_code,
        next_action=REFUND_ACTIONS[facts.state][language == "de"],
        intended_at=facts.intended_at,
        sent_at=facts.sent_at,
        ended_at=facts.ended_at,
    )


def dispute(facts: DisputeFacts, language: str) -> FinanceDispute:
    return FinanceDispute(
        id=facts.id,
        invoice_id=facts.invoice_id,
        company_id=facts.company_id,
        state=facts.state,
        amount=MoneySeen(minor=facts.amount_minor, currency=facts.currency),
        borne=_borne(facts.parts, facts.currency),
        reason=facts.reason,
        stripe_dispute_id=facts.provider_dispute_id,
        next_action=DISPUTE_ACTIONS[facts.state][language == "de"],
        evidence_due_at=facts.evidence_due_at,
        opened_at=facts.opened_at,
        closed_at=facts.closed_at,
    )


def _borne(parts: Parts, currency: str) -> FinanceTakenBack:
    return FinanceTakenBack(
        from_invoice=MoneySeen(minor=parts.from_invoice_minor, currency=currency),
        from_credit=MoneySeen(minor=parts.from_credit_minor, currency=currency),
        from_us=MoneySeen(minor=parts.from_us_minor, currency=currency),
    )
