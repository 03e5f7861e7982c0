"""What must be true of the books. Each identity is one statement, hence one snapshot."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.kit import proof
from app.kit.proof import Identity
from app.ledger.tables import LedgerAccount

CHAIN = "ledger: the hash chain is unbroken"
# Name → (what is counted as checked, the rows that break it).
_STATEMENTS = {
    "ledger: entries sum to zero per currency": (
        "SELECT count(*) FROM ledger_entries",
        """
        SELECT format('%s sums to %s', currency, sum(amount_minor)) FROM ledger_entries
        GROUP BY currency HAVING sum(amount_minor) <> 0 ORDER BY currency
        """,
    ),
    "ledger: every group balances and has two entries or more": (
        "SELECT count(*) FROM posting_groups",
        """
        WITH per AS (
          SELECT group_id, count(*) AS entries, sum(amount_minor) AS rest,
                 min(currency COLLATE "C") = max(currency COLLATE "C") AS is_one
          FROM ledger_entries GROUP BY group_id
        ), uneven AS (
          SELECT e.group_id, e.currency, sum(e.amount_minor) AS rest
          FROM per p JOIN ledger_entries e ON e.group_id = p.group_id
          WHERE NOT p.is_one OR p.rest <> 0 OR p.entries < 2
          GROUP BY e.group_id, e.currency HAVING sum(e.amount_minor) <> 0
        ), bad AS (
          SELECT group_id FROM uneven
          UNION
          SELECT group_id FROM per WHERE entries < 2
          UNION
          SELECT g.id FROM posting_groups g LEFT JOIN per p ON p.group_id = g.id
          WHERE p.group_id IS NULL
        )
        SELECT format('group %s (%s %s): %s entries, rest %s', b.group_id, g.source, g.key,
                      (SELECT count(*) FROM ledger_entries e WHERE e.group_id = b.group_id),
                      coalesce((SELECT string_agg(format('%s %s', u.rest, u.currency), ', '
                                                  ORDER BY u.currency)
                                FROM uneven u WHERE u.group_id = b.group_id), 'none'))
        FROM bad b LEFT JOIN posting_groups g ON g.id = b.group_id
        ORDER BY g.recorded_at, b.group_id
        """,
    ),
    "ledger: an entry has the currency of its account": (
        "SELECT count(*) FROM ledger_entries",
        """
        SELECT format('entry %s is in %s, account %s in %s', e.id, e.currency, a.key, a.currency)
        FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
        WHERE e.currency <> a.currency ORDER BY e.id
        """,
    ),
    "ledger: balance rows are the sums of their entries": (
        "SELECT count(*) FROM ledger_accounts WHERE authorises",
        """
        WITH sums AS (
          SELECT a.id, a.key, a.currency, b.available_minor,
                 coalesce(sum(e.amount_minor), 0)
                   * CASE WHEN a.kind IN ('asset','expense') THEN 1 ELSE -1 END AS total
          FROM ledger_accounts a
          LEFT JOIN ledger_balances b ON b.account_id = a.id
          LEFT JOIN ledger_entries e ON e.account_id = a.id
          WHERE a.authorises OR b.account_id IS NOT NULL
          GROUP BY a.id, b.available_minor
        )
        SELECT format('%s in %s: balance row %s, entries %s', key, currency,
                      coalesce(available_minor::text, 'missing'), total)
        FROM sums WHERE available_minor IS DISTINCT FROM total
        ORDER BY key, currency
        """,
    ),
    "ledger: no authorising account is overdrawn": (
        "SELECT count(*) FROM ledger_balances",
        """
        SELECT format('%s in %s: %s', a.key, a.currency, b.available_minor)
        FROM ledger_balances b JOIN ledger_accounts a ON a.id = b.account_id
        WHERE b.available_minor < 0 ORDER BY a.key, a.currency
        """,
    ),
    "ledger: a reversal is the mirror image of its group": (
        "SELECT count(*) FROM posting_groups WHERE reverses_group_id IS NOT NULL",
        """
        SELECT format('group %s reverses %s, but %s in %s keeps %s', r.id, r.reverses_group_id,
                      a.key, a.currency, sum(e.amount_minor))
        FROM posting_groups r
        JOIN ledger_entries e ON e.group_id IN (r.id, r.reverses_group_id)
        JOIN ledger_accounts a ON a.id = e.account_id
        WHERE r.reverses_group_id IS NOT NULL
        GROUP BY r.id, a.id HAVING sum(e.amount_minor) <> 0
        ORDER BY r.recorded_at, r.id
        """,
    ),
    # The words are those of ledger_group_text, made for all groups at once: asked group by group
    # they took most of the whole proof.
    CHAIN: (
        "SELECT count(*) FROM ledger_links",
        """
        WITH said AS (
          SELECT g.id, g.source, g.key, convert_to((jsonb_build_array(g.id, g.source, g.key,
                   g.description, ledger_text(g.effective_at), ledger_text(g.recorded_at),
                   g.reverses_group_id, e.entries) || CASE WHEN g.late_for_at IS NULL THEN '[]'
                   ELSE jsonb_build_array(ledger_text(g.late_for_at)) END)::text, 'UTF8') AS words
          FROM posting_groups g LEFT JOIN (
            SELECT e.group_id, jsonb_agg(jsonb_build_array(a.key, e.currency, e.amount_minor)
                     ORDER BY a.key COLLATE "C", e.currency COLLATE "C", e.id) AS entries
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            GROUP BY e.group_id) e ON e.group_id = g.id
        ), chain AS (
          SELECT place, group_id, hash,
                 lag(place, 1, 0::bigint) OVER (ORDER BY place) AS place_before,
                 lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY place) AS before
          FROM ledger_links
        )
        SELECT format('link %s no longer fits group %s (%s %s)', c.place, c.group_id,
                      coalesce(g.source, 'which is'), coalesce(g.key, 'gone'))
        FROM chain c LEFT JOIN said g ON g.id = c.group_id
        WHERE c.place <> c.place_before + 1
           OR c.hash IS DISTINCT FROM sha256(c.before || g.words)
        ORDER BY c.place
        """,
    ),
    "ledger: a snapshot is the sum of the entries before it": (
        "SELECT count(DISTINCT account_id) FROM ledger_snapshots",
        """
        SELECT format('%s in %s: snapshot %s, entries %s', a.key, s.currency, s.balance_minor,
                      coalesce(e.total, 0))
        FROM (SELECT DISTINCT ON (account_id) * FROM ledger_snapshots
              ORDER BY account_id, before_id DESC) s
        JOIN ledger_accounts a ON a.id = s.account_id
        CROSS JOIN LATERAL (SELECT sum(amount_minor) AS total FROM ledger_entries
                            WHERE account_id = s.account_id AND id < s.before_id) e
        WHERE s.balance_minor <> coalesce(e.total, 0) OR s.currency <> a.currency
        ORDER BY a.key, s.currency
        """,
    ),
    "ledger: a closed month holds what it held when it was closed": (
        "SELECT count(*) FROM ledger_periods WHERE state = 'closed'",
        """
        SELECT format('month %s: %s postings, %s when it was closed', p.month_on,
                      coalesce(g.found, 0), p.posting_count)
        FROM ledger_periods p LEFT JOIN (
          SELECT ledger_month(effective_at) AS month_on, count(*) AS found FROM posting_groups
          WHERE effective_at < (SELECT max(month_on) + INTERVAL '1 month' FROM ledger_periods)
                               AT TIME ZONE 'UTC'
          GROUP BY 1) g ON g.month_on = p.month_on
        WHERE p.state = 'closed' AND coalesce(g.found, 0) <> p.posting_count ORDER BY p.month_on
        """,
    ),
    "ledger: the triggers that keep the books are in force": (
        "SELECT 14",
        """
        SELECT format('trigger %s on %s is %s', w.name, w.of,
                      CASE WHEN t.oid IS NULL THEN 'missing' ELSE 'disabled' END)
        FROM (VALUES ('ledger_entries_balance', 'ledger_entries'),
                     ('ledger_entries_currency', 'ledger_entries'),
                     ('ledger_entries_frozen', 'ledger_entries'),
                     ('ledger_entries_kept', 'ledger_entries'),
                     ('ledger_links_frozen', 'ledger_links'),
                     ('ledger_links_kept', 'ledger_links'),
                     ('ledger_period_steps_frozen', 'ledger_period_steps'),
                     ('ledger_period_steps_kept', 'ledger_period_steps'),
                     ('ledger_snapshots_frozen', 'ledger_snapshots'),
                     ('ledger_snapshots_kept', 'ledger_snapshots'),
                     ('posting_groups_filled', 'posting_groups'),
                     ('posting_groups_frozen', 'posting_groups'),
                     ('posting_groups_kept', 'posting_groups'),
                     ('posting_groups_period', 'posting_groups')) AS w(name, of)
        LEFT JOIN pg_trigger t ON t.tgname = w.name AND t.tgrelid = to_regclass(w.of)
        WHERE t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A') ORDER BY w.name
        """,
    ),
}


async def prove(session: AsyncSession) -> list[Identity]:
    """The ledger's identities, each with the rows that break it."""
    found = [
        await proof.check(session, name, counted=counted, broken=broken)
        for name, (counted, broken) in _STATEMENTS.items()
    ]
    found.append(await _accounts_follow_the_chart(session))
    return found


async def prove_chain(session: AsyncSession) -> Identity:
    """The chain alone, from its first link to its last."""
    counted, broken = _STATEMENTS[CHAIN]
    return await proof.check(session, CHAIN, counted=counted, broken=broken)


async def _accounts_follow_the_chart(session: AsyncSession) -> Identity:
    """An account whose flag disagrees with the chart would be spent from without a check."""
    rows = (
        await session.execute(
            select(LedgerAccount.key, LedgerAccount.currency, LedgerAccount.authorises)
        )
    ).all()
    breaches = [
        f"{row.key} in {row.currency}: authorises is {row.authorises}"
        for row in rows
        if row.authorises != chart.authorises(row.key)
    ]
    return Identity(
        "ledger: accounts follow the chart", len(rows), tuple(breaches[: proof.MOST_BREACHES])
    )
