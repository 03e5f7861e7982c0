"""Client organisations.

Owns: companies, members and invitations, billing profiles, credit terms, fee terms.
Guarantees: exactly one owner per company from its first minute on; an invitation's newest token
lets one person in, once; terms are dated, begin now or later, and are never rewritten; a company
asks for terms and only finance grants them.
Never: lets anybody but finance read a fee; tells an outsider whether an address has an account.
"""
