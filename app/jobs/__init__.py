"""The clock: job handlers and schedules.

Owns: which errand calls which verb, and what is due by time.
Guarantees: handlers are idempotent; a killed worker's job is picked up again.
Never: is called by a room; holds a rule.
"""
