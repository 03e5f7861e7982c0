"""What must be true of invoices and of the money that came in for them."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart, invoice_maths
from app.kit.proof import Identity

# Each query gives a row per thing checked: what it is, and whether the identity holds for it.
_NUMBERS = """
SELECT format('series %s %s: %s invoices, numbers %s to %s, counter at %s', s.series, s.year,
              count(i.id), min(i.sequence), max(i.sequence), s.last_number) AS thing,
       s.last_number = count(i.id) AND s.last_number = coalesce(max(i.sequence), 0) AS holds
FROM (SELECT series, year, max(last_number) AS last_number FROM (
        SELECT series, year, last_number FROM invoice_series
        UNION ALL SELECT DISTINCT series, year, 0::bigint FROM invoices) AS both_sides
      GROUP BY series, year) AS s
LEFT JOIN invoices i ON i.series = s.series AND i.year = s.year
GROUP BY s.series, s.year, s.last_number
"""
_LINES = """
SELECT format('%s: lines %s, groups %s, net %s %s', i.number, l.net, g.net, i.net_minor,
              i.currency) AS thing,
       l.net = i.net_minor AND g.net = i.net_minor AND g.tax = i.tax_minor
       AND i.gross_minor = i.net_minor + i.tax_minor AND l.currencies AND g.currencies AS holds
FROM invoices i
CROSS JOIN LATERAL (SELECT coalesce(sum(net_minor), 0) AS net,
                           coalesce(bool_and(currency = i.currency), true) AS currencies
                    FROM invoice_lines WHERE invoice_id = i.id) AS l
CROSS JOIN LATERAL (SELECT coalesce(sum(net_minor), 0) AS net, coalesce(sum(tax_minor), 0) AS tax,
                           coalesce(bool_and(currency = i.currency), true) AS currencies
                    FROM invoice_tax_groups WHERE invoice_id = i.id) AS g
"""
_GROUPS = """
SELECT i.number, g.category, g.rate_bps, g.net_minor, g.tax_minor,
       (SELECT coalesce(sum(l.net_minor), 0) FROM invoice_lines l WHERE l.invoice_id = i.id
        AND l.tax_category = g.category AND l.tax_rate_bps = g.rate_bps)::bigint AS lines_minor
FROM invoices i JOIN invoice_tax_groups g ON g.invoice_id = i.id
"""
_ONE_LINE = """
SELECT format('bill line %s stands on %s invoice lines; pinned as approved: %s', b.id, count(l.id),
              coalesce(bool_and((l.minutes, l.bill_rate_minor, l.net_minor, l.currency, l.type)
                       = (b.minutes, b.bill_rate_minor, b.bill_minor, b.currency,
                          b.type)), true)) AS thing,
       count(l.id) <= 1
       AND coalesce(bool_and((l.minutes, l.bill_rate_minor, l.net_minor, l.currency, l.type)
                    = (b.minutes, b.bill_rate_minor, b.bill_minor, b.currency, b.type)), true)
       AND coalesce(bool_and(i.company_id = b.company_id), true) AS holds
FROM bill_lines b
LEFT JOIN invoice_lines l ON l.bill_line_id = b.id
LEFT JOIN invoices i ON i.id = l.invoice_id
GROUP BY b.id
"""
# What was taken back may wait for earlier time of its engagement: the room of time proves when.
_COLLECTED = """
SELECT format('%s is %s: %s of %s %s settled, it says %s; %s of %s approvals funded', i.number,
              i.state, c.settled, i.gross_minor, i.currency, i.settled_minor, a.funded,
              a.all_of_them) AS thing,
       c.settled = i.settled_minor
       AND (i.state = 'collected') = (c.settled = i.gross_minor)
       AND (i.state = 'issued' OR a.funded = a.all_of_them) AS holds
FROM invoices i
CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS settled FROM invoice_settlements
                    WHERE invoice_id = i.id AND currency = i.currency) AS c
