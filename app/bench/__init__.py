"""Benchmarks: what this system does beside what the bare database can do, in one run.

Owns: invented ground to measure on, a load generator, the floor. Guarantees: every figure is a
ratio of two rounds that took turns. Never: a part of what is served, or a test.
"""
