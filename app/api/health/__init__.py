"""Health for machines and metrics."""
