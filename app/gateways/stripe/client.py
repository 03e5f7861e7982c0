"""The SDK's client, made once per process."""

import stripe
from stripe import HTTPXClient, RequestOptions, StripeClient

from app.settings import Settings

# The SDK would otherwise write a file into the home directory at the first call.
stripe.enable_telemetry = False

# For calls that pay out or pay back: what became of one whose answer is lost is decided by
# looking, and whoever looks must know how long a call lasts at most.
ONCE: RequestOptions = {"max_network_retries": 0}


def make_client(settings: Settings) -> StripeClient:
    """A client for Stripe, or for the simulator when `stripe_api_base` is set.

    Retries carry the same idempotency key; without the explicit number the SDK makes none.
    """
    http = HTTPXClient(timeout=settings.stripe_timeout_s)
    key = settings.stripe_key.get_secret_value()
    base = settings.stripe_api_base
    if base is None:
        return StripeClient(key, http_client=http, max_network_retries=2)
    return StripeClient(
        key,
        http_client=http,
        max_network_retries=2,
        base_addresses={"api": base, "files": base, "connect": base, "meter_events": base},
    )
