"""The doors: HTTP lives here and nowhere else.

Owns: what each audience can see (views) and say (inputs), statuses, idempotency, paging.
Guarantees: one request, one transaction, committed before the answer leaves; every route needs an
actor unless its door lists it as public.
Never: a rule of the business, a row of a table.
"""
