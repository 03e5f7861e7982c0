"""A local simulator of the part of Stripe that Lehrwerk uses. It is not Stripe.

Owns: its own state in SQLite (memory or one file), a virtual clock, signed webhooks, faults.
Guarantees:
1. One API call is one SQLite transaction, committed before the answer leaves.
2. Money is conserved: every balance is the sum of balance transactions, and `/_sim/proof` checks
   them against the charges, transfers and payouts that caused them.
3. Idempotency keys, errors, parameters and signatures follow Stripe's published rules; a parameter
   that the simulator does not act on is refused, never swallowed.
4. Every id contains `sim`, every object says `livemode: false`.
Never: accepts a live key; answers an endpoint it does not simulate with anything but Stripe's 404.
"""
