"""The guard: it raises where a key is used twice."""
