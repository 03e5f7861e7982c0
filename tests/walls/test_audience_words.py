"""No name at the trainer's door speaks of the client's money, none at the client's of hers."""

import re

import pytest

from tests.walls import documents

FORBIDDEN = {
    "trainer": """
        bill bills billed billing billable margin markup budget budgets fee fees bps invoice
        invoices invoiced invoicing gross revenue receivable unbilled client clients cost price
    """,
    "client": """
        pay pays paid payable payout payouts earn earns earned earning earnings margin markup fee
        fees wage wages salary income expense payee
    """,
}
# Whole identifiers that were looked at, with what they mean there.
EXCEPTIONS: dict[str, dict[str, str]] = {
    "trainer": {},
    "client": {
        "pay_invoice": "the company pays us",
        "pay": "the last part of that path",
        "invoices:pay": "the scope for it",
        "pay_week": "a week of hours, no money",
        "PayWeekSaid": "the same",
        "PayWeekView": "the same",
        "expense": "what a trainer laid out: both sides see the same sum",
        "decide_expense": "the same",
        "DecideExpense": "the same",
    },
}
# Sentences may speak of paying in general; these two words give the other side away anywhere.
UNSAID = {
    "trainer": r"bill(ed|ing)?[ _-]rate|margin|mark-?up|\bfee\b|client'?s? (rate|budget|invoice)",
    "client": r"pay[ _-]rate|margin|mark-?up|\bfee\b|\bearn(s|ed|ings)?\b",
}


def _words(identifier: str) -> set[str]:
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)
    return {word.lower() for word in found}


def _forbidden(door: str, identifier: str) -> set[str]:
    if identifier in EXCEPTIONS[door]:
        return set()
    return _words(identifier) & set(FORBIDDEN[door].split())


@pytest.mark.parametrize("door", ["trainer", "client"])
def test_no_name_speaks_of_the_other_side(door: str) -> None:
    wrong = {
        f"{where}: {name}" for where, name in documents.identifiers(door) if _forbidden(door, name)
    }
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.parametrize("door", ["trainer", "client"])
def test_no_sentence_speaks_of_the_other_side(door: str) -> None:
    wrong = []
    for trail, node in documents.nodes(documents.document(door)):
        for key in ("description", "summary", "title"):
            text = node.get(key)
            if isinstance(text, str) and re.search(UNSAID[door], text, re.IGNORECASE):
                wrong.append(f"{'/'.join(trail[-4:])}: {text}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("door", "name"),
    [
        ("trainer", "bill_rate"),
        ("trainer", "OfferBillTerms"),
        ("trainer", "budget_left"),
        ("trainer", "feeBps"),
        ("trainer", "list_client_invoices"),
        ("client", "pay_rate"),
        ("client", "asking_pay_rate"),
        ("client", "EarnedView"),
        ("client", "fee_bps"),
        ("client", "payout_id"),
    ],
)
def test_the_word_test_bites(door: str, name: str) -> None:
    assert _forbidden(door, name)


@pytest.mark.parametrize("door", ["trainer", "client"])
def test_every_exception_is_needed(door: str) -> None:
    names = {name for _, name in documents.identifiers(door)}
    assert set(EXCEPTIONS[door]) - names == set()


@pytest.mark.parametrize("door", ["trainer", "client"])
def test_names_are_found_at_all(door: str) -> None:
    names = {name for _, name in documents.identifiers(door)}
    assert len(names) > 100
    assert {"sign_in", "access_token", "cursor", "Problem", "sessions"} <= names
