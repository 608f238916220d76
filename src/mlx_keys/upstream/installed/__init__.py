"""The installed mlx as a source: its signatures and docstrings, and a snapshot of signatures."""

from .introspect import attributes, entry, names, version

__all__ = ["attributes", "entry", "names", "version"]
