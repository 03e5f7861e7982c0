"""Reconciling: the provider's statement beside our books, every line of both, with no tolerance.

Owns: the provider's statement as fetched, reconciliation runs, differences with their first and
last day, and postings that nobody but the provider begins (top-ups, own payouts, its fees).
Guarantees: a statement's line is kept once and never changed; every line and every posting at the
provider is matched exactly or stands in exactly one open difference; a fetch goes on where a
killed one stopped.
Never: changes a posting of another room, or takes a difference for settled that nobody settled.
"""
