"""Closing a month: only when everything in it has come to rest, or with a reason written down."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import periods
from app.domain.actor import FinanceActor
from app.domain.money import format_minor
from app.domain.refusals import FieldProblem
from app.ledger import periods as books
from app.ledger.periods import OpenBalance
from app.ledger.refusals import PeriodHasOpenItems
from app.reconciling.tables import ReconciliationDifference


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A line on which the statement and the books still differ."""

    reference: str
    kind: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a month cannot be closed over: clearing accounts that are not zero, differences."""

    balances: Sequence[OpenBalance]
    differences: Sequence[OpenDifference]

    def __bool__(self) -> bool:
        return bool(self.balances or self.differences)


async def unfinished(session: AsyncSession, month_on: date) -> Unfinished:
    """What the months up to this one have left open, as of now."""
    ends_at = periods.starts_at(periods.month_after(month_on))
    rows = await session.execute(
        select(
            ReconciliationDifference.reference,
            ReconciliationDifference.kind,
            ReconciliationDifference.happened_at,
        )
        .where(
            ReconciliationDifference.resolved_at.is_(None),
            ReconciliationDifference.happened_at < ends_at,
        )
        .order_by(ReconciliationDifference.happened_at, ReconciliationDifference.id)
    )
    return Unfinished(
        await books.open_balances(session, month_on), [OpenDifference(*row) for row in rows]
    )


async def close_period(
    session: AsyncSession,
    actor: FinanceActor,
    month_on: date,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """Close a month; a repeat changes nothing. `reason` closes it over what is open, which is then
    written down beside it.

    Raises PeriodNotOver, EarlierPeriodOpen, PeriodHasOpenItems.
    """
    await books.hold(session, month_on)
    left = await unfinished(session, month_on)
    if left and reason is None:
        known = await books.get_period(session, month_on)
        if known.state is periods.PeriodState.CLOSED:
            return
        raise PeriodHasOpenItems(errors=_problems(left))
    await books.close(session, actor, month_on, open_items=_written(left), reason=reason, now=now)


def _written(left: Unfinished) -> list[dict[str, Any]]:
    return [
        *({"clearing": asdict(each)} for each in left.balances),
        *(
            {"difference": {"reference": each.reference, "kind": each.kind}}
            for each in left.differences
        ),
    ]


def _problems(left: Unfinished) -> list[FieldProblem]:
    found = [
        FieldProblem(
            "",
            "clearing_not_zero",
            f"{each.account_key} still holds"
            f" {format_minor(each.amount_minor, each.currency)} of this month or earlier.",
            f"{each.account_key} hält noch"
            f" {format_minor(each.amount_minor, each.currency, 'de')} aus diesem Monat oder davor.",
        )
        for each in left.balances
    ]
    return found + [
        FieldProblem(
            "",
            "difference_open",
            f"{each.reference}: the statement and the books differ ({each.kind}).",
            f"{each.reference}: Kontoauszug und Bücher weichen ab ({each.kind}).",
        )
        for each in left.differences
    ]
