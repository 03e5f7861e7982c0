"""Balance transactions, and balances that are nothing but their sums."""

import re
from typing import Any

from app.simulators.stripe.moments import Json, Moment
from app.simulators.stripe.refusals import Invalid, Refused
from app.simulators.stripe.store import PLATFORM, Row, Store, new_id

SUPPORTED = (
    "usd aed afn all amd aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd "
    "cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf "
    "gtq gyd hkd hnl htg huf idr ils inr isk jmd jpy kes kgs khr kmf krw kyd kzt lak lbp lkr lrd "
    "lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk "
    "php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs top "
    "try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw"
)
CURRENCIES = frozenset(SUPPORTED.split())
LARGEST_AMOUNT = 99_999_999


def currency(text: str) -> str:
    """Lower case; refused when Stripe does not deal in it."""
    lowered = text.lower()
    if not re.fullmatch(r"[a-z]{3}", lowered) or lowered not in CURRENCIES:
        raise Invalid(f"Invalid currency: {text[:20]}.", param="currency")
    return lowered


def positive(amount: int, *, param: str = "amount") -> int:
    if amount < 1:
        raise Invalid(
            "This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param=param,
        )
    if amount > LARGEST_AMOUNT:
        raise Invalid(
            "Amount must be no more than $999,999.99", code="amount_too_large", param=param
        )
    return amount


def card_fee(amount: int) -> int:
    """2.9 % half up, plus 30 minor units."""
    return (amount * 29 + 500) // 1000 + 30


def move(
    moment: Moment,
    *,
    account: str,
    kind: str,
    source: str,
    in_currency: str,
    amount: int,
    fee: int = 0,
    available_on: int | None = None,
    announced: bool = True,
) -> str:
    """Write one balance transaction and return its id.

    `announced=False` lets the clock send `balance.available` once the money is available.
    """
    identifier = new_id("txn")
    moment.store.run(
        "INSERT INTO balance_transactions (id, account, currency, type, source, amount, fee, net,"
        " created, available_on, announced) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            identifier,
            account,
            in_currency,
            kind,
            source,
            amount,
            fee,
            amount - fee,
            moment.now,
            moment.now if available_on is None else available_on,
            int(announced),
        ),
    )
    return identifier


def sums(store: Store, account: str, now: int) -> dict[str, tuple[int, int]]:
    """Per currency `(available, pending)` in minor units."""
    found = store.rows(
        "SELECT currency, COALESCE(SUM(net) FILTER (WHERE available_on <= ?), 0) AS available,"
        " COALESCE(SUM(net) FILTER (WHERE available_on > ?), 0) AS pending"
        " FROM balance_transactions WHERE account = ? GROUP BY currency ORDER BY currency",
        (now, now, account),
    )
    return {row["currency"]: (row["available"], row["pending"]) for row in found}


def available(moment: Moment, account: str, in_currency: str) -> int:
    return sums(moment.store, account, moment.now).get(in_currency, (0, 0))[0]


def balance(store: Store, account: str, now: int) -> Json:
    """The balance object of one account."""
    found = sums(store, account, now) or {"usd": (0, 0)}

    def column(place: int) -> list[Json]:
        return [
            {"amount": pair[place], "currency": name, "source_types": {"card": pair[place]}}
            for name, pair in found.items()
        ]

    body: Json = {"object": "balance", "available": column(0), "livemode": False}
    if account == PLATFORM:
        body["connect_reserved"] = [{"amount": 0, "currency": name} for name in found]
    return {**body, "pending": column(1)}


REPORTING = {
    "charge": "charge",
    "payment": "charge",
    "transfer": "transfer",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "topup": "topup",
    "refund": "refund",
    "refund_failure": "refund_failure",
}


def rendered(row: Row, now: int) -> Json:
    """A balance transaction as the API shows it; its status follows from the clock."""
    fee_details: list[Json] = []
    if row["fee"]:
        fee_details.append(
            {
                "amount": row["fee"],
                "application": None,
                "currency": row["currency"],
                "description": "Stripe processing fees (simulated)",
                "type": "stripe_fee",
            }
        )
    return {
        "id": row["id"],
        "object": "balance_transaction",
        "amount": row["amount"],
        "available_on": row["available_on"],
        "balance_type": "payments",
        "created": row["created"],
        "currency": row["currency"],
        "description": row["description"],
        "exchange_rate": None,
        "fee": row["fee"],
        "fee_details": fee_details,
        "net": row["net"],
        "reporting_category": _reported(row),
        "source": row["source"],
        "status": "available" if row["available_on"] <= now else "pending",
        "type": row["type"],
    }


def _reported(row: Row) -> str:
    """What a bank takes in a dispute and what it gives back are both adjustments."""
    if row["type"] == "adjustment":
        return "dispute" if row["amount"] < 0 else "dispute_reversal"
    return REPORTING[row["type"]]


def find(store: Store, identifier: str, *, account: str, now: int) -> Json | None:
    row = store.row(
        "SELECT * FROM balance_transactions WHERE id = ? AND account = ?", (identifier, account)
    )
    return rendered(row, now) if row else None


def available_on(store: Store, identifier: str) -> int:
    row = store.row("SELECT available_on FROM balance_transactions WHERE id = ?", (identifier,))
    assert row is not None
    return int(row["available_on"])


def insufficient(noun: str) -> Refused:
    return Refused(
        "You have insufficient available funds in your Stripe account for this "
        f"{noun}. Funds that are pending cannot be used yet.",
        code="balance_insufficient",
    )


def totals(store: Store) -> list[dict[str, Any]]:
    """Σ net per account and currency, straight from the rows."""
    found = store.rows(
        "SELECT account, currency, SUM(net) AS net, COUNT(*) AS rows FROM balance_transactions"
        " GROUP BY account, currency ORDER BY account, currency"
    )
    return [dict(row) for row in found]
