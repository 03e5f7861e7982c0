"""Snapshots of accounts that are only ever appended to, so that a balance is not a sum of years."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# An entry's id begins with the moment at which it was made, by the clock of the machine that made
# it. What is older than every transaction that is still under way, and older than clocks differ,
# will not be joined by another entry with an earlier id.
_SETTLED = text(
    """
SELECT (extract(epoch FROM least(clock_timestamp(), min(xact_start)) - INTERVAL '10 minutes')
        * 1000)::bigint
FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid()
"""
)
_TAKE = text(
    """
INSERT INTO ledger_snapshots (account_id, before_id, balance_minor, currency, taken_at)
SELECT a.id, CAST(:before AS uuid), coalesce(s.balance_minor, 0) + t.total, a.currency, :now
FROM ledger_accounts a
LEFT JOIN LATERAL (SELECT before_id, balance_minor FROM ledger_snapshots
                   WHERE account_id = a.id ORDER BY before_id DESC LIMIT 1) s ON true
CROSS JOIN LATERAL (SELECT count(*) AS entries, coalesce(sum(amount_minor), 0) AS total
                    FROM ledger_entries e
                    WHERE e.account_id = a.id AND e.id < CAST(:before AS uuid)
                      AND e.id >= coalesce(s.before_id, '00000000-0000-0000-0000-000000000000'))
  t
WHERE NOT a.authorises AND t.entries >= :tail
ON CONFLICT DO NOTHING
"""
)
TAIL = 1_000


async def take(session: AsyncSession, *, now: datetime, tail: int = TAIL) -> int:
    """A new snapshot for every account with at least `tail` entries since its last one; how many.

    Only entries count that no transaction under way can still add to.
    """
    settled_ms = await session.scalar(_SETTLED)
    return await take_before(session, settled_ms or 0, now=now, tail=tail)


async def take_before(session: AsyncSession, before_ms: int, *, now: datetime, tail: int) -> int:
    """The same of the entries made before a moment (Unix milliseconds)."""
    bound = UUID(int=before_ms << 80)
    done = await session.execute(_TAKE, {"before": bound, "now": now, "tail": tail})
    return int(getattr(done, "rowcount", 0))
