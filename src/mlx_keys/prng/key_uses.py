"""Which uses of one key go together: the rules of :func:`mlx_keys.prng.guard`, on plain values.

It knows neither MLX nor where a use was seen. A key is whatever tells keys apart: its two words, or
the array that stands for it while they are not known.

==================  ======  ======  ======
then / first        draw    split   fold
==================  ======  ======  ======
draw                (*)     fault   fault
split               fault   right   fault
fold                fault   fault   right
==================  ======  ======  ======

A draw of no values, or a split into no keys, is no use: nothing of the key is in it.

(*) Windows of one draw that share no row are parts of it, and right. A key that is split twice, or
folded twice with one number, gives keys that were given before: nothing is wrong until one of
*them* is used twice, and that is seen then.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

from mlx_keys.errors import Location

#: What is done with a key.
UseKind = Literal["draw", "split", "fold"]

#: What is said of a use of a key, and of a key that was used.
DOES: dict[UseKind, str] = {"draw": "draws from it", "split": "splits it", "fold": "folds it"}
WAS: dict[UseKind, str] = {"draw": "drawn from", "split": "split", "fold": "folded"}


@dataclass(frozen=True)
class Rows:
    """Some rows of a draw, one or more.

    Attributes:
        draw: What makes two windows parts of one draw: the function, the whole shape, the width of
            a value.
        start: The first row.
        stop: The one after the last.
    """

    draw: Hashable
    start: int
    stop: int

    def apart(self, other: Rows) -> bool:
        """Whether the two are of one draw and share no row."""
        return self.draw == other.draw and (self.stop <= other.start or other.stop <= self.start)


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a key.

    Attributes:
        kind: What is done with it.
        function: By which function, as the user knows it: ``mx.random.uniform``.
        place: Where in the user's code.
        rows: What of a draw, where it is a window.
    """

    kind: UseKind
    function: str
    place: Location
    rows: Rows | None = None

    def goes_with(self, earlier: Use) -> bool:
        """Whether this is right after that, with the same key."""
        if self.kind != earlier.kind:
            return False
        if self.kind != "draw":
            return True
        return self.rows is not None and earlier.rows is not None and self.rows.apart(earlier.rows)


class KeyUses:
    """All keys that were used, each with what its next use has to go with."""

    def __init__(self) -> None:
        self._uses: dict[Hashable, tuple[Use, ...]] = {}
        self._alike: dict[Use, tuple[Use, ...]] = {}

    def __len__(self) -> int:
        return len(self._uses)

    def note(self, key: Hashable, use: Use) -> Use | None:
        """Write a use down, or give the earlier one that it does not go with."""
        earlier = self._uses.get(key)
        if earlier is None:  # equal uses share one tuple: a key is then a number and a reference
            self._uses[key] = self._alike.setdefault(use, (use,))
            return None
        for one in earlier:
            if not use.goes_with(one):
                return one
        if use.rows is not None:  # only windows add up; another split or fold tells nothing new
            self._uses[key] = (*earlier, use)
        return None

    def forget(self, key: Hashable) -> None:
        """Drop a key that no longer exists."""
        self._uses.pop(key, None)
