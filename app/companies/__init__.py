"""Client organisations.

Owns: companies, members, billing profiles, credit terms, fee terms.
Guarantees: one owner per company from its first minute; terms are dated and never rewritten.
Never: lets a client read fee terms.
"""
