"""People who do the work.

Owns: profiles, skills, languages, availability, asking rates, credentials with their evidence and
verification, promised minutes.
Guarantees: INV-4 a credential counts only while verified and unexpired, and every decision about
one has a receipt that says why; a source that did not answer is never a no; evidence is one whole
document of a known type, stored once, and every opening of it is on record.
Never: knows a project or a company.
"""
