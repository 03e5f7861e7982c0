"""From an application to an accepted offer.

Owns: applications, offers; bill terms and pay terms of offers apart.
Guarantees: INV-6 every decline carries a reason and a sentence; an offer keeps within rate caps.
Never: opens an engagement (engagements does).
"""
