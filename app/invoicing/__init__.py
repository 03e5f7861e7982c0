"""Money in.

Owns: issuer profile, invoices with lines and tax groups, numbering, documents, collection.
Guarantees: INV-15 numbers run 1..n without gap in a series; INV-16 an approved line stands on at
most one live invoice; INV-17 an issued invoice is never edited; INV-18 at most one live checkout.
Never: reads a pay rate.
"""
