"""Everything that this audience can ever see, a file per capability."""
