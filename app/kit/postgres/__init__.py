"""An embedded PostgreSQL for one machine, from the wheel's binaries.

Owns: the server's life: initdb, start, attach, stop.
Guarantees: the data directory is locked; a stranger's process is never signalled; durable commits.
Never: used where DATABASE_URL names a server.
"""
