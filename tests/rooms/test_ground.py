"""What the ground promises: the schema is there and the server keeps its word."""

from sqlalchemy import text

from app.kit import queue
from app.kit.db import Database, assert_guarantees


async def test_the_server_is_read_committed(shared_database: Database) -> None:
    await assert_guarantees(shared_database, allow_async_commit=True)


async def test_a_job_is_rolled_back_with_its_transaction(database: Database) -> None:
    async with database.sessions() as session:
        await session.begin()
        await queue.enqueue(session, "send_payout", {"payout_id": "x"})
        await session.rollback()
    async with database.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM pgqueuer")) == 0
        await queue.enqueue(session, "send_payout", {"payout_id": "x"}, dedupe_key="a")
        await queue.enqueue(session, "send_payout", {"payout_id": "x"}, dedupe_key="a")
    async with database.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM pgqueuer")) == 1
