"""The letterbox: verify, store, answer 2xx, nothing else."""
