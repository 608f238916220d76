"""What a picture or a text needs to know of a key, as values that no longer change.

The renderers (:mod:`.text`, :mod:`.layout`, :mod:`.svg`, :mod:`.html`) know a :class:`Node` alone;
:meth:`.tree.KeyTree.snapshot` makes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """A key and the tree below it.

    Attributes:
        words: The two 32-bit words of the key.
        name: What the key is called in the program, or None.
        expression: The call that makes the key from the seed: ``split(key(7))[1]``.
        label: The same, beginning at the nearest key with a name: ``split(root)[1]``.
        short_label: The last call alone: ``split(…)[1]``.
        draws: What was drawn from the key, a label each.
        faults: What is wrong with how the key is used, in a few words each.
        uses: The splits, folds and draws of the key, in a few words each.
        children: The keys made from this one, in the order in which they were made.
    """

    words: tuple[int, int]
    name: str | None
    expression: str
    label: str
    short_label: str
    draws: tuple[str, ...]
    faults: tuple[str, ...]
    uses: tuple[str, ...]
    children: tuple[Node, ...]

    def walk(self) -> Iterator[Node]:
        """Every node of the tree, this one first, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()
