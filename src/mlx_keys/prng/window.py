"""A part of a draw, along its first axis: which values, of how many, in what shape."""

from __future__ import annotations

from math import prod
from operator import index
from typing import Any, NamedTuple

import mlx.core as mx

from .errors import ArgumentTypeError, ArgumentValueError, told


class Part(NamedTuple):
    """Some rows of a draw, or all of them, and where its values lie among those of the draw.

    Attributes:
        shape: The shape of the part.
        size: How many values the whole draw has.
        start: The place of the part's first value among them, in row-major order.
        stop: The place after its last.
        ndim: How many dimensions the whole draw has.
        rows: The rows, where not all are wanted.
    """

    shape: tuple[int, ...]
    size: int
    start: int
    stop: int
    ndim: int
    rows: slice | None = None

    @property
    def whole(self) -> bool:
        """Whether this is all of the draw."""
        return self.stop - self.start == self.size

    @property
    def length(self) -> int:
        """How many values the part has."""
        return self.stop - self.start

    def of(self, values: mx.array) -> mx.array:
        """The part's share of an array that broadcasts to the draw: a bound, a mean."""
        if self.rows is None or values.ndim < self.ndim or values.shape[0] == 1:
            return values
        return values[self.rows]

    def doubled(self) -> Part:
        """The same part, with two numbers in place of each value, along a last axis."""
        return Part(
            (*self.shape, 2), 2 * self.size, 2 * self.start, 2 * self.stop, self.ndim + 1, self.rows
        )

    def words(self, width: int) -> Part:
        """The words that hold the part where each value takes ``width`` bytes."""
        first, last = self.start * width // 4, -(-self.stop * width // 4)
        return Part((last - first,), -(-self.size * width // 4), first, last, 1)


def read_part(function: str, shape: tuple[int, ...], window: object) -> Part:
    """The part that ``window`` asks for of a draw of ``shape``.

    Args:
        function: Whose name an error is to carry.
        shape: The shape of the whole draw.
        window: ``slice(a, b)``, meant as in ``whole[a:b]``; None: all of it.

    Raises:
        TypeError: The window is no slice of integers.
        ValueError: It has a step, or the draw no axis.
    """
    size = prod(shape)
    if window is None:
        return Part(shape, size, 0, size, len(shape))
    if not isinstance(window, slice):
        raise ArgumentTypeError(
            f"{function}: window must be a slice",
            expected="slice(a, b), for the rows from a to b - 1",
            found=told(window),
            fix=f"window=slice({window}, {window + 1})" if type(window) is int else None,
        )
    if not shape:
        raise ArgumentValueError(
            f"{function}: a window is along axis 0, and this draw has none",
            expected="a shape of one side or more",
            found="shape ()",
        )
    if not all(_integer(end) for end in (window.start, window.stop, window.step)):
        raise ArgumentTypeError(
            f"{function}: window must be a slice of integers",
            expected="slice(a, b), for the rows from a to b - 1",
            found=told(window),
        )
    if window.step is not None and index(window.step) != 1:
        raise ArgumentValueError(
            f"{function}: a window has no step", expected="slice(a, b)", found=repr(window)
        )
    first, last, _ = window.indices(shape[0])
    last = max(first, last)
    row = prod(shape[1:])
    part = (last - first, *shape[1:])
    return Part(part, size, first * row, last * row, len(shape), slice(first, last))


def _integer(end: Any) -> bool:
    try:
        return end is None or isinstance(index(end), int)
    except (TypeError, ValueError):  # a ValueError of an array that has no value yet
        return False
