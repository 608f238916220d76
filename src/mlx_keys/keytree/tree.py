"""A key tree: a key, the keys made from it, what was drawn from each, and which uses are faults.

A key is drawn from once, or split, or folded: the rules are those of :mod:`mlx_keys.prng.key_uses`.
A use that breaks them is a *fault*, and every picture and text shows it. :class:`KeyTree` is what a
program builds; :meth:`KeyTree.snapshot` makes of it the :class:`~.node.Node` that is rendered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from operator import index
from typing import SupportsIndex, TypeAlias

from mlx_keys.errors import KeysError
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.key_uses import Use

from .faults import describe_faults, draw_use
from .html import picture_and_text, standalone_svg
from .limits import check_label, check_name, check_room_for_draw, check_room_for_keys, join_with_and
from .node import Node
from .text import outline

#: What mlx's split makes when no number is given; an expression leaves it out.
SPLIT_DEFAULT = 2

#: By the words of a key: for each copy of it that is used, the uses of that copy.
_UsesByWords: TypeAlias = dict[tuple[int, int], list[list[Use]]]


class KeyTree:
    """A key and all that is made from it; each child is itself a KeyTree.

    Args:
        seed: An integer in [0, 2**64), as for ``mx.random.key``.
        name: The name of the variable that holds the key in your code, such as ``root``.

    Attributes:
        words: The two 32-bit words of the key.
        name: What the key is called, or None.
        children: The keys made from this one, in the order in which they were made.
        draws: What was drawn from this key.

    Raises:
        TypeError: The seed is no integer or out of range.
        KeysError: The tree outgrows the limits of :mod:`.limits`, or a name or label cannot be
            printed on one line.

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
        self._initialize(threefry2x32.key(seed), None, f"key({index(seed)})", name)

    def _initialize(
        self, words: tuple[int, int], parent: KeyTree | None, call: str, name: str | None
    ) -> None:
        """Set the attributes; ``call`` makes the key, with ``{}`` in place of its parent."""
        self.words = words
        self.name = None if name is None else check_name(name)
        self.children: list[KeyTree] = []
        self.draws: list[str] = []
        self._parent = parent
        self._call = call
        self._splits: list[int] = []
        self._folds: list[int] = []

    @property
    def expression(self) -> str:
        """The call that makes the key from the seed: ``split(key(7))[1]``."""
        return self._call.format(self._parent.expression if self._parent else "")

    @property
    def label(self) -> str:
        """The same, beginning at the nearest key with a name: ``split(root)[1]``."""
        return self._call.format((self._parent.name or self._parent.label) if self._parent else "")

    @property
    def short_label(self) -> str:
        """The last call alone: ``split(…)[1]``."""
        return self._call.format("…")

    @classmethod
    def regular(
        cls,
        seed: SupportsIndex,
        *,
        split: Sequence[SupportsIndex] = (),
        fold_in: Sequence[SupportsIndex] = (),
        draw: Sequence[str] = (),
    ) -> KeyTree:
        """Make a tree in which all keys of a level are used alike.

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
        for leaf, label in product(level, draw):
            leaf.draw(label)
        return root

    def split(
        self, num: SupportsIndex = SPLIT_DEFAULT, *, names: Sequence[str] | None = None
    ) -> tuple[KeyTree, ...]:
        """Split the key, as ``mx.random.split`` does.

        Args:
            num: How many keys to make.
            names: What they are called, one name per key.

        Returns:
            The new keys.
        """
        count = index(num)
        if count < 1:
            raise KeysError(
                "a split makes no key",
                expected="a num of 1 or more",
                found=f"num={count}",
                fix="leave the split out, or give the number of keys to make",
            )
        if names is not None and (isinstance(names, str) or len(names) != count):
            raise KeysError(
                "a split needs one name per key",
                expected=f"{count} names",
                found=repr(names),
                fix="give a list with a name for each key, or no names",
            )
        self._check_room(count)
        num_argument = "" if count == SPLIT_DEFAULT else f", {count}"
        new = [
            self._child(words, f"split({{}}{num_argument})[{i}]", names[i] if names else None)
            for i, words in enumerate(threefry2x32.split(self.words, count))
        ]
        # Added only when all of them could be made, so that a refusal leaves the tree as it was.
        self.children += new
        self._splits.append(count)
        return tuple(new)

    def fold_in(self, data: SupportsIndex, *, name: str | None = None) -> KeyTree:
        """Fold a number into the key, as ``mlx_keys.prng.fold_in`` does.

        Args:
            data: An integer in [0, 2**32).
            name: What the new key is called.

        Returns:
            The new key.
        """
        words = threefry2x32.fold_in(self.words, data)
        self._check_room(1)
        number = index(data)
        child = self._child(words, f"fold_in({{}}, {number})", name)
        self.children.append(child)
        self._folds.append(number)
        return child

    def draw(self, label: str) -> KeyTree:
        """Record that something was drawn from this key.

        Args:
            label: What was drawn, in a few words or as code: ``uniform((3,))``. In code such as
                ``normal((100, 3), window=slice(0, 50))`` the window counts if its bounds and the
                shape are literals.

        Returns:
            This key, so that calls can be chained.
        """
        text = check_label(label)
        check_room_for_draw(text, parent=self.expression, count=len(self.draws))
        self.draws.append(text)
        return self

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with how this key is used, in a few words each; empty if nothing is.

        A second split, or a second fold with one number, makes copies of keys: that is no fault,
        and the uses of all copies of a key count as uses of one key.
        """
        return self._describe_faults(self._root._uses_by_words())

    @property
    def uses(self) -> tuple[str, ...]:
        """What the key is used for: its splits, folds and draws, in a few words each."""
        numbers = [str(number) for number in self._folds]
        folds = [f"folded with {join_with_and(numbers)}"] if numbers else []
        splits = [f"split into {num}" for num in self._splits]
        return (*splits, *folds, *(f"draw {label}" for label in self.draws))

    def walk(self) -> Iterator[KeyTree]:
        """Every key of the tree, this one first, each before the keys made from it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def snapshot(self) -> Node:
        """This key and the tree below it, as values for the renderers."""
        return self._snapshot(self._root._uses_by_words())

    def svg(self, layout: str = "wide") -> str:
        """The picture as an SVG document of its own, for light and for dark screens.

        Args:
            layout: ``wide`` has the root at the left, ``narrow`` at the top.
        """
        return standalone_svg(self.snapshot(), layout)

    def html(self, caption: str | None = None) -> str:
        """The picture in both layouts, of which the page shows the one that fits, and as text.

        Args:
            caption: A line of plain text below the picture.
        """
        return picture_and_text(self.snapshot(), caption)

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return outline(self.snapshot())

    def __repr__(self) -> str:
        name = f"{self.name} = " if self.name else ""
        return f"KeyTree: {name}{self.expression}"

    @property
    def _root(self) -> KeyTree:
        return self._parent._root if self._parent else self

    @property
    def _level(self) -> int:
        """1 for the root, 2 for the keys made from it, and so on."""
        return self._parent._level + 1 if self._parent else 1

    def _child(self, words: tuple[int, int], call: str, name: str | None) -> KeyTree:
        child = KeyTree.__new__(KeyTree)
        child._initialize(words, self, call, name)
        return child

    def _rule_uses(self) -> list[Use]:
        """The uses of this copy of the key, as the rules know them."""
        uses = [Use("split", "split")] * len(self._splits)
        uses += [Use("fold", "fold_in")] * len(self._folds)
        return uses + [use for label in self.draws if (use := draw_use(label))]

    def _uses_by_words(self) -> _UsesByWords:
        uses_by_words: _UsesByWords = defaultdict(list)
        for key in self.walk():
            if uses := key._rule_uses():
                uses_by_words[key.words].append(uses)
        return uses_by_words

    def _describe_faults(self, uses_by_words: _UsesByWords) -> tuple[str, ...]:
        return describe_faults(uses_by_words[self.words]) if self._rule_uses() else ()

    def _snapshot(self, uses_by_words: _UsesByWords) -> Node:
        return Node(
            words=self.words,
            name=self.name,
            expression=self.expression,
            label=self.label,
            short_label=self.short_label,
            draws=tuple(self.draws),
            faults=self._describe_faults(uses_by_words),
            uses=self.uses,
            children=tuple(child._snapshot(uses_by_words) for child in self.children),
        )

    def _check_room(self, count: int) -> None:
        """Raise where ``count`` more keys below this one would make the tree too large."""
        size = sum(1 for _ in self._root.walk())
        check_room_for_keys(count, parent=self.expression, size=size, level=self._level)
