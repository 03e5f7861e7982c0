"""Everything that this audience can ever say, a file per capability."""
