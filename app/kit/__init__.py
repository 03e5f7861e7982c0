"""Tools without one business word: database, PostgreSQL launcher, clock, ids, queue, inbox, paging.

Owns: the tables of idempotency keys, inbox, limits, clock and queue.
Guarantees: READ COMMITTED and durable commits, asserted at start-up; jobs are enqueued on the
caller's own transaction.
Never: knows an Actor, a room or a door.
"""
