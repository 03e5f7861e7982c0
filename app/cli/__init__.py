"""The command line: what outsiders rely on (`lehrwerk COMMAND`).

Owns: arguments, progress, exit codes; starting and stopping what a command needs.
Guarantees: `serve` with no settings is a whole installation on one machine and ends cleanly.
Never: a rule of the business.
"""
