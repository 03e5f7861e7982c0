"""The proof.

Owns: nothing; collects every room's identities and checks them.
Guarantees: each identity names the rows that break it.
Never: writes.
"""
