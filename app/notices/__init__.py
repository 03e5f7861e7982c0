"""Telling people: e-mail deliveries with intent and outcome.

Owns: mail deliveries.
Guarantees: a secret in a message exists only in the message and as a hash.
Never: decides what is to be told; rooms above say so by leaving an errand.
"""
