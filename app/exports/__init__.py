"""Finance files: written row by row as they are read, immutable once written.

Owns: exports, and the form of the files that finance takes elsewhere.
Guarantees: the same rows give the same bytes; memory does not grow with the rows; no cell can
become a formula, and numbers stay numbers.
Never: is read by a client or a trainer, or computes an amount that no other room has recorded.
"""
