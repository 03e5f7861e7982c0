"""Alembic's home. `migrations.running` is how the project migrates; see README."""
