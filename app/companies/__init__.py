"""Client organisations.

Owns: companies, members, billing profiles, credit terms, fee terms.
Guarantees: one owner per company from its first minute; terms are dated, begin now or later, and
are never rewritten; a company asks for terms and only finance grants them.
Never: lets anybody but finance read a fee.
"""
