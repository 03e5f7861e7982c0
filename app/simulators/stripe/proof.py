"""The proof that no money appears or disappears, taken from the objects and not from the sums.

Every balance transaction must be owed to an object that the API shows, with the amount that this
object names; what came in must be what is in the balances, at the banks and in fees.
"""

from app.simulators.stripe import money
from app.simulators.stripe.moments import Json, Moment
from app.simulators.stripe.store import PLATFORM, Store

# Per currency: what objects say came in, what they say went out, and the net of all rows.
FLOWS = """
SELECT json_extract(body, '$.currency') AS currency,
       SUM(CASE WHEN kind = 'charge' AND json_extract(body, '$.status') = 'succeeded'
                  OR kind = 'topup' THEN json_extract(body, '$.amount') ELSE 0 END) AS came_in,
       SUM(CASE WHEN kind IN ('payout', 'refund')
                 AND json_extract(body, '$.status') NOT IN ('failed', 'canceled')
                 OR kind = 'dispute' AND json_extract(body, '$.status') <> 'won'
                 AND json_array_length(body, '$.balance_transactions') > 0
                THEN json_extract(body, '$.amount') ELSE 0 END) AS went_out
FROM objects
WHERE (kind IN ('charge', 'topup', 'refund', 'dispute') AND account = ?) OR kind = 'payout'
GROUP BY 1
"""
ORPHANS = """
SELECT t.id FROM balance_transactions t LEFT JOIN objects o ON o.id = t.source
WHERE o.id IS NULL OR json_extract(o.body, '$.currency') <> t.currency
   OR json_extract(o.body, '$.amount') <> ABS(t.amount)
"""
ONE_SIDED = """
SELECT o.id FROM objects o
LEFT JOIN balance_transactions minus ON minus.source = o.id AND minus.account = ?
LEFT JOIN balance_transactions plus
       ON plus.source = json_extract(o.body, '$.destination_payment')
      AND plus.account = json_extract(o.body, '$.destination')
WHERE o.kind = 'transfer'
  AND (minus.id IS NULL OR plus.id IS NULL OR minus.net + plus.net <> 0)
"""


def take(moment: Moment) -> Json:
    """`holds` and every breach; balances per account and currency beside their sums."""
    store = moment.store
    accounts, breaches = _balances(store, moment.now)
    currencies, lost = _flows(store)
    breaches += lost
    for row in store.rows(ORPHANS):
        breaches.append(f"balance transaction {row['id']} matches no object")
    for row in store.rows(ONE_SIDED, (PLATFORM,)):
        breaches.append(f"transfer {row['id']} is not minus here and plus there")
    return {
        "object": "sim.proof",
        "holds": not breaches,
        "breaches": breaches,
        "accounts": accounts,
        "currencies": currencies,
    }


def _balances(store: Store, now: int) -> tuple[list[Json], list[str]]:
    accounts, breaches = list[Json](), list[str]()
    for total in money.totals(store):
        shown = money.balance(store, total["account"], now)
        parts = {
            name: sum(
                part["amount"] for part in shown[name] if part["currency"] == total["currency"]
            )
            for name in ("available", "pending")
        }
        accounts.append({**total, **parts})
        if sum(parts.values()) != total["net"]:
            breaches.append(f"balance of {total['account']} is not the sum of its transactions")
        # A bank takes a disputed payment whether it is still there or not.
        if parts["available"] < 0 and not (total["account"] == PLATFORM and _disputed(store)):
            breaches.append(f"balance of {total['account']} is negative")
    return accounts, breaches


def _disputed(store: Store) -> bool:
    return store.row("SELECT 1 FROM objects WHERE kind = 'dispute' LIMIT 1") is not None


def _flows(store: Store) -> tuple[list[Json], list[str]]:
    held = {
        row["currency"]: (row["net"], row["fees"])
        for row in store.rows(
            "SELECT currency, SUM(net) AS net, SUM(fee) AS fees FROM balance_transactions"
            " GROUP BY currency"
        )
    }
    currencies, breaches = list[Json](), list[str]()
    for row in store.rows(FLOWS, (PLATFORM,)):
        net, fees = held.get(row["currency"], (0, 0))
        line = {**dict(row), "fees": fees, "held": net}
        currencies.append(line)
        if row["came_in"] - row["went_out"] - fees != net:
            breaches.append(f"{row['currency']}: in minus out minus fees is not what is held")
    return currencies, breaches
