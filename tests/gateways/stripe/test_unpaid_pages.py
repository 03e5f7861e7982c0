"""What an unpaid payment page means; direct debits, which the simulator does not play."""

import pytest

from app.gateways.stripe.payments import unpaid_state


@pytest.mark.parametrize(
    ("session_status", "intent_status", "state"),
    [
        ("open", None, "open"),
        ("open", "requires_payment_method", "open"),
        ("expired", None, "expired"),
        ("complete", "processing", "open"),
        ("complete", "requires_payment_method", "expired"),
        ("complete", "canceled", "expired"),
        ("complete", None, "open"),
        (None, None, "open"),
    ],
)
def test_an_unpaid_page(session_status: str | None, intent_status: str | None, state: str) -> None:
    assert unpaid_state(session_status, intent_status) == state
