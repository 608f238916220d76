"""The model: a key, the keys made from it, what was drawn from it, and whether that was right.

A key has one use: one draw, or one split, or folds with different numbers. What goes beyond that
is a *fault*, and stands as such in every picture and text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import index
from typing import SupportsIndex

from mlx_keys.errors import KeysError
from mlx_keys.prng import threefry2x32

from .html import figure, picture_and_text, standalone
from .text import outline
from .text_limits import check_label, check_name, counted, enumerated, times

#: More than these cannot be read at a glance, on any screen.
MOST_KEYS = 64
MOST_LEVELS = 7
MOST_DRAWS = 8

#: What mlx's split makes when no number is given; an expression leaves it out.
SPLIT_DEFAULT = 2


class KeyTree:
    """A key and all that is made from it; each key in a tree is the tree below it.

    Args:
        seed: An integer in [0, 2**64), as for ``mx.random.key``.
        name: What the key is called where you use it, such as ``root``.

    Attributes:
        words: The two 32-bit words of the key.
        name: What the key is called, or None.
        children: The keys made from this one, in the order in which they were made.
        draws: What was drawn from this key.

    Raises:
        TypeError: The seed is no integer or out of range.
        KeysError: The tree outgrows what can be read (see ``MOST_KEYS`` and its neighbours), or a
            name or label cannot be printed on one line.

    Example:
        >>> root = KeyTree(7)
        >>> left, right = root.split()
        >>> right.words
        (1948237315, 1058547403)
        >>> print(root.draw("uniform()"))
        key(7)  0 7  split into 2; draw uniform()  FAULT: drawn from and split
        ├─ split(key(7))[0]  966301609 989289821
        └─ split(key(7))[1]  1948237315 1058547403
    """

    def __init__(self, seed: SupportsIndex, *, name: str | None = None) -> None:
        self._begin(threefry2x32.key(seed), None, f"key({index(seed)})", "", name)

    def _begin(
        self,
        words: tuple[int, int],
        parent: KeyTree | None,
        before: str,
        after: str,
        name: str | None,
    ) -> None:
        """Set up a key that is made by ``before``, its parent, ``after``."""
        self.words = words
        self.name = None if name is None else check_name(name)
        self.children: list[KeyTree] = []
        self.draws: list[str] = []
        self._parent = parent
        self._before, self._after = before, after
        self._splits: list[int] = []
        self._folds: list[int] = []

    @property
    def expression(self) -> str:
        """The call that makes the key from the seed: ``split(key(7))[1]``."""
        return f"{self._before}{self._parent.expression if self._parent else ''}{self._after}"

    @property
    def label(self) -> str:
        """The same, beginning at the nearest key with a name: ``split(root)[1]``."""
        parent = (self._parent.name or self._parent.label) if self._parent else ""
        return f"{self._before}{parent}{self._after}"

    @property
    def short_label(self) -> str:
        """The last call alone: ``split(…)[1]``."""
        return f"{self._before}{'…' if self._parent else ''}{self._after}"

    @classmethod
    def regular(
        cls,
        seed: SupportsIndex,
        *,
        split: Sequence[SupportsIndex] = (),
        fold_in: Sequence[SupportsIndex] = (),
        draw: Sequence[str] = (),
    ) -> KeyTree:
        """A tree that branches alike everywhere.

        Args:
            seed: The seed of the root.
            split: Into how many keys each key of a level is split, level by level.
            fold_in: Numbers folded into each key of the last of these levels.
            draw: What is drawn from each key at the end.

        Returns:
            The root.
        """
        root = cls(seed)
        level = [root]
        for num in split:
            level = [child for parent in level for child in parent.split(num)]
        if fold_in:
            level = [parent.fold_in(number) for parent in level for number in fold_in]
        for leaf in level:
            for label in draw:
                leaf.draw(label)
        return root

    def split(
        self, num: SupportsIndex = 2, *, names: Sequence[str] | None = None
    ) -> tuple[KeyTree, ...]:
        """Split the key, as ``mx.random.split`` does.

        Args:
            num: How many keys to make.
            names: What they are called, one name a key.

        Returns:
            The new keys.
        """
        count = index(num)
        if count < 1:
            raise KeysError(
                "a split makes no key", expected="a num of 1 or more", found=f"num={count}"
            )
        if names is not None and (isinstance(names, str) or len(names) != count):
            raise KeysError(
                "a split needs one name a key", expected=f"{count} names", found=repr(names)
            )
        self._make_room(count)
        given = "" if count == SPLIT_DEFAULT else f", {count}"
        new = [
            self._child(words, "split(", f"{given})[{i}]", names[i] if names else None)
            for i, words in enumerate(threefry2x32.split(self.words, count))
        ]
        # Not before all of them could be made, so that a refusal leaves the tree as it was.
        self.children += new
        self._splits.append(count)
        return tuple(new)

    def fold_in(self, data: SupportsIndex, *, name: str | None = None) -> KeyTree:
        """Make the key numbered ``data`` of this one, as ``mlx_keys.prng.fold_in`` does.

        Args:
            data: An integer in [0, 2**32).
            name: What the new key is called.

        Returns:
            The new key.
        """
        words = threefry2x32.fold_in(self.words, data)
        self._make_room(1)
        number = index(data)
        child = self._child(words, "fold_in(", f", {number})", name)
        self.children.append(child)
        self._folds.append(number)
        return child

    def draw(self, label: str) -> KeyTree:
        """Note that something was drawn from this key.

        Args:
            label: What was drawn, in a few words or as code: ``uniform((3,))``.

        Returns:
            This key, so that calls can be chained.
        """
        text = check_label(label)
        if len(self.draws) == MOST_DRAWS:
            raise KeysError(
                f"more than {MOST_DRAWS} draws from one key cannot be read in a picture",
                found=f"{self.expression} is drawn from again: {text}",
            )
        self.draws.append(text)
        return self

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with how this key is used, in a few words each; empty if nothing is."""
        found = []
        if len(self.draws) > 1:
            found.append(f"drawn from {times(len(self.draws))}")
        if len(self._splits) > 1:
            found.append(f"split {times(len(self._splits))}")
        found += [
            f"folded with {number} {times(count)}"
            for number, count in sorted(Counter(self._folds).items())
            if count > 1
        ]
        ways = [
            way
            for way, uses in (
                ("drawn from", self.draws),
                ("split", self._splits),
                ("folded", self._folds),
            )
            if uses
        ]
        if len(ways) > 1:
            found.append(enumerated(ways))
        return tuple(found)

    @property
    def uses(self) -> tuple[str, ...]:
        """What the key is used for: its splits, folds and draws, in a few words each."""
        folds = [f"folded with {enumerated([str(n) for n in self._folds])}"] if self._folds else []
        splits = [f"split into {num}" for num in self._splits]
        return (*splits, *folds, *(f"draw {label}" for label in self.draws))

    def walk(self) -> Iterator[KeyTree]:
        """Every key of the tree, this one first, each before the keys made from it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def svg(self, layout: str = "wide") -> str:
        """The picture as an SVG document of its own, right on light and on dark screens.

        Args:
            layout: ``wide`` has the root at the left, ``narrow`` at the top.
        """
        return standalone(self, layout)

    def html(self, caption: str | None = None) -> str:
        """The picture in both layouts, of which the page shows the one that fits, and as text.

        Args:
            caption: A line of plain text to stand below.
        """
        return picture_and_text(self) if caption is None else figure(self, caption)

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return outline(self)

    def __repr__(self) -> str:
        name = f"{self.name} = " if self.name else ""
        return f"KeyTree: {name}{self.expression}"

    def _child(self, words: tuple[int, int], before: str, after: str, name: str | None) -> KeyTree:
        child = KeyTree.__new__(KeyTree)
        child._begin(words, self, before, after, name)
        return child

    def _make_room(self, count: int) -> None:
        """Refuse ``count`` more keys below this one where they would be too many."""
        level, root = 1, self
        while root._parent:
            level, root = level + 1, root._parent
        size = sum(1 for _ in root.walk())
        if size + count > MOST_KEYS:
            raise KeysError(
                f"a tree of more than {MOST_KEYS} keys cannot be read in a picture",
                found=f"{counted(size, 'key')}, and {count} more from {self.expression}",
                fix="draw a part of it, or split into fewer",
            )
        if level == MOST_LEVELS:
            raise KeysError(
                f"a tree of more than {MOST_LEVELS} levels cannot be read in a picture",
                found=f"another level below {self.expression}",
                fix="begin a new tree further down",
            )
