"""What the provider holds for us beside what our books say it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.reconciling import PLATFORM
from app.gateways.statements import Holding
from app.ledger import queries as ledger
from app.reconciling.tables import ReconciliationBalance

Sums = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class _Bucket:
    name: str
    account_key: str


def _buckets(account: str) -> list[_Bucket]:
    if account == PLATFORM:
        return [
            _Bucket("available", chart.STRIPE_AVAILABLE),
            _Bucket("pending", chart.STRIPE_PENDING),
        ]
    return [_Bucket("held", chart.connected(account))]


def _held(holding: Holding, bucket: str) -> int:
    if bucket == "available":
        return holding.available_minor
    if bucket == "pending":
        return holding.pending_minor
    return holding.available_minor + holding.pending_minor


async def note(
    session: AsyncSession, run_id: UUID, account: str, holdings: Sequence[Holding]
) -> None:
    """Keep an account's balances as the provider and the books say them now. A repeat replaces."""
    buckets = _buckets(account)
    booked: Sums = await ledger.balances(session, [each.account_key for each in buckets])
    held = {each.currency: each for each in holdings}
    currencies = sorted({*held, *(currency for _, currency in booked)})
    for bucket in buckets:
        for currency in currencies:
            there = _held(held.get(currency, Holding(currency, 0, 0)), bucket.name)
            here = booked.get((bucket.account_key, currency), 0)
            sums = {"provider_minor": there, "ledger_minor": here}
            if there == 0 and here == 0 and account != PLATFORM:
                continue
            await session.execute(
                insert(ReconciliationBalance)
                .values(
                    run_id=run_id,
                    account=account,
                    bucket=bucket.name,
                    currency=currency,
                    **sums,
                )
                .on_conflict_do_update(constraint="pk_reconciliation_balances", set_=sums)
            )
