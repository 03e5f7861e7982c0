"""Payouts, by the day (UTC) on which they were decided."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from app.exports.dataset import Dataset, amount, begins, ends
from app.kit.csv_writing import Cell
from app.payouts.tables import Payout
from app.trainers.tables import Trainer


def _payouts(from_on: date, to_on: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Payout.id,
            Payout.state,
            Payout.trainer_id,
            Trainer.full_name,
            Trainer.country,
            Payout.currency,
            Payout.pay_minor,
            Payout.provider_account_id,
            Payout.transfer_id,
            Payout.bank_payout_id,
            Payout.failure_code,
            Payout.created_at,
            Payout.sent_at,
            Payout.settled_at,
            Payout.run_id,
        )
        .join(Trainer, Trainer.id == Payout.trainer_id)
        .where(Payout.created_at >= begins(from_on), Payout.created_at < ends(to_on))
        .order_by(Payout.created_at, Payout.id)
    )


def _payout(row: Any) -> Sequence[Cell]:
    return (
        str(row.id),
        row.state,
        str(row.trainer_id),
        row.full_name,
        row.country,
        row.currency,
        *amount(row.pay_minor, row.currency),
        row.provider_account_id,
        row.transfer_id,
        row.bank_payout_id,
        row.failure_code,
        row.created_at,
        row.sent_at,
        row.settled_at,
        str(row.run_id),
    )


PAYOUTS = Dataset(
    columns=(
        "payout_id",
        "state",
        "trainer_id",
        "trainer",
        "country",
        "currency",
        "pay_minor",
        "pay",
        "provider_account_id",
        "transfer_id",
        "bank_payout_id",
        "failure_code",
        "created_at",
        "sent_at",
        "settled_at",
        "payout_run_id",
    ),
    statement=_payouts,
    cells=_payout,
)
