"""Key trees: which key came from which, drawn so that reuse shows.

>>> from mlx_keys.keytree import KeyTree
>>> root = KeyTree(7)
>>> model, data = root.split(names=["model", "data"])
>>> model.draw("normal((3,))").words
(966301609, 989289821)
>>> data
KeyTree: data = split(key(7))[1]

A :class:`KeyTree` shows itself as a picture in a notebook, and as text by ``print``. The words are
those of :mod:`mlx_keys.prng.threefry2x32`; nothing here imports MLX or Sphinx.
"""

from .html import inline_glyph
from .parser import read_expression, read_program
from .tree import KeyTree

__all__ = ["KeyTree", "inline_glyph", "read_expression", "read_program"]
