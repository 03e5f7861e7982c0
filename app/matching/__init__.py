"""Who fits, and why.

Owns: eligibility and score with their reasons.
Guarantees: eligibility is hard and explained per requirement; a score is a sum of published parts.
Never: uses a protected attribute, or shows one side's asking price to the other.
"""
