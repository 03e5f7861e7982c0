"""What finance sees of companies' wallets."""

from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.invoicing.wallets import WalletFacts


class FinanceWallet(Seen):
    """What a company has paid ahead or too much. `held` is set aside for logged work; `available`
    may be refunded."""

    company_id: UUID
    prepaid: bool
    balance: MoneySeen
    held: MoneySeen
    available: MoneySeen


def wallet(facts: WalletFacts) -> FinanceWallet:
    return FinanceWallet(
        company_id=facts.company_id,
        prepaid=facts.is_prepaid,
        balance=MoneySeen(minor=facts.balance_minor, currency=facts.currency),
        held=MoneySeen(minor=facts.held_minor, currency=facts.currency),
        available=MoneySeen(minor=facts.free_minor, currency=facts.currency),
    )
