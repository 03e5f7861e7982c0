"""Hours: entries, timers, caps, pay weeks, approval, contests, adjustments.

Owns: time entries, cap counters and leases of shared ones, timesheets, contests, approvals,
adjustments, bill and pay lines.
Guarantees: INV-8 no two entries of one trainer overlap; INV-9 no counter passes its cap; INV-10
nothing logged is lost: what does not fit is kept as over_cap; INV-11 an approved minute is pinned;
INV-22 hours are taken away for a reason about time only, and never by anybody's silence;
INV-28 an adjustment is one line on each side that pays for it, once for its id.
Never: knows an invoice or a payout.
"""
