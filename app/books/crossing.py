"""What must be true between rooms: the same money seen from two sides."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import proof
from app.kit.proof import Identity

# What each account holds: every statement below reads it, and the entries are gone through once.
_BOOKED = """
booked AS MATERIALIZED (
  SELECT a.key, a.currency, s.minor
  FROM (SELECT account_id, sum(amount_minor) AS minor FROM ledger_entries GROUP BY account_id) s
  JOIN ledger_accounts a ON a.id = s.account_id
)
"""

# Name → (what is counted as checked, the rows that break it). In each, both sides are stacked as
# rows and summed per owner and currency, so that a side that is missing altogether shows too.
_STATEMENTS = {
    "books: approved on the bill side = invoiced + unbilled": (
        "SELECT count(*) FROM bill_lines",
        """
        WITH sides AS (
          SELECT company_id::text AS who, currency,
                 bill_minor AS approved, 0 AS invoiced, 0 AS unbilled FROM bill_lines
          UNION ALL
          SELECT i.company_id::text, l.currency, 0, l.net_minor, 0
          FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
          UNION ALL
          SELECT split_part(key, ':', 4), currency, 0, 0, minor
          FROM booked WHERE key LIKE 'asset:unbilled:client:%'
        )
        SELECT format('company %s in %s: approved %s, invoiced %s, unbilled %s',
                      who, currency, sum(approved), sum(invoiced), sum(unbilled))
        FROM sides GROUP BY who, currency
        HAVING sum(approved) <> sum(invoiced) + sum(unbilled)
        ORDER BY who, currency
        """,
    ),
    "books: approved on the pay side = settled + in flight + payable - owed": (
        "SELECT count(*) FROM pay_lines",
        """
        WITH sides AS (
          SELECT trainer_id::text AS who, currency,
                 pay_minor AS approved, 0 AS settled, 0 AS paying, 0 AS payable FROM pay_lines
          UNION ALL
          SELECT trainer_id::text, currency, 0, pay_minor, 0, 0
          FROM payouts WHERE state = 'settled'
          UNION ALL
          SELECT split_part(key, ':', 3), currency, 0, 0, -minor, 0
          FROM booked WHERE key LIKE 'liability:trainer:%\\:paying'
          UNION ALL
          SELECT split_part(key, ':', 3), currency, 0, 0, 0, -minor
          FROM booked WHERE key LIKE 'liability:trainer:%\\:payable'
          UNION ALL
          SELECT split_part(key, ':', 4), currency, 0, 0, 0, -minor
          FROM booked WHERE key LIKE 'asset:receivable:trainer:%'
        )
        SELECT format('trainer %s in %s: approved %s, settled %s, in flight %s, payable %s',
                      who, currency, sum(approved), sum(settled), sum(paying), sum(payable))
        FROM sides GROUP BY who, currency
        HAVING sum(approved) <> sum(settled) + sum(paying) + sum(payable)
        ORDER BY who, currency
        """,
    ),
    "books: what was approved is what was earned and spent": (
        "SELECT count(*) FROM approvals",
        """
        WITH sides AS (
          SELECT 'income:services' AS key, currency, -bill_minor AS approved, 0 AS minor
          FROM bill_lines
          UNION ALL
          SELECT 'expense:trainers', currency, pay_minor, 0 FROM pay_lines
          UNION ALL
          SELECT key, currency, 0, minor FROM booked
          WHERE key IN ('income:services', 'expense:trainers')
        )
        SELECT format('%s in %s: approved lines say %s, books say %s',
                      key, currency, sum(approved), sum(minor))
        FROM sides GROUP BY key, currency HAVING sum(approved) <> sum(minor)
        ORDER BY key, currency
        """,
    ),
    "books: what trainers owe = taken back and not set off yet": (
        "SELECT count(*) FROM pay_lines",
        """
        WITH sides AS (
          SELECT trainer_id::text AS who, currency, -pay_minor AS owed, 0 AS minor
          FROM pay_lines WHERE owed AND NOT EXISTS (
            SELECT FROM posting_groups WHERE source = 'set_off' AND key = pay_lines.id::text)
          UNION ALL
          SELECT split_part(key, ':', 4), currency, 0, minor
          FROM booked WHERE key LIKE 'asset:receivable:trainer:%'
        )
        SELECT format('trainer %s in %s: lines say %s, books say %s',
                      who, currency, sum(owed), sum(minor))
        FROM sides GROUP BY who, currency HAVING sum(owed) <> sum(minor)
        ORDER BY who, currency
        """,
    ),
    "books: VAT owed = tax on invoices": (
        "SELECT count(*) FROM invoice_tax_groups",
        """
        WITH sides AS (
          SELECT currency, tax_minor AS invoiced, 0 AS owed FROM invoices
          UNION ALL
          SELECT currency, -tax_minor, 0 FROM write_off_moves
          UNION ALL
          SELECT currency, 0, -minor FROM booked WHERE key LIKE 'liability:tax:vat:%'
        )
        SELECT format('%s: invoices %s, owed %s', currency, sum(invoiced), sum(owed))
        FROM sides GROUP BY currency HAVING sum(invoiced) <> sum(owed)
        ORDER BY currency
        """,
    ),
    "books: money at Stripe = collected there - fees - transferred": (
        "SELECT count(*) FROM collections",
        """
        WITH sides AS (
          SELECT CASE WHEN cleared_at IS NULL THEN 'asset:stripe:pending'
                      ELSE 'asset:stripe:available' END AS key,
                 currency, amount_minor - stripe_fee_minor AS said, 0 AS minor
          FROM collections WHERE kind <> 'recorded' AND state = 'paid'
          UNION ALL
          SELECT CASE WHEN cleared_at IS NULL THEN 'asset:stripe:pending'
                      ELSE 'asset:stripe:available' END, currency, net_minor, 0
          FROM provider_moves
          UNION ALL
          SELECT 'asset:stripe:available', currency, -pay_minor, 0
          FROM payouts WHERE transfer_id IS NOT NULL
          UNION ALL
          SELECT CASE WHEN EXISTS (SELECT FROM posting_groups
                                   WHERE source = 'stripe' AND key = 'available:' || s.provider_id)
                      THEN 'asset:stripe:available' ELSE 'asset:stripe:pending' END,
                 s.currency, s.net_minor, 0
          FROM statement_entries s
          JOIN posting_groups g ON g.source = 'stripe' AND g.key = s.reference
          WHERE s.account = 'platform' AND s.kind IN ('topup', 'topup_reversal', 'stripe_fee',
                'payout', 'payout_cancel', 'payout_failure')
          UNION ALL
          SELECT key, currency, 0, minor FROM booked
          WHERE key IN ('asset:stripe:pending', 'asset:stripe:available')
        )
        SELECT format('%s in %s: collections and transfers say %s, books say %s',
                      key, currency, sum(said), sum(minor))
        FROM sides GROUP BY key, currency HAVING sum(said) <> sum(minor)
        ORDER BY key, currency
        """,
    ),
    "books: connected balances = transferred - arrived": (
        "SELECT count(*) FROM payouts",
        """
        WITH sides AS (
          SELECT 'asset:stripe:connected:' || provider_account_id AS key, currency,
                 pay_minor AS there, 0 AS minor
          FROM payouts WHERE transfer_id IS NOT NULL AND state <> 'settled'
          UNION ALL
          SELECT replace(key, 'asset:transit:bank_payout:', 'asset:stripe:connected:'),
                 currency, 0, minor
          FROM booked WHERE key LIKE 'asset:stripe:connected:%'
             OR key LIKE 'asset:transit:bank\\_payout:%'
        )
        SELECT format('%s in %s: payouts say %s, books say %s',
                      key, currency, sum(there), sum(minor))
        FROM sides GROUP BY key, currency HAVING sum(there) <> sum(minor)
        ORDER BY key, currency
        """,
    ),
    "books: only funded pay lines of the payee are paid out, at their amount": (
        "SELECT count(*) FROM payout_lines WHERE live",
        """
        SELECT format('payout %s, line %s: funded %s, %s of %s %s', o.payout_id, o.pay_line_id,
                      a.funded_at IS NOT NULL,
                      o.pay_minor || ' ' || o.currency, l.pay_minor || ' ' || l.currency,
                      CASE WHEN l.trainer_id = p.trainer_id THEN '' ELSE 'of another trainer' END)
        FROM payout_lines o
        JOIN payouts p ON p.id = o.payout_id
        JOIN pay_lines l ON l.id = o.pay_line_id
        JOIN approvals a ON a.id = l.approval_id
        WHERE o.live AND (a.funded_at IS NULL OR o.pay_minor <> l.pay_minor
              OR o.currency <> l.currency OR l.trainer_id <> p.trainer_id)
        ORDER BY o.payout_id, o.pay_line_id
        """,
    ),
}


async def prove(session: AsyncSession) -> list[Identity]:
    """The identities between rooms, read in one statement with the rows that break them."""
    return await proof.check_together(session, _STATEMENTS, shared=_BOOKED)
