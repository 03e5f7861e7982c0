"""What stands in for the outside on a laptop, over real HTTP.

Owns: stand-ins for services that Lehrwerk calls and that nobody can run locally.
Guarantees: each speaks the real protocol on a real port, says what it is, and refuses what it
does not know instead of inventing a success.
Never: shares code with the gateway whose counterpart it is; imports a room of Lehrwerk.
"""
