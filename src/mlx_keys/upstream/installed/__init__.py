"""What the installed mlx says of itself: signatures, docstrings, and the snapshot of both."""

from .introspect import attributes, entry, names, version

__all__ = ["attributes", "entry", "names", "version"]
