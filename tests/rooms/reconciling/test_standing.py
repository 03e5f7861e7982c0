"""What stands on an account that must reach zero, and since when: against the slow way."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.reconciling import Standing
from app.ledger import posting
from app.ledger.posting import Entry
from app.reconciling import queries

T0 = datetime(2026, 11, 2, 8, tzinfo=UTC)
Entries = list[tuple[datetime, int]]


def slowly(entries: Entries) -> tuple[int, datetime | None]:
    """Every cent a row of its own, settled first in, first out, whichever sign came first."""
    cents: Entries = []
    for at, amount in entries:
        sign = 1 if amount > 0 else -1
        for _ in range(abs(amount)):
            if cents and cents[0][1] != sign:
                cents.pop(0)
            else:
                cents.append((at, sign))
    return sum(sign for _, sign in cents), cents[0][0] if cents else None


async def post(session: AsyncSession, account: str, entries: Entries) -> None:
    for number, (at, amount) in enumerate(entries):
        await posting.post(
            session,
            source="test",
            key=f"{account} {number}",
            description="Made for a test",
            effective_at=at,
            now=at,
            entries=[Entry(account, "USD", amount), Entry(chart.BANK, "USD", -amount)],
        )


async def test_the_oldest_unsettled_cent_says_since_when(session: AsyncSession) -> None:
    random = Random(7)
    wanted = []
    for number in range(25):
        account = chart.connected(f"acct_{number:02}")
        entries = [
            (T0 + timedelta(days=day), random.choice((-4, -3, -2, -1, 1, 2, 3, 4)))
            for day in range(random.randrange(9))
        ]
        await post(session, account, entries)
        balance, since = slowly(entries)
        if since is not None:
            wanted.append(Standing(account, "USD", balance, since))
    assert len(wanted) > 10
    wanted.sort(key=lambda each: (each.since_at, each.account_key))
    assert await queries.standings(session) == wanted


async def test_only_clearing_accounts_are_watched(session: AsyncSession) -> None:
    watched = [
        chart.STRIPE_PENDING,
        chart.OWN_TRANSIT,
        chart.connected("acct_1"),
        chart.bank_transit("acct_1"),
        chart.refunding(UUID(int=7)),
        chart.trainer_paying(UUID(int=7)),
        "asset:stripe:customer_cash",
    ]
    ready = chart.prepaid(UUID(int=7))
    for account in (*watched, ready, chart.STRIPE_AVAILABLE, "asset:stripe:connectedness"):
        sign = -1 if account.startswith("liability") else 1
        await post(session, account, [(T0, sign * 500)])
    found = await queries.standings(session)
    assert {each.account_key for each in found} == set(watched)
    assert await queries.on_their_way(session) == {"USD": 1_000}
