"""The rules for the uses of one key, on plain values: one rule book for the guard and the key tree.

:func:`mlx_keys.prng.guard` asks it while a program runs, :mod:`mlx_keys.keytree` about a program
that is only read. It imports neither MLX nor any other module of this package but the errors. A key
is whatever tells keys apart: its two words, or the array that stands for it while its words are
not known.

==================  ======  ======  ======
second / first      draw    split   fold
==================  ======  ======  ======
draw                (*)     fault   fault
split               fault   right   fault
fold                fault   fault   right
==================  ======  ======  ======

(*) Two draws are a fault, except windows of one draw that share no row: they are parts of it.

A second split, or a second fold with one number, makes keys that were made before. Nothing is wrong
until one of *those* keys is used twice, and the fault is then theirs. A draw of no values, or a
split into no keys, is no use, as nothing in it depends on the key: it is not to be recorded.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

from mlx_keys.errors import Location

#: What is done with a key.
UseKind = Literal["draw", "split", "fold"]

#: The kinds in a message: of the use itself, and of a key that was used so.
PRESENT: dict[UseKind, str] = {"draw": "draws from it", "split": "splits it", "fold": "folds it"}
PAST: dict[UseKind, str] = {"draw": "drawn from", "split": "split", "fold": "folded"}

#: The bytes of the words that a draw is made of, where its function takes no width.
WORD = 4

#: The parameters of each function that has a shape, as far as they come without a name here; those
#: of ``mx.random`` take ``key`` and ``stream`` after them.
SHAPED_PARAMETERS: dict[str, tuple[str, ...]] = {
    "bits": ("shape", "width"),
    "uniform": ("low", "high", "shape", "dtype"),
    "normal": ("shape", "dtype", "loc", "scale"),
    "laplace": ("shape", "dtype", "loc", "scale"),
    "gumbel": ("shape", "dtype"),
    "truncated_normal": ("lower", "upper", "shape", "dtype"),
    "multivariate_normal": ("mean", "cov", "shape", "dtype"),
    "bernoulli": ("p", "shape"),
    "randint": ("low", "high", "shape", "dtype"),
    "categorical": ("logits", "axis", "shape", "num_samples"),
}


@dataclass(frozen=True)
class Rows:
    """The rows of a draw that a window asks for.

    Attributes:
        draw: What two windows must have in common to be parts of one draw: the function, the whole
            shape, the width of a value in bytes, whether it is complex.
        start: The first row.
        stop: The row after the last.
    """

    draw: Hashable
    start: int
    stop: int

    @classmethod
    def of_window(
        cls,
        function: str,
        shape: Sequence[int],
        window: slice,
        *,
        width: int = WORD,
        is_complex: bool = False,
    ) -> Rows:
        """Find the rows that a window covers.

        Args:
            function: The name of the function that draws, without its module.
            shape: The shape of the whole draw, with at least one axis.
            window: The rows asked for; a bound may be None, or negative, as in a slice.
            width: The bytes of a value, for :func:`mlx_keys.prng.bits`.
            is_complex: Whether a value is complex, and takes twice the words.
        """
        start, stop, _ = window.indices(shape[0])
        return cls((function, tuple(shape), width, is_complex), start, max(start, stop))

    def is_disjoint(self, other: Rows) -> bool:
        """Whether the two are of one draw and share no row."""
        return self.draw == other.draw and (self.stop <= other.start or other.stop <= self.start)


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a key.

    Attributes:
        kind: What is done with the key.
        function: By which function, as the user knows it: ``mx.random.uniform``.
        location: The line of the user's code, where it is known.
        rows: The rows drawn, where the use is a draw with a window.
    """

    kind: UseKind
    function: str
    location: Location | None = None
    rows: Rows | None = None

    def is_compatible(self, earlier: Use) -> bool:
        """Whether this may follow the earlier use of the same key."""
        if self.kind != earlier.kind:
            return False
        if self.kind != "draw":
            return True
        if self.rows is None or earlier.rows is None:
            return False
        return self.rows.is_disjoint(earlier.rows)


class KeyUses:
    """All keys that were used, each with the uses that its next use must be compatible with."""

    def __init__(self) -> None:
        self._uses: dict[Hashable, tuple[Use, ...]] = {}
        #: Equal first uses share one tuple, so that a key takes a number and a reference.
        self._shared: dict[Use, tuple[Use, ...]] = {}

    def __len__(self) -> int:
        return len(self._uses)

    def record(self, key: Hashable, use: Use) -> Use | None:
        """Record a use of a key.

        Returns:
            The earlier use that it is not compatible with, in which case it is not recorded; or
            None.
        """
        earlier = self._uses.get(key)
        if earlier is None:
            self._uses[key] = self._shared.setdefault(use, (use,))
            return None
        for other in earlier:
            if not use.is_compatible(other):
                return other
        # Windows add up. Another split or fold forbids nothing that the first does not.
        if use.rows is not None:
            self._uses[key] = (*earlier, use)
        return None

    def forget(self, key: Hashable) -> None:
        """Drop a key that no longer exists."""
        self._uses.pop(key, None)
