"""The books: double entry, append-only.

Owns: ledger accounts, posting groups, entries, balances of authorising accounts, snapshots of hot
ones, the hash chain, the months that are closed.
Guarantees: INV-12 every group sums to zero per currency; INV-13 nothing is updated or deleted;
INV-14 an authorising account never goes below zero; a closed month takes no posting.
Never: knows a business noun above it; callers bring account keys and a unique (source, key).
"""
