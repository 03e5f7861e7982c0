"""The workshop to the outside, in our own words.

Owns: protocols for payments, files, documents, mail and push, and their adapters.
Guarantees: an outside call ends as settled, declined with a code, or unknown; never as a guess.
Never: knows a room.
"""