CROSS JOIN LATERAL (SELECT count(DISTINCT p.id) AS all_of_them,
                           count(DISTINCT p.id) FILTER (
                             WHERE p.funded_at IS NOT NULL OR b.bill_minor < 0) AS funded
                    FROM invoice_lines l JOIN bill_lines b ON b.id = l.bill_line_id
                    JOIN approvals p ON p.id = b.approval_id WHERE l.invoice_id = i.id) AS a
"""
_PAYMENTS = """
SELECT format('payment %s of %s %s is %s: %s settled, %s credit; %s taken back, refunds and'
              ' disputes say %s', c.id, c.amount_minor, c.currency, c.state, s.minor, k.minor,
              c.returned_minor, r.minor + d.minor) AS thing,
       s.minor + k.minor = CASE c.state WHEN 'paid' THEN c.amount_minor ELSE 0 END
       AND c.returned_minor = r.minor + d.minor AS holds
FROM collections c
CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM invoice_settlements
                    WHERE kind = 'payment' AND about_id = c.id AND currency = c.currency) AS s
CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM credit_moves
                    WHERE kind = 'payment' AND about_id = c.id AND currency = c.currency) AS k
CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM refunds
                    WHERE collection_id = c.id AND state NOT IN ('declined','failed')) AS r
CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM disputes
                    WHERE collection_id = c.id AND state IN ('withdrawn','lost')) AS d
"""
_TAKEN_BACK = """
SELECT format('%s %s is %s: %s %s from the invoice and %s from credit, rows say %s and %s',
              b.noun, b.id, b.state, b.from_invoice_minor, b.currency, b.from_credit_minor,
              s.minor, k.minor) AS thing,
       s.minor = CASE WHEN b.took THEN b.from_invoice_minor ELSE 0 END
       AND k.minor = CASE WHEN b.took THEN b.from_credit_minor ELSE 0 END AS holds
FROM (SELECT 'refund' AS noun, 'refund' AS kind, id, state, currency, from_invoice_minor,
             from_credit_minor, true AS took FROM refunds
      UNION ALL
      SELECT 'dispute', 'dispute_lost', id, state, currency, from_invoice_minor,
             from_credit_minor, state = 'lost' FROM disputes WHERE state <> 'won') AS b
CROSS JOIN LATERAL (SELECT coalesce(-sum(amount_minor), 0) AS minor FROM invoice_settlements
                    WHERE kind = b.kind AND about_id = b.id AND currency = b.currency) AS s
CROSS JOIN LATERAL (SELECT coalesce(-sum(amount_minor), 0) AS minor FROM credit_moves
                    WHERE kind = b.kind AND about_id = b.id AND currency = b.currency) AS k
"""
_FROM_WALLET = """
SELECT format('payment %s from a wallet: wallet says %s, invoice says %s %s', about_id,
              -sum(out_minor), sum(on_minor), currency) AS thing,
       sum(out_minor) + sum(on_minor) = 0 AS holds
FROM (SELECT about_id, currency, amount_minor AS out_minor, 0 AS on_minor
      FROM credit_moves WHERE kind = 'wallet'
      UNION ALL
      SELECT about_id, currency, 0, amount_minor
      FROM invoice_settlements WHERE kind = 'wallet') AS sides
GROUP BY about_id, currency
"""
_STOPPED = """
SELECT format('company %s may log no new time since %s: %s invoices had come to it',
              s.company_id, s.stopped_at, count(d.invoice_id)) AS thing,
       count(d.invoice_id) > 0 AS holds
