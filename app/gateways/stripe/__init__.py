"""Stripe, behind `gateways.payments`: the only place that imports stripe.

Owns: which call serves which verb, and how Stripe's answers become our three outcomes.
Guarantees: the attempt's id is the idempotency key; a time-out or 5xx is unknown, never a no.
Never: knows whether it talks to Stripe or to the simulator; only key and base address differ.
"""
