"""The books: accounts, postings, and the proof."""

from typing import Any

from fastapi import Request

from app.api import door
from app.api.door import Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.ledger import AccountKey, AccountStart, OfCurrency, PostingSource
from app.api.finance.views.ledger import (
    FinanceBooksProof,
    FinanceLedgerAccount,
    FinancePosting,
)
from app.api.paging import Listed, PageAsked, listed
from app.books import proving
from app.ledger import queries

router = door.router("ledger")


@router.get(
    "/ledger/accounts",
    operation_id="list_ledger_accounts",
    response_model=Listed[FinanceLedgerAccount],
)
async def list_ledger_accounts(
    request: Request,
    _: Caller,
    session: Session,
    page: PageAsked,
    *,
    starts_with: AccountStart = None,
    currency: OfCurrency = None,
) -> dict[str, Any]:
    """Accounts with their balances, newest first.

    Balances are sums of entries, debit positive: what is owned is positive, what is owed and what
    was earned is negative.
    """
    found = await queries.list_accounts(session, page, starts_with=starts_with, currency=currency)
    return listed(request, found, FinanceLedgerAccount.of)


@router.get("/ledger/postings", operation_id="list_postings", response_model=Listed[FinancePosting])
async def list_postings(
    request: Request,
    _: Caller,
    session: Session,
    page: PageAsked,
    *,
    account: AccountKey = None,
    source: PostingSource = None,
) -> dict[str, Any]:
    """Postings with all their entries, last recorded first. They are never changed or deleted."""
    found = await queries.list_postings(session, page, account_key=account, source=source)
    return listed(request, found, FinancePosting.of)


@router.get("/books/proof", operation_id="get_books_proof")
async def get_books_proof(_: Caller, run: Run, now: Now) -> FinanceBooksProof:
    """Check every identity of the books now, on one snapshot.

    Each breach names the rows that break it. This reads everything: ask once a day, not once a
    minute.
    """
    return FinanceBooksProof.of(await proving.prove_at_one_moment(run.database), now)
