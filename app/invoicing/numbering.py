"""Invoice numbers without gaps: a counter row moved by the transaction that issues."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.invoicing.tables import InvoiceSeries


async def next_sequence(session: AsyncSession, series: str, year: int) -> int:
    """The next number, 1 first. It is free again if the transaction rolls back.

    The row stays locked until the transaction ends: take it after every other lock. A database
    sequence would lose numbers on a rollback, and max()+1 gives the same number twice.
    """
    fresh = insert(InvoiceSeries).values(series=series, year=year, last_number=1)
    taken: int | None = await session.scalar(
        fresh.on_conflict_do_update(
            index_elements=[InvoiceSeries.series, InvoiceSeries.year],
            set_={"last_number": InvoiceSeries.last_number + 1},
        ).returning(InvoiceSeries.last_number)
    )
    assert taken is not None
    return taken
