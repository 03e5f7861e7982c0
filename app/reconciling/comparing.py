"""The statement beside the books: what does not agree, from the first day to the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, reconciling
from app.domain.reconciling import Difference, Line
from app.kit.ids import new_id
from app.reconciling.tables import ReconciliationDifference, StatementEntry, StatementWatermark

# Equal lines are cancelled in the database: what is read is only what belongs to a reference
# where the two sides are not the same. A reversed group and its reversal say nothing together.
_LOOSE = text(
    """
WITH said AS (
  SELECT account, reference, currency, net_minor, fee_minor, provider_id AS id, happened_at AS at
  FROM statement_entries
), fees AS (
  SELECT e.group_id, e.currency, sum(e.amount_minor) AS fee_minor
  FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
  WHERE a.key IN (:processing, :dispute) GROUP BY e.group_id, e.currency
), moved AS (
  SELECT e.group_id, e.currency, sum(e.amount_minor) AS net_minor,
         CASE WHEN a.key LIKE :connected || '%' THEN substr(a.key, length(:connected) + 1)
              ELSE :platform END AS account
  FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
  WHERE a.key LIKE 'asset:stripe:%'
    AND (CAST(:accounts AS text[]) IS NULL
         OR CASE WHEN a.key LIKE :connected || '%' THEN substr(a.key, length(:connected) + 1)
                 ELSE :platform END = ANY(:accounts))
  GROUP BY 1, 2, 4 HAVING sum(e.amount_minor) <> 0
), booked AS (
  SELECT m.account, CASE WHEN g.source = 'stripe' THEN g.key
                         ELSE g.source || ':' || g.key END AS reference,
         m.currency, m.net_minor::bigint AS net_minor,
         (CASE WHEN m.account = :platform THEN coalesce(f.fee_minor, 0)
               ELSE 0 END)::bigint AS fee_minor,
         g.id::text AS id, g.recorded_at AS at
  FROM moved m JOIN posting_groups g ON g.id = m.group_id
  LEFT JOIN fees f ON f.group_id = g.id AND f.currency = m.currency
  WHERE g.reverses_group_id IS NULL
    AND NOT EXISTS (SELECT FROM posting_groups r WHERE r.reverses_group_id = g.id)
), loose AS (
  SELECT DISTINCT account, reference
  FROM (SELECT account, reference, currency, net_minor, fee_minor, count(*) AS lines
        FROM said GROUP BY 1, 2, 3, 4, 5) s
  FULL JOIN (SELECT account, reference, currency, net_minor, fee_minor, count(*) AS lines
             FROM booked GROUP BY 1, 2, 3, 4, 5) b
  USING (account, reference, currency, net_minor, fee_minor)
  WHERE s.lines IS DISTINCT FROM b.lines
)
SELECT true AS is_said, said.* FROM said JOIN loose USING (account, reference)
UNION ALL
SELECT false, booked.* FROM booked JOIN loose USING (account, reference)
"""
)


@dataclass(frozen=True, slots=True)
class Compared:
    """How many lines of the statement there are, how many fit exactly, and what does not."""

    lines: int
    matched: int
    differences: Sequence[Difference]


async def differences(
    session: AsyncSession, *, accounts: Sequence[str] | None = None
) -> list[Difference]:
    """What does not agree now. A posting younger than our last look at the provider is left out:
    nobody has asked about it yet. `accounts`: compare the books of these alone."""
    rows = await session.execute(
        _LOOSE,
        {
            "processing": chart.EXPENSE_PROCESSING,
            "dispute": chart.EXPENSE_DISPUTE,
            "connected": chart.connected(""),
            "platform": reconciling.PLATFORM,
            "accounts": None if accounts is None else list(accounts),
        },
    )
    sides: tuple[list[Line], list[Line]] = ([], [])
    for row in rows:
        line = Line(
            row.account, row.reference, row.id, row.currency, row.net_minor, row.fee_minor, row.at
        )
        sides[0 if row.is_said else 1].append(line)
    asked = await _asked(session)
    return [each for each in reconciling.match(*sides) if _was_asked(each, asked)]


async def _asked(session: AsyncSession) -> dict[str, datetime | None]:
    rows = await session.execute(select(StatementWatermark.account, StatementWatermark.asked_at))
    return {row.account: row.asked_at for row in rows}


def _was_asked(difference: Difference, asked: Mapping[str, datetime | None]) -> bool:
    """An account that we never heard of at the provider counts as asked: it has no line at all."""
    if difference.movement is not None or difference.line.account not in asked:
        return True
    asked_at = asked[difference.line.account]
    return asked_at is not None and difference.line.at <= asked_at


async def compare(session: AsyncSession, *, now: datetime) -> Compared:
    """Compare, and keep what is new, what still stands, and what has gone."""
    # Two comparisons at once would resolve each other's findings.
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('reconciling.compare'))"))
    found = await differences(session)
    await _keep(session, found, now=now)
    lines = await session.scalar(select(func.count()).select_from(StatementEntry)) or 0
    loose = sum(each.movement is not None for each in found)
    return Compared(lines, lines - loose, found)


async def _keep(session: AsyncSession, found: Sequence[Difference], *, now: datetime) -> None:
    prints = [reconciling.fingerprint(each) for each in found]
    await session.execute(
        update(ReconciliationDifference)
        .where(
            ReconciliationDifference.resolved_at.is_(None),
            ReconciliationDifference.fingerprint.not_in(prints),
        )
        .values(resolved_at=now)
    )
    for each, name in zip(found, prints, strict=True):
        told = _told(each, now=now)
        await session.execute(
            insert(ReconciliationDifference)
            .values(id=new_id(), fingerprint=name, first_seen_at=now, **told)
            .on_conflict_do_update(
                index_elements=[ReconciliationDifference.fingerprint],
                index_where=ReconciliationDifference.resolved_at.is_(None),
                set_=told,
            )
        )


def _told(difference: Difference, *, now: datetime) -> dict[str, Any]:
    there, here, line = difference.movement, difference.booking, difference.line
    return {
        "kind": difference.kind.value,
        "account": line.account,
        "reference": line.reference,
        "provider_entry_id": there.id if there else None,
        "posting_group_id": UUID(here.id) if here else None,
        "currency": line.currency,
        "ledger_currency": here.currency if here else None,
        "provider_minor": there.net_minor if there else None,
        "provider_fee_minor": there.fee_minor if there else None,
        "ledger_minor": here.net_minor if here else None,
        "ledger_fee_minor": here.fee_minor if here else None,
        "cause": reconciling.cause_of(difference, now=now).value,
        "happened_at": line.at,
        "last_seen_at": now,
    }
