"""Whether a generator gives the known answers."""
