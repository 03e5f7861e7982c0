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
_COLLECTED = """
SELECT format('%s is %s: %s paid collections of %s %s, %s of %s approvals funded', i.number,
              i.state, c.paid, c.amount, i.currency, a.funded, a.all_of_them) AS thing,
       CASE i.state WHEN 'collected' THEN c.paid = 1 AND c.amount = i.gross_minor
                                          AND a.funded = a.all_of_them
                    ELSE c.paid = 0 END AS holds
FROM invoices i
CROSS JOIN LATERAL (SELECT count(*) AS paid, coalesce(sum(amount_minor), 0) AS amount
                    FROM collections
                    WHERE invoice_id = i.id AND state = 'paid' AND currency = i.currency) AS c
CROSS JOIN LATERAL (SELECT count(DISTINCT p.id) AS all_of_them,
                           count(DISTINCT p.id) FILTER (WHERE p.funded_at IS NOT NULL) AS funded
                    FROM invoice_lines l JOIN bill_lines b ON b.id = l.bill_line_id
                    JOIN approvals p ON p.id = b.approval_id WHERE l.invoice_id = i.id) AS a
"""
_BALANCES = """
WITH booked AS (
  SELECT a.key, a.currency, coalesce(sum(e.amount_minor), 0) AS minor
  FROM ledger_accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id
  WHERE a.key LIKE 'asset:receivable:client:%' OR a.key LIKE 'asset:unbilled:client:%'
     OR a.key = :pending
  GROUP BY a.key, a.currency),
expected AS (
  SELECT 'asset:receivable:client:' || company_id AS key, currency, sum(gross_minor) AS minor
  FROM invoices WHERE state = 'issued' GROUP BY company_id, currency
  UNION ALL
  SELECT 'asset:unbilled:client:' || b.company_id, b.currency, sum(b.bill_minor)
  FROM bill_lines b
  WHERE NOT EXISTS (SELECT FROM invoice_lines l WHERE l.bill_line_id = b.id)
  GROUP BY b.company_id, b.currency
  UNION ALL
  SELECT :pending, currency, sum(amount_minor - stripe_fee_minor)
  FROM collections WHERE state = 'paid' AND kind = 'checkout' AND cleared_at IS NULL
  GROUP BY currency)
SELECT format('%s: books %s, rows %s %s', key, coalesce(booked.minor, 0),
              coalesce(expected.minor, 0), currency) AS thing,
       coalesce(booked.minor, 0) = coalesce(expected.minor, 0) AS holds,
       key LIKE 'asset:receivable:%' AS is_receivable,
       key LIKE 'asset:unbilled:%' AS is_unbilled
FROM booked FULL JOIN expected USING (key, currency)
"""


async def prove(session: AsyncSession) -> list[Identity]:
    """Every identity of invoicing, with the rows that break it."""
    balances = (await session.execute(text(_BALANCES), {"pending": chart.STRIPE_PENDING})).all()
    return [
        await _identity(session, "invoice numbers run 1..n in every series", _NUMBERS),
        await _identity(session, "an invoice is the sum of its lines and tax groups", _LINES),
        await _tax_groups(session),
        await _identity(
            session, "an approved line stands on at most one invoice, as approved", _ONE_LINE
        ),
        await _identity(
            session, "a collected invoice has one payment and funds its time", _COLLECTED
        ),
        _of("receivable = open invoices", [row for row in balances if row.is_receivable]),
        _of("unbilled = approved and not invoiced", [row for row in balances if row.is_unbilled]),
        _of(
            "pending at Stripe = paid and not yet available",
            [row for row in balances if not row.is_receivable and not row.is_unbilled],
        ),
    ]


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
