"""Telling people: letters, a list to read, e-mail and push, each with intent and outcome.

Owns: mail deliveries, notices and their deliveries, phones, how each user wants to be told.
Guarantees: a secret in a message exists only in the message and as a hash; INV-27 an event is told
to each recipient once, in the transaction of the deed, and holds no money, no name and no note.
Never: decides what is to be told; rooms above say so.
"""
