"""Finance files: streamed, immutable once written.

Owns: exports.
Guarantees: the same rows give the same bytes; no cell can become a formula.
Never: is read by a client or a trainer.
"""
