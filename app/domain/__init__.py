"""The rulebook.

Owns: every rule about money, rates, hours, weeks, caps, lifecycles, scoring and settlement.
Guarantees: standard library only, pure, deterministic; nothing here reads a clock or a database.
Never: knows a table, a door, a gateway or a setting.
"""
