"""Keyed random numbers: Threefry-2x32 in plain integers, which needs no MLX."""
