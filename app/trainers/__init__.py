"""People who do the work.

Owns: profiles, skills, languages, availability, credentials with their evidence and verification,
committed minutes.
Guarantees: INV-4 a credential counts only while verified and unexpired; a refusal says why.
Never: knows a project.
"""
