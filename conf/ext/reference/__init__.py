"""Directives of reference pages: what mlx says of its own functions."""
