"""The rules of payouts as an installation has set them."""

from datetime import timedelta

from app.domain.holds import PayoutRules
from app.domain.settlement import SENT_WITHIN_S
from app.settings import Settings

FIRST_PAYOUT_WAIT = timedelta(days=7)
BANK_CHANGE_WAIT = timedelta(hours=48)
FOUR_EYES_ABOVE_MINOR = 5_000_000


def longest_call_s(settings: Settings) -> float:
    """How long a call that moves money can be on its way: late by `settlement.SENT_WITHIN_S`, then
    as long as it may connect and as long as it may wait for the answer. It is never repeated."""
    return SENT_WITHIN_S + 2 * settings.stripe_timeout_s


def rules_of(settings: Settings) -> PayoutRules:
    """What is set; where nothing is, development waits for nothing and screens nobody."""
    days, hours = settings.first_payout_wait_days, settings.bank_change_wait_hours
    screening = settings.sanctions_screening
    cautious = not settings.is_development
    return PayoutRules(
        minimum_minor=settings.smallest_payout_minor,
        first_payout_wait=timedelta(days=days)
        if days is not None
        else FIRST_PAYOUT_WAIT * cautious,
        bank_change_wait=timedelta(hours=hours)
        if hours is not None
        else BANK_CHANGE_WAIT * cautious,
        screening_wanted=cautious if screening is None else screening == "required",
        screening_fresh_for=timedelta(hours=settings.screening_fresh_hours),
        four_eyes_above_minor=FOUR_EYES_ABOVE_MINOR
        if cautious and settings.four_eyes_above_minor is None
        else settings.four_eyes_above_minor,
        calls_per_second=settings.stripe_calls_per_second,
        longest_call_s=longest_call_s(settings),
    )
