"""What a company sees of its wallet."""

from datetime import datetime
from typing import Literal

from app.api.words import MoneySeen, Seen
from app.invoicing.topping_up import TopUpPage
from app.invoicing.wallets import WalletFacts

MoveKind = Literal["payment", "wallet", "refund", "refund_failed", "dispute_lost", "dispute_won"]


class ClientWalletMove(Seen):
    """What came in (positive) or went out. `wallet`: an invoice was paid from it."""

    kind: MoveKind
    amount: MoneySeen
    at: datetime


class ClientWallet(Seen):
    """What was paid ahead or too much. `held` is set aside for logged work that is not invoiced
    yet. `prepaid`: new time is bounded by the wallet. `moves`: the newest 50."""

    prepaid: bool
    balance: MoneySeen
    held: MoneySeen
    available: MoneySeen
    moves: list[ClientWalletMove]


class ClientTopUpPage(Seen):
    """Where the sum can be paid right now."""

    checkout_url: str
    amount: MoneySeen


def wallet(facts: WalletFacts) -> ClientWallet:
    currency = facts.currency
    return ClientWallet(
        prepaid=facts.is_prepaid,
        balance=MoneySeen(minor=facts.balance_minor, currency=currency),
        held=MoneySeen(minor=facts.held_minor, currency=currency),
        available=MoneySeen(minor=facts.free_minor, currency=currency),
        moves=[
            ClientWalletMove.model_validate(
                {
                    "kind": move.kind,
                    "amount": MoneySeen(minor=move.amount_minor, currency=currency),
                    "at": move.at,
                }
            )
            for move in facts.moves
        ],
    )


def top_up_page(page: TopUpPage) -> ClientTopUpPage:
    amount = page.amount
    return ClientTopUpPage(
        checkout_url=page.checkout_url,
        amount=MoneySeen(minor=amount.minor, currency=amount.currency),
    )
