"""Reconciling in many processes at once: one statement, one finding each."""

import asyncio

import pytest
from sqlalchemy import func, select

from app.reconciling import queries, running
from app.reconciling.tables import ReconciliationDifference, ReconciliationRun, StatementEntry
from tests.rooms.reconciling.conftest import Desk, desk, sim, stage

__all__ = ["desk", "sim", "stage"]


@pytest.mark.slow
async def test_runs_at_once_keep_each_line_and_each_difference_once(desk: Desk) -> None:
    database, clock = desk.stage.database, desk.stage.clock
    await desk.paid_out()
    for _ in range(3):
        opened = await desk.stage.sim.session(1_000)
        await desk.stage.sim.order(f"checkout/{opened.id}/pay")
    async with database.begin() as session:
        for _ in range(4):  # four runs that do not know of each other
            now = clock.now()
            run = await running.order(session, None, now=now)
            row = await session.get_one(ReconciliationRun, run)
            row.ordered_at = now - running.ABANDONED_AFTER
            await session.flush()
        runs = (await session.scalars(select(ReconciliationRun.id))).all()
    assert len(runs) == 4
    await asyncio.gather(
        *(running.carry_out(database, desk.statements, run, clock=clock) for run in (*runs, *runs))
    )
    async with database.begin() as session:
        lines = await session.scalar(select(func.count()).select_from(StatementEntry))
        assert lines == 7  # the top-up, three payments, the transfer twice, the bank payout
        rows = (await session.scalars(select(ReconciliationDifference))).all()
        assert len({row.fingerprint for row in rows}) == len(rows) == 3
        assert all(row.resolved_at is None for row in rows)
        for run in runs:
            facts = await queries.get_run(session, run)
            assert (facts.state, facts.differences_open) == ("finished", 3)
