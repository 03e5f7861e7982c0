"""Stripe's errors in our three outcomes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import stripe

from app.gateways.payments import Outcome, OutcomeKind, PaymentsUnavailable


@asynccontextmanager
async def asking() -> AsyncIterator[None]:
    """Questions change nothing, so any error means only: ask again."""
    try:
        yield
    except stripe.StripeError as error:
        raise PaymentsUnavailable(error.code or type(error).__name__) from error


def outcome_of(error: stripe.StripeError) -> Outcome:
    """Declined only when Stripe definitely refused to do it; anything less sure is unknown.

    A 409 (key in use), 429, a connection error, a 5xx and a wrong API key say nothing about
    whether an earlier try with this key went through.
    """
    code = error.code or type(error).__name__
    if isinstance(error, stripe.IdempotencyError):
        return Outcome(OutcomeKind.UNKNOWN, code="idempotency_error")
    if isinstance(error, (stripe.InvalidRequestError, stripe.CardError)):
        status = error.http_status or 0
        if 400 <= status < 500 and status not in (401, 403, 409, 429):
            return Outcome(OutcomeKind.DECLINED, code=code)
    return Outcome(OutcomeKind.UNKNOWN, code=code)
