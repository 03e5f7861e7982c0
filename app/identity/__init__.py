"""Who signs in, and how a token becomes an Actor.

Owns: users, sessions with their access and refresh tokens, API keys, one-time tokens, grants,
passes to pages that a browser shows.
Guarantees: INV-1 secrets are stored hashed or sealed; INV-2 a reused refresh token revokes its
family; INV-3 nobody learns from an answer whether an account exists.
Never: knows what a company or a trainer is beyond an id in a grant.
"""
