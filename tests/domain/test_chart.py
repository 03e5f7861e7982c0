"""The chart of accounts: which keys there are, and which of them authorise spending."""

from uuid import UUID

import pytest

from app.domain import chart

ID = UUID("0192f0c1-7a11-7a52-8d0e-5b0e8f1c2a01")
# Key → its kind, and whether spending from it needs a balance.
ACCOUNTS = {
    chart.STRIPE_PENDING: ("asset", False),
    chart.STRIPE_AVAILABLE: ("asset", False),
    chart.BANK: ("asset", False),
    chart.INCOME_SERVICES: ("income", False),
    chart.EXPENSE_TRAINERS: ("expense", False),
    chart.EXPENSE_PROCESSING: ("expense", False),
    chart.unbilled(ID): ("asset", False),
    chart.receivable(ID): ("asset", False),
    chart.connected("acct_1A"): ("asset", False),
    chart.bank_transit("acct_1A"): ("asset", False),
    chart.OWN_TRANSIT: ("asset", False),
    chart.EXPENSE_CONNECT: ("expense", False),
    chart.EXPENSE_DISPUTE: ("expense", False),
    chart.EXPENSE_GOODWILL: ("expense", False),
    chart.EXPENSE_BAD_DEBT: ("expense", False),
    chart.prepaid(ID): ("liability", True),
    chart.held(ID): ("liability", True),
    chart.refunding(ID): ("liability", False),
    chart.dispute("dp_1A"): ("asset", False),
    chart.vat("DE"): ("liability", False),
    chart.trainer_payable(ID): ("liability", True),
    chart.trainer_paying(ID): ("liability", True),
}


@pytest.mark.parametrize(("key", "kind", "authorises"), [(k, *v) for k, v in ACCOUNTS.items()])
def test_an_account_knows_its_kind(key: str, kind: str, authorises: bool) -> None:
    assert chart.kind_of(key) == kind
    assert chart.authorises(key) is authorises


def test_no_two_accounts_share_a_key() -> None:
    assert len(ACCOUNTS) == 22
    assert chart.trainer_payable(ID) != chart.trainer_payable(UUID(int=1))


@pytest.mark.parametrize("key", ["", "cash", "assets:bank", "Asset:bank", ":asset"])
def test_a_key_without_a_kind_is_a_defect(key: str) -> None:
    with pytest.raises(ValueError, match="no account kind"):
        chart.kind_of(key)


@pytest.mark.parametrize(
    "key",
    [
        f"liability:trainer:{ID}:payable:more",
        f"x:liability:trainer:{ID}:payable",
        "liability:trainer::payable",
        f"liability:trainer:{ID}:held",
        f"liability:client:{ID}:payable",
    ],
)
def test_what_only_looks_alike_does_not_authorise(key: str) -> None:
    assert not chart.authorises(key)
