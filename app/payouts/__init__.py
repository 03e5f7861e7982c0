"""Money out.

Owns: payout accounts, runs, payouts with their lines and attempts. Why a cent waits is derived.
Guarantees: INV-19 one transfer per payout; INV-20 a new attempt only after a definite refusal or a
look-up; INV-21 every unpaid cent has a cause.
Never: reads a bill rate.
"""
