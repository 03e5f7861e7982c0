"""A trainer at work in a position.

Owns: engagements, dated limits, dated bill terms and pay terms in two tables.
Guarantees: INV-7 an accepted offer opens exactly one engagement and takes exactly one seat.
Never: has a rate on the engagement itself.
"""
