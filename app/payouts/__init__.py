"""Money out.

Owns: payout accounts, runs, payouts with their lines and attempts, holds, screenings. Why a cent
waits is derived.
Guarantees: INV-19 one transfer per payout; INV-20 a new attempt, or the same once more, only after
a definite refusal or a look-up that came when the last call had to be over; INV-21 every unpaid
cent has a cause; INV-31 what is held or canceled is not sent; INV-32 above a sum two people looked.
Never: reads a bill rate.
"""
