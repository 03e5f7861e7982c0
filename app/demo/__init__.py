"""The whole story, played over HTTP by real clients, on an empty machine.

Owns: three invented briefs, the clients that play company, trainer and staff, and the telling.
Guarantees: uses nothing but the public doors, the development clock and the simulator's stand-ins.
Never: touches the database.
"""
