"""A trainer at work in a position.

Owns: engagements with their pauses, dated limits, changes of terms, dated bill terms and pay terms
in two tables.
Guarantees: INV-7 an accepted offer opens exactly one engagement and takes exactly one seat; limits
that were in force never change; less pay holds only with the trainer's consent, and never for time
that is logged.
Never: has a rate on the engagement itself.
"""
