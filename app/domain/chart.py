"""The chart of accounts: keys of the ledger's accounts, as pure functions.

A key starts with its kind. Debits are positive. `AUTHORISING` accounts may never be overdrawn, so
the ledger keeps a balance row for them; all others are only ever appended to.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

STRIPE_PENDING = "asset:stripe:pending"
STRIPE_AVAILABLE = "asset:stripe:available"
BANK = "asset:bank"
OWN_TRANSIT = "asset:transit:platform_payout"
SUSPENSE = "liability:suspense"
INCOME_SERVICES = "income:services"
EXPENSE_TRAINERS = "expense:trainers"
EXPENSE_PROCESSING = "expense:stripe:processing"
EXPENSE_CONNECT = "expense:stripe:connect"
EXPENSE_DISPUTE = "expense:stripe:dispute"
EXPENSE_GOODWILL = "expense:goodwill"
EXPENSE_BAD_DEBT = "expense:bad_debt:client"

_AUTHORISING = re.compile(
    r"liability:(trainer:[0-9a-f-]{36}:(payable|paying)|client:[0-9a-f-]{36}:(prepaid|held))"
)


class Clearing(StrEnum):
    """What money only passes through: each of these accounts must come back to zero."""

    PENDING = "pending"
    CUSTOMER_CASH = "customer_cash"
    OWN_TRANSIT = "own_transit"
    BANK_TRANSIT = "bank_transit"
    CONNECTED = "connected"
    PAYING = "paying"
    REFUNDING = "refunding"
    SUSPENSE = "suspense"


_CLEARING: Mapping[Clearing, str] = MappingProxyType(
    {
        Clearing.PENDING: "asset:stripe:pending",
        Clearing.CUSTOMER_CASH: "asset:stripe:customer_cash",
        Clearing.OWN_TRANSIT: "asset:transit:platform_payout",
        Clearing.BANK_TRANSIT: "asset:transit:bank_payout:.*",
        Clearing.CONNECTED: "asset:stripe:connected:.*",
        Clearing.PAYING: "liability:trainer:[^:]*:paying",
        Clearing.REFUNDING: "liability:client:[^:]*:refunding",
        Clearing.SUSPENSE: "liability:suspense",
    }
)
# All of them as one expression, which PostgreSQL reads as well: whoever watches them asks this one.
CLEARING = f"^({'|'.join(_CLEARING.values())})$"
_KINDS = ("asset", "liability", "income", "expense", "equity")


def unbilled(company_id: UUID) -> str:
    """Approved and not yet invoiced."""
    return f"asset:unbilled:client:{company_id}"


def receivable(company_id: UUID) -> str:
    """Invoiced and not yet paid."""
    return f"asset:receivable:client:{company_id}"


def prepaid(company_id: UUID) -> str:
    """A company's wallet: what it paid ahead or too much, and is not set aside."""
    return f"liability:client:{company_id}:prepaid"


def held(company_id: UUID) -> str:
    """Of a company's wallet, set aside for work that is logged and not invoiced yet."""
    return f"liability:client:{company_id}:held"


def refunding(company_id: UUID) -> str:
    """Decided to go back to a company and not yet out of the provider's hands."""
    return f"liability:client:{company_id}:refunding"


def dispute(provider_dispute_id: str) -> str:
    """Taken away by a bank while it decides a dispute; zero once it has decided."""
    return f"asset:dispute:{provider_dispute_id}"


def connected(account: str) -> str:
    """At the provider, in the payee's balance: out of our hands, not yet on its way to her bank."""
    return f"asset:stripe:connected:{account}"


def bank_transit(account: str) -> str:
    """On its way from a payee's balance to her bank; zero once the bank has it or sent it back."""
    return f"asset:transit:bank_payout:{account}"


def vat(country: str) -> str:
    """VAT that the platform owes in a country."""
    return f"liability:tax:vat:{country}"


def trainer_payable(trainer_id: UUID) -> str:
    """Approved and owed to a trainer."""
    return f"liability:trainer:{trainer_id}:payable"


def trainer_paying(trainer_id: UUID) -> str:
    """Promised in a payout that is under way."""
    return f"liability:trainer:{trainer_id}:paying"


def trainer_receivable(trainer_id: UUID) -> str:
    """Paid to a trainer and taken back since: set off against what she earns later."""
    return f"asset:receivable:trainer:{trainer_id}"


def kind_of(key: str) -> str:
    """asset, liability, income, expense or equity. Raises ValueError for any other beginning."""
    kind = key.split(":", 1)[0]
    if kind not in _KINDS:
        raise ValueError(f"no account kind in {key!r}")
    return kind


def clearing_of(key: str) -> Clearing | None:
    """Which of the accounts that money only passes through it is; None: it is none of them."""
    return next((each for each, form in _CLEARING.items() if re.fullmatch(form, key)), None)


def authorises(key: str) -> bool:
    """Whether spending from this account needs a balance that covers it."""
    return _AUTHORISING.fullmatch(key) is not None
