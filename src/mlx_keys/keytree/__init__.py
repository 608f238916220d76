"""Key trees: which key came from which, with a mark on each key that is used twice.

>>> from mlx_keys.keytree import KeyTree
>>> root = KeyTree(7)
>>> model, data = root.split(names=["model", "data"])
>>> model.draw("normal((3,))").words
(966301609, 989289821)
>>> data
KeyTree: data = split(key(7))[1]

A :class:`KeyTree` is a picture in a notebook, and text for ``print``. Its words are those of
:mod:`mlx_keys.prng.threefry2x32`, its rules those of :mod:`mlx_keys.prng.key_uses`; nothing here
imports MLX or Sphinx.
"""

from .glyph import inline_glyph
from .parser import read_expression, read_program
from .tree import KeyTree

__all__ = ["KeyTree", "inline_glyph", "read_expression", "read_program"]