FROM credit_stops s
LEFT JOIN invoices i ON i.company_id = s.company_id
LEFT JOIN dunning_steps d ON d.invoice_id = i.id AND d.step = 'stopped' AND d.at <= s.stopped_at
WHERE s.lifted_at IS NULL GROUP BY s.id
"""
_WRITTEN_OFF = """
SELECT format('%s is %s: %s written off, decisions less what was recovered say %s, of it tax %s',
              i.number, i.state, i.written_off_minor, coalesce(m.minor, 0),
              coalesce(m.tax_minor, 0)) AS thing,
       i.written_off_minor = coalesce(m.minor, 0)
       AND coalesce(d.minor, 0) = coalesce(m.decided_minor, 0)
       AND coalesce(m.tax_minor, 0) = floor(
         (2 * i.written_off_minor::numeric * i.tax_minor + i.gross_minor) / (2 * i.gross_minor))
       AND (i.state = 'uncollectible') = (i.written_off_minor > 0) AS holds
FROM invoices i
LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS minor, sum(tax_minor) AS tax_minor,
                  sum(amount_minor) FILTER (WHERE kind = 'written_off') AS decided_minor
           FROM write_off_moves GROUP BY invoice_id) m ON m.invoice_id = i.id
LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS minor FROM write_offs WHERE state = 'booked'
           GROUP BY invoice_id) d ON d.invoice_id = i.id
"""
_BALANCES = """
WITH booked AS (
  SELECT a.key, a.currency, coalesce(sum(e.amount_minor), 0) AS minor
  FROM ledger_accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id
  WHERE a.key LIKE 'asset:receivable:client:%' OR a.key LIKE 'asset:unbilled:client:%'
     OR a.key LIKE 'liability:client:%' OR a.key = :suspense
     OR a.key LIKE 'asset:dispute:%' OR a.key IN (:pending, :disputing, :goodwill, :bad_debt)
  GROUP BY a.key, a.currency),
expected AS (
  SELECT 'asset:receivable:client:' || company_id AS key, currency,
         sum(gross_minor - settled_minor - written_off_minor) AS minor
  FROM invoices GROUP BY company_id, currency
  UNION ALL
  SELECT 'asset:unbilled:client:' || b.company_id, b.currency, sum(b.bill_minor)
  FROM bill_lines b
  WHERE NOT EXISTS (SELECT FROM invoice_lines l WHERE l.bill_line_id = b.id)
  GROUP BY b.company_id, b.currency
  UNION ALL
  SELECT :pending, currency, sum(minor) FROM (
    SELECT currency, amount_minor - stripe_fee_minor AS minor
    FROM collections WHERE state = 'paid' AND kind <> 'recorded' AND cleared_at IS NULL
    UNION ALL
    SELECT currency, net_minor FROM provider_moves WHERE cleared_at IS NULL) AS waiting
  GROUP BY currency
  UNION ALL
  SELECT 'liability:client:' || company_id || '\\:prepaid', currency, -sum(minor) FROM (
    SELECT company_id, currency, amount_minor AS minor FROM credit_moves
    UNION ALL
    SELECT company_id, currency, -held_minor FROM wallet_holds) AS wallets
  GROUP BY company_id, currency
  UNION ALL
  SELECT 'liability:client:' || company_id || '\\:held', currency, -sum(held_minor)
  FROM wallet_holds GROUP BY company_id, currency
  UNION ALL
  SELECT 'liability:client:' || company_id || '\\:refunding', currency, -sum(amount_minor)
  FROM refunds WHERE state IN ('intended','sending','unknown') GROUP BY company_id, currency
  UNION ALL
  SELECT 'asset:dispute:' || provider_dispute_id, currency, amount_minor
  FROM disputes WHERE state = 'withdrawn'
  UNION ALL
  SELECT :suspense, currency, -sum(amount_minor) FROM suspense_items WHERE state = 'open'
  GROUP BY currency
  UNION ALL
  SELECT :bad_debt, currency, sum(minor) FROM (
    SELECT currency, from_us_minor AS minor FROM disputes WHERE state = 'lost'
    UNION ALL
    SELECT currency, amount_minor - tax_minor FROM write_off_moves) AS lost
  GROUP BY currency
  UNION ALL
  SELECT :goodwill, currency, sum(from_us_minor) FROM refunds WHERE state <> 'declined'
  GROUP BY currency
  UNION ALL
  SELECT :disputing, currency, sum(fee_minor) FROM provider_moves
  WHERE starts_with(reference, 'dispute') GROUP BY currency)
