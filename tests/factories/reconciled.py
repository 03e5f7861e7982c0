"""A fortnight of reconciliation as finance finds it, in invented figures."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.reconciling import PLATFORM, Cause, DifferenceKind
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger.posting import Entry
from app.ledger.tables import LedgerPeriod
from app.reconciling.tables import (
    ReconciliationBalance,
    ReconciliationDifference,
    ReconciliationRun,
)

PAYEE = "acct_sim_beispielhaft"
_HISTORY = (0, 0, 1, 0, 0, 0, 2, 2, 1, 0, 0, 0, 0)
_M, _A, _D, _T = (
    DifferenceKind.MISSING_IN_LEDGER,
    DifferenceKind.MISSING_AT_PROVIDER,
    DifferenceKind.AMOUNT_DIFFERS,
    DifferenceKind.TWICE,
)
# Kind, cause, account, reference, Stripe's net and fee, the books' net and fee, age in hours.
_Said = tuple[DifferenceKind, Cause, str, str, int | None, int | None, int | None, int | None, int]
_DIFFERENCES: tuple[_Said, ...] = (
    (_M, Cause.PAYMENT_NOT_BOOKED, PLATFORM, "charge:ch_sim_4f0a", 115_519, 3_481, None, None, 74),
    (_A, Cause.NEVER_HAPPENED, PAYEE, "transfer:tr_sim_90be", None, None, 80_000, 0, 26),
    (_D, Cause.FEE_DIFFERS, PLATFORM, "charge:ch_sim_77c2", 97_070, 2_930, 97_100, 2_900, 5),
    (_T, Cause.BOOKED_TWICE, PLATFORM, "charge:ch_sim_1d3e", None, None, 48_520, 1_480, 3),
    (_M, Cause.UNDER_WAY, PLATFORM, "entry:txn_sim_ab12", 250_000, 0, None, None, 0),
)


async def fortnight(session: AsyncSession, *, now: datetime, differs: bool) -> None:
    """A run a day; the last one with five open differences, or with none."""
    last = new_id()
    for back, found in enumerate(reversed(_HISTORY), start=1):
        await _run(session, new_id(), now - timedelta(days=back), 400 - 9 * back, found)
    count = len(_DIFFERENCES) if differs else 0
    await _run(session, last, now - timedelta(minutes=4), 412, count)
    odd = 33_870 if differs else 0
    for account, bucket, minor, apart in (
        (PLATFORM, "available", 4_871_230, odd),
        (PLATFORM, "pending", 1_190_400, 0),
        (PAYEE, "held", 160_000, 0),
    ):
        session.add(
            ReconciliationBalance(
                run_id=last, account=account, bucket=bucket, currency="USD",
                provider_minor=minor + apart, ledger_minor=minor,
            )
        )  # fmt: skip
    if differs:
        _differences(session, now)
    await _standing(session, now - timedelta(days=2), chart.bank_transit(PAYEE), 220_000)
    if differs:
        await _standing(session, now - timedelta(days=9), chart.OWN_TRANSIT, 500_000)
    await session.flush()


async def crowded(session: AsyncSession, *, now: datetime) -> None:
    """The worst that a page must bear: sums of nine places in three currencies, below zero too,
    more differences than it shows, months closed and open again, money of unknown payers."""
    await fortnight(session, now=now, differs=True)
    last = await session.scalar(
        select(ReconciliationRun).order_by(ReconciliationRun.finished_at.desc()).limit(1)
    )
    assert last is not None
    last.lines_compared, last.lines_matched = 1_204_633, 1_204_573
    last.accounts_total = last.accounts_done = 12_041
    for currency, minor in (("EUR", 123_456_789_012), ("JPY", 98_765_432)):
        for bucket, sign in (("available", 1), ("pending", -1)):
            session.add(
                ReconciliationBalance(
                    run_id=last.id, account=PLATFORM, bucket=bucket, currency=currency,
                    provider_minor=sign * minor, ledger_minor=sign * (minor - 1_000),
                )
            )  # fmt: skip
    for number in range(60):
        _difference(session, now, 100 + number, _DIFFERENCES[number % 5], age_h=100 + number)
    month = now.date().replace(day=1)
    for state, count in (("open", None), ("closed", 14_205), ("closed", 981)):
        month = (month - timedelta(days=1)).replace(day=1)
        session.add(LedgerPeriod(month_on=month, state=state, posting_count=count, changed_at=now))
    await _standing(session, now - timedelta(days=40), chart.SUSPENSE, -123_456_789)
    await session.flush()


async def run(session: AsyncSession, now: datetime) -> UUID:
    """One finished run that found nothing."""
    id_ = new_id()
    await _run(session, id_, now, 0, 0)
    return id_


async def _run(session: AsyncSession, id_: UUID, at: datetime, lines: int, found: int) -> None:
    session.add(
        ReconciliationRun(
            id=id_, state="finished", ordered_at=at, finished_at=at, accounts_total=38,
            accounts_done=38, lines_compared=lines, lines_matched=lines - found,
            differences_open=found,
        )
    )  # fmt: skip
    await session.flush()


def _differences(session: AsyncSession, now: datetime) -> None:
    for number, said in enumerate(_DIFFERENCES):
        _difference(session, now, number, said, age_h=said[-1])


def _difference(
    session: AsyncSession, now: datetime, number: int, said: _Said, *, age_h: int
) -> None:
    kind, cause, account, reference, *sums, _ = said
    at = now - timedelta(hours=age_h, minutes=6)
    session.add(
        ReconciliationDifference(
            id=new_id(), fingerprint=str(number), kind=kind.value, account=account,
            reference=reference, currency="USD",
            ledger_currency="USD" if sums[2] is not None else None,
            provider_minor=sums[0], provider_fee_minor=sums[1], ledger_minor=sums[2],
            ledger_fee_minor=sums[3], cause=cause.value, happened_at=at, first_seen_at=at,
            last_seen_at=now,
        )
    )  # fmt: skip


async def _standing(session: AsyncSession, at: datetime, account: str, minor: int) -> None:
    await posting.post(
        session, source="test", key=account, description="Made for a test", effective_at=at, now=at,
        entries=[Entry(account, "USD", minor), Entry(chart.INCOME_SERVICES, "USD", -minor)],
    )  # fmt: skip
