"""The ledger for beancount: a second independent opinion on our books, stricter than the first.

It also refuses a wrong currency in an account. Amounts are whole minor units of a commodity such
as `USD.MINOR`, for below a cent beancount tolerates; its balance assertions say `~ 0`, for else
they tolerate too.
"""

import re
from collections import defaultdict
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import date, datetime, timedelta

from app.kit.csv_writing import Cell

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "income": "Income",
    "expense": "Expenses",
    "equity": "Equity",
}
_UNSAID = re.compile(r'["\\\s\x00-\x1f\x7f]+')


def account(key: Cell, currency: Cell) -> str:
    """`asset:stripe:connected:acct_1` in USD → `Assets:Stripe:Connected:Acct--1:USD`.

    One account has one currency with us; beancount would net two under one name.
    """
    root, *rest = str(key).split(":")
    parts = [part[:1].upper() + part[1:].replace("_", "--") for part in rest]
    return ":".join([_ROOTS[root], *parts, str(currency)])


async def stream(columns: Sequence[str], rows: AsyncIterable[Sequence[Cell]]) -> AsyncIterator[str]:
    """A transaction per posting, and after each day the balances of the accounts that it moved.

    Rows come posting by posting, by the day. The sums are of what stands in the file.
    """
    yield "; Lehrwerk's books in minor units: debit positive, credit negative\n"
    totals: dict[str, int] = {}
    currencies: dict[str, str] = {}
    moved: defaultdict[date, set[str]] = defaultdict(set)
    before: object = None
    async for row in rows:
        entry = dict(zip(columns, row, strict=True))
        name, commodity = account(entry["account"], entry["currency"]), f"{entry['currency']}.MINOR"
        at, minor = entry["effective_at"], entry["amount_minor"]
        assert isinstance(at, datetime)
        assert isinstance(minor, int)
        day = at.date()
        if entry["posting_id"] != before:
            for ended in [each for each in moved if each < day]:
                yield _balances(ended, moved.pop(ended), totals, currencies)
            said = f"{entry['source']} {entry['key']}: {entry['description']}"
            yield f'\n{day} * "{_UNSAID.sub(" ", said)}"\n  posting: "{entry["posting_id"]}"\n'
            before = entry["posting_id"]
        moved[day].add(name)
        totals[name] = totals.get(name, 0) + minor
        currencies.setdefault(name, commodity)
        yield f"  {name}  {minor} {commodity}\n"
    for ended in list(moved):
        yield _balances(ended, moved.pop(ended), totals, currencies)
    # Order does not matter to beancount, dates do; so all can be opened when all are known.
    yield "\n"
    for name, commodity in sorted(currencies.items()):
        yield f"1970-01-01 open {name} {commodity}\n"


def _balances(
    day: date, names: set[str], totals: dict[str, int], currencies: dict[str, str]
) -> str:
    """An assertion holds at the beginning of its day, hence the next one."""
    return "\n" + "".join(
        f"{day + timedelta(days=1)} balance {name}  {totals[name]} ~ 0 {currencies[name]}\n"
        for name in sorted(names)
    )