SELECT format('%s: books %s, rows %s %s', key, coalesce(booked.minor, 0),
              coalesce(expected.minor, 0), currency) AS thing,
       coalesce(booked.minor, 0) = coalesce(expected.minor, 0) AS holds,
       CASE WHEN key LIKE 'asset:receivable:%' THEN 'receivable'
            WHEN key LIKE 'asset:unbilled:%' THEN 'unbilled'
            WHEN key = :pending THEN 'pending'
            WHEN key LIKE 'liability:client:%' THEN 'clients'
            WHEN key = :suspense THEN 'suspense'
            ELSE 'taken' END AS about
FROM booked FULL JOIN expected USING (key, currency)
"""


async def prove(session: AsyncSession) -> list[Identity]:
    """Every identity of invoicing, with the rows that break it."""
    balances = await _balances(session)
    return [
        await _identity(session, "invoice numbers run 1..n in every series", _NUMBERS),
        await _identity(session, "an invoice is the sum of its lines and tax groups", _LINES),
        await _tax_groups(session),
        await _identity(
            session, "an approved line stands on at most one invoice, as approved", _ONE_LINE
        ),
        await _identity(
            session, "a collected invoice is settled whole and funds its time", _COLLECTED
        ),
        await _identity(
            session, "a payment is on its invoice or credit, less what was taken back", _PAYMENTS
        ),
        await _identity(
            session, "what was taken back is missing where its refund or dispute says", _TAKEN_BACK
        ),
        await _identity(session, "new time stops only where an invoice has come to it", _STOPPED),
        await _identity(session, "what a wallet paid is settled on an invoice", _FROM_WALLET),
        await _identity(session, "written off = as decided, less what was recovered", _WRITTEN_OFF),
        *(_of(name, balances[about]) for about, name in _ABOUT.items()),
    ]


_ABOUT = {
    "receivable": "receivable = what is open of invoices",
    "unbilled": "unbilled = approved and not invoiced",
    "pending": "pending at Stripe = moved there and not yet available",
    "clients": "wallets, holds and refunds under way = their moves",
    "suspense": "suspense = money of which nobody knows whose it is",
    "taken": "disputed money and what it cost = disputes and refunds",
}


async def _balances(session: AsyncSession) -> dict[str, list[object]]:
    keys = {
        "pending": chart.STRIPE_PENDING,
        "disputing": chart.EXPENSE_DISPUTE,
        "suspense": chart.SUSPENSE,
        "goodwill": chart.EXPENSE_GOODWILL,
        "bad_debt": chart.EXPENSE_BAD_DEBT,
    }
    found: dict[str, list[object]] = {about: [] for about in _ABOUT}
    for row in await session.execute(text(_BALANCES), keys):
        found[row.about].append(row)
    return found


async def _identity(session: AsyncSession, name: str, query: str) -> Identity:
    return _of(name, (await session.execute(text(query))).all())


def _of(name: str, rows: Sequence[object]) -> Identity:
    breaches = tuple(str(row.thing) for row in rows if not row.holds)  # type: ignore[attr-defined]
    return Identity(name, len(rows), breaches)


async def _tax_groups(session: AsyncSession) -> Identity:
    """Computed anew by the rule itself: a group's net from its lines, its tax from its net."""
    rows = (await session.execute(text(_GROUPS))).all()
    breaches = tuple(
        f"{row.number}: group {row.category} {row.rate_bps} bps has net {row.net_minor} and tax "
        f"{row.tax_minor}, its lines {row.lines_minor}"
        for row in rows
        if row.net_minor != row.lines_minor
        or row.tax_minor != invoice_maths.tax_minor(row.net_minor, row.rate_bps)
    )
    return Identity("tax is computed once per group of lines", len(rows), breaches)
