"""What finance sees of the books: both sides of the wall."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict

from app.api.words import MoneySeen, Seen
from app.kit.proof import Identity
from app.ledger.queries import AccountFacts, EntryFacts, PostingFacts


class FinanceLedgerAccount(Seen):
    """An account in one currency. `balance` is the sum of its entries, debit positive.

    `available` is what may still be taken, null for accounts that do not authorise spending.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0192f0c1-7a11-7a52-8d0e-5b0e8f1c2a01",
                    "key": "asset:stripe:available",
                    "kind": "asset",
                    "balance": {"minor": 478_500, "currency": "USD"},
                    "available": None,
                    "opened_at": "2026-11-09T09:00:00+00:00",
                }
            ]
        }
    )

    id: UUID
    key: str
    kind: str
    balance: MoneySeen
    available: MoneySeen | None
    opened_at: datetime

    @classmethod
    def of(cls, facts: AccountFacts) -> Self:
        return cls(
            id=facts.id,
            key=facts.key,
            kind=facts.kind,
            balance=MoneySeen(minor=facts.balance_minor, currency=facts.currency),
            available=None
            if facts.available_minor is None
            else MoneySeen(minor=facts.available_minor, currency=facts.currency),
            opened_at=facts.opened_at,
        )


class FinanceLedgerEntry(Seen):
    """One side of a posting: debit positive, credit negative."""

    account: str
    amount: MoneySeen

    @classmethod
    def of(cls, facts: EntryFacts) -> Self:
        return cls(
            account=facts.account_key,
            amount=MoneySeen(minor=facts.amount_minor, currency=facts.currency),
        )


class FinancePosting(Seen):
    """One business fact in the books. (`source`, `key`) names the fact and is unique.

    `effective_at` is when it happened, `recorded_at` when the books learnt of it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0192f0c1-7a11-7a52-8d0e-5b0e8f1c2a02",
                    "source": "approval",
                    "key": "0192f0c1-7a11-7a52-8d0e-5b0e8f1c2a03",
                    "description": "Approved week from 2026-11-02",
                    "effective_at": "2026-11-09T09:00:00+00:00",
                    "recorded_at": "2026-11-09T09:00:01+00:00",
                    "reverses_posting_id": None,
                    "late_for": None,
                    "entries": [
                        {
                            "account": "expense:trainers",
                            "amount": {"minor": 80_000, "currency": "USD"},
                        },
                        {
                            "account": "liability:trainer:0192f0c1-7a11-7a52-8d0e-5b0e8f1c2a04"
                            ":payable",
                            "amount": {"minor": -80_000, "currency": "USD"},
                        },
                    ],
                }
            ]
        }
    )

    id: UUID
    source: str
    key: str
    description: str
    effective_at: datetime
    recorded_at: datetime
    reverses_posting_id: UUID | None
    late_for: datetime | None
    entries: list[FinanceLedgerEntry]

    @classmethod
    def of(cls, facts: PostingFacts) -> Self:
        return cls(
            id=facts.id,
            source=facts.source,
            key=facts.key,
            description=facts.description,
            effective_at=facts.effective_at,
            recorded_at=facts.recorded_at,
            reverses_posting_id=facts.reverses_group_id,
            late_for=facts.late_for_at,
            entries=[FinanceLedgerEntry.of(entry) for entry in facts.entries],
        )


class FinanceIdentity(Seen):
    """Something that must be true of the books; `breaches` name the rows that break it."""

    name: str
    holds: bool
    checked: int
    breaches: list[str]

    @classmethod
    def of(cls, identity: Identity) -> Self:
        return cls(
            name=identity.name,
            holds=identity.holds,
            checked=identity.checked,
            breaches=list(identity.breaches),
        )


class FinanceBooksProof(Seen):
    """All identities of all rooms. `holds` is true only if every one of them does."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "holds": True,
                    "proved_at": "2026-11-09T09:00:00+00:00",
                    "identities": [
                        {
                            "name": "ledger: entries sum to zero per currency",
                            "holds": True,
                            "checked": 1284,
                            "breaches": [],
                        }
                    ],
                }
            ]
        }
    )

    holds: bool
    proved_at: datetime
    identities: list[FinanceIdentity]

    @classmethod
    def of(cls, identities: list[Identity], proved_at: datetime) -> Self:
        return cls(
            holds=all(identity.holds for identity in identities),
            proved_at=proved_at,
            identities=[FinanceIdentity.of(identity) for identity in identities],
        )
