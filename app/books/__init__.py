"""The proof, and the margin explained.

Owns: nothing; collects every room's identities and checks them; shows finance both sides.
Guarantees: each identity names the rows that break it.
Never: writes.
"""
