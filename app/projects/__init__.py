"""What a company asks for.

Owns: projects, positions, requirements, rate cards, seats; bill caps and pay caps apart.
Guarantees: INV-5 seats taken never exceed seats; publishing names all that is missing.
Never: shows a money budget to a trainer.
"""
