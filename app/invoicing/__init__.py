"""Money in.

Owns: issuer profile, invoices with lines and tax groups, numbering, documents, collection, saved
means of payment with their consent, refunds, disputes, write-offs, money in suspense, and what
companies hold as credit.
Guarantees: INV-15 numbers run 1..n without gap in a series; INV-16 an approved line stands on at
most one live invoice; INV-17 an issued invoice is never edited; INV-18 at most one live checkout;
INV-30 every cent that came in settles an invoice, is credit, or was taken back, once; what is
written off is owed all the same, and a payment recovers it.
Never: reads a pay rate, or lets a company's lost payment touch funded time.
"""
