"""Short words for tests of hours: log, hand in, count, prove. All on one fixed Wednesday."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.caps import SHARED, CounterKey, Scope
from app.timesheets import leases, proof, recording
from app.timesheets.recording import Recorded, TimeSaid
from app.timesheets.tables import CapCounter
from tests.factories.at_work import Deal

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
LAST_WEEK = MONDAY - timedelta(days=7)
HOUR = timedelta(hours=1)


async def log(
    session: AsyncSession,
    at: Deal,
    start: datetime,
    hours: float = 1,
    *,
    id_: UUID | None = None,
    if_version: int | None = None,
    note: str | None = None,
    now: datetime = NOW,
) -> Recorded:
    return await recording.record_time(
        session,
        at.worker,
        id_ or uuid4(),
        TimeSaid(at.engagement.id, start, start + hours * HOUR, note),
        if_version=if_version,
        now=now,
    )


async def counters(session: AsyncSession) -> dict[str, int]:
    """What is used of each counter, by scope and week, without what is held in advance."""
    rows = await session.execute(
        select(CapCounter.scope, CapCounter.scope_id, CapCounter.period, CapCounter.used)
    )
    found = {}
    for scope, owner, period, used in rows:
        key = CounterKey(Scope(scope), owner, period)
        held = await leases.leased(session, key) if key.scope in SHARED else 0
        found[f"{scope} {period[:10]}".strip()] = used - held
    return found


def states(recorded: Recorded) -> list[tuple[str, int, str | None]]:
    """State, minutes and binding cap of each piece."""
    return [(p.state.value, p.worked_seconds // 60, p.binding_cap) for p in recorded.entry.pieces]


async def assert_proven(session: AsyncSession) -> None:
    await session.flush()
    for identity in await proof.prove(session):
        assert identity.holds, identity
