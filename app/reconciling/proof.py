"""What must be true between the provider's statement and the books, as far as it is fetched."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.reconciling import UNDER_WAY_FOR, Difference
from app.kit.proof import MOST_BREACHES, Identity
from app.reconciling import comparing
from app.reconciling.tables import StatementEntry, StatementWatermark


async def prove(session: AsyncSession) -> list[Identity]:
    """Every line of a fetched statement has its posting, and every posting its line."""
    rows = await session.execute(select(StatementWatermark.account, StatementWatermark.asked_at))
    asked = {row.account: row.asked_at for row in rows}
    known = [account for account, asked_at in asked.items() if asked_at is not None]
    found = [
        each
        for each in await comparing.differences(session, accounts=known)
        if _is_ripe(each, asked)
    ]
    checked = await session.scalar(select(func.count()).select_from(StatementEntry)) or 0
    return [
        Identity(
            "reconciling: Stripe's statement = postings at Stripe, line by line",
            checked,
            tuple(_said(each) for each in found[:MOST_BREACHES]),
        )
    ]


def _is_ripe(difference: Difference, asked: dict[str, datetime | None]) -> bool:
    """Neither of an account that was never asked about, nor so young that its posting was still on
    its way when the statement was fetched."""
    asked_at = asked.get(difference.line.account)
    if asked_at is None:
        return False
    return difference.movement is None or difference.movement.at < asked_at - UNDER_WAY_FOR


def _said(difference: Difference) -> str:
    line, there, here = difference.line, difference.movement, difference.booking
    return (
        f"{difference.kind} in {line.account}: {line.reference}, "
        f"statement {there.id if there else 'nothing'} {there.net_minor if there else ''}, "
        f"posting {here.id if here else 'none'} {here.net_minor if here else ''} {line.currency}"
    )
