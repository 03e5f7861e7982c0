"""What begins at the provider is posted from its statement, pending first, and only that."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.reconciling import PLATFORM, reference_of
from app.kit.ids import new_id
from app.ledger import queries as ledger
from app.reconciling import treasury
from app.reconciling.tables import StatementEntry

NOW = datetime(2026, 11, 9, 9, tzinfo=UTC)


def said(kind: str, net: int, *, account: str = PLATFORM, days: int = 0) -> StatementEntry:
    number = new_id().hex[-10:]
    return StatementEntry(
        id=new_id(), account=account, provider_id=f"txn_{number}", kind=kind, category=kind,
        source_id=f"so_{number}", reference=reference_of(kind, f"so_{number}", None, number),
        gross_minor=net, fee_minor=0, net_minor=net, currency="USD", happened_at=NOW,
        available_at=NOW + timedelta(days=days), fetched_at=NOW,
    )  # fmt: skip


async def sums(session: AsyncSession) -> dict[str, int]:
    keys = [
        chart.STRIPE_AVAILABLE,
        chart.STRIPE_PENDING,
        chart.BANK,
        chart.OWN_TRANSIT,
        chart.EXPENSE_CONNECT,
    ]
    return {key: minor for (key, _), minor in (await ledger.balances(session, keys)).items()}


async def test_each_line_goes_where_its_rule_says_and_becomes_available_in_time(
    session: AsyncSession,
) -> None:
    session.add_all([
        said("topup", 9_000, days=3),
        said("stripe_fee", -200),
        said("payout", -1_000),
        said("charge", 77_777),  # invoicing's to post
        said("adjustment", -5),  # nobody's yet: a difference, for a person to see
        said("topup", 1, account="acct_hers"),
    ])  # fmt: skip
    await session.flush()
    assert await treasury.book(session, now=NOW) == 3 + 2
    assert await treasury.book(session, now=NOW) == 0
    early = await sums(session)
    assert early == {
        chart.STRIPE_PENDING: 9_000,
        chart.STRIPE_AVAILABLE: -1_200,
        chart.BANK: -9_000,
        chart.OWN_TRANSIT: 1_000,
        chart.EXPENSE_CONNECT: 200,
    }
    assert await treasury.book(session, now=NOW + timedelta(days=3)) == 1
    late = await sums(session)
    assert (late[chart.STRIPE_PENDING], late[chart.STRIPE_AVAILABLE]) == (0, 7_800)
