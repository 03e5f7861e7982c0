"""Entries of the books, by the day (UTC) on which their facts happened."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.exports.dataset import Dataset, amount, begins, ends
from app.kit.csv_writing import Cell
from app.ledger.tables import LedgerAccount, LedgerEntry, PostingGroup


def _entries(from_on: date, to_on: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            PostingGroup.id,
            PostingGroup.source,
            PostingGroup.key,
            PostingGroup.description,
            PostingGroup.effective_at,
            PostingGroup.recorded_at,
            LedgerAccount.key.label("account"),
            LedgerAccount.kind,
            LedgerEntry.currency,
            LedgerEntry.amount_minor,
            PostingGroup.reverses_group_id,
        )
        .join(LedgerEntry, LedgerEntry.group_id == PostingGroup.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(
            PostingGroup.effective_at >= begins(from_on), PostingGroup.effective_at < ends(to_on)
        )
        .order_by(
            PostingGroup.effective_at,
            PostingGroup.recorded_at,
            PostingGroup.id,
            LedgerAccount.key,
            LedgerEntry.currency,
        )
    )


def _entry(row: Any) -> Sequence[Cell]:
    return (
        str(row.id),
        row.source,
        row.key,
        row.description,
        row.effective_at,
        row.recorded_at,
        row.account,
        row.kind,
        row.currency,
        *amount(row.amount_minor, row.currency),
        *amount(max(row.amount_minor, 0) or None, row.currency),
        *amount(max(-row.amount_minor, 0) or None, row.currency),
        None if row.reverses_group_id is None else str(row.reverses_group_id),
    )


LEDGER = Dataset(
    columns=(
        "posting_id",
        "source",
        "key",
        "description",
        "effective_at",
        "recorded_at",
        "account",
        "kind",
        "currency",
        "amount_minor",
        "amount",
        "debit_minor",
        "debit",
        "credit_minor",
        "credit",
        "reverses_posting_id",
    ),
    statement=_entries,
    cells=_entry,
)
