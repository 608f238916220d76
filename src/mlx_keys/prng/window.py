"""A window of a draw, along its first axis: which values, of how many, in what shape."""

from __future__ import annotations

from math import prod
from operator import index
from typing import NamedTuple

import mlx.core as mx

from .errors import ArgumentValueError, wrong_type


class Window(NamedTuple):
    """Some rows of a draw, or all of them, and where their values lie among those of the draw.

    Of a draw of shape (5, 3), the rows ``slice(2, 4)`` have ``shape`` (2, 3), ``size`` 15,
    ``start`` 6, ``stop`` 12, ``ndim`` 2 and ``rows`` ``slice(2, 4)``.

    Attributes:
        shape: The shape of the window.
        size: How many values the full draw has.
        start: The index of the window's first value among them, in row-major order.
        stop: The index after its last.
        ndim: How many dimensions the full draw has.
        rows: The rows; None where no window was asked for.
    """

    shape: tuple[int, ...]
    size: int
    start: int
    stop: int
    ndim: int
    rows: slice | None = None

    @property
    def is_full(self) -> bool:
        """Whether this is all of the draw."""
        return self.stop - self.start == self.size

    @property
    def length(self) -> int:
        """How many values the window has."""
        return self.stop - self.start

    def take(self, values: mx.array) -> mx.array:
        """Cut an array that broadcasts to the draw (a bound, a mean) to the window's rows."""
        if self.rows is None or values.ndim < self.ndim or values.shape[0] == 1:
            return values
        return values[self.rows]

    def as_pairs(self) -> Window:
        """The same window of a draw of two numbers in place of each value, along a last axis."""
        return Window(
            (*self.shape, 2), 2 * self.size, 2 * self.start, 2 * self.stop, self.ndim + 1, self.rows
        )

    def as_words(self, width: int) -> Window:
        """The words of 4 bytes that hold the window's values of ``width`` bytes each."""
        first, last = self.start * width // 4, -(-self.stop * width // 4)
        return Window((last - first,), -(-self.size * width // 4), first, last, 1)


def read_window(shape: tuple[int, ...], window: object) -> Window:
    """Read the argument ``window`` of a draw of ``shape``.

    Args:
        shape: The shape of the full draw.
        window: ``slice(a, b)``, meant as in ``full[a:b]``; None: all of it.

    Raises:
        TypeError: The window is no slice of integers.
        ValueError: It has a step, or the draw no axis.
    """
    size = prod(shape)
    if window is None:
        return Window(shape, size, 0, size, len(shape))
    expected = "slice(a, b), for the rows from a to b - 1"
    if not isinstance(window, slice):
        fix = "window=slice(a, b)"
        if type(window) is int:
            fix = f"window=slice({window}, {window + 1})"
        raise wrong_type("window must be a slice", window, expected, fix)
    if not shape:
        raise ArgumentValueError(
            "a window is along axis 0, and this draw has none",
            expected="a shape of one side or more",
            found="shape ()",
            fix="leave window out, or give a shape such as (1,)",
        )
    try:
        step = 1 if window.step is None else index(window.step)
        first, last, _ = slice(window.start, window.stop).indices(shape[0])
    except (TypeError, ValueError):  # a ValueError of an array that is being traced
        problem, fix = "window must be a slice of integers", "window=slice(int(a), int(b))"
        raise wrong_type(problem, window, expected, fix) from None
    if step != 1:
        raise ArgumentValueError(
            "a window has no step",
            expected="slice(a, b)",
            found=repr(window),
            fix="draw window=slice(a, b), then take [::step] of the result",
        )
    last = max(first, last)
    row = prod(shape[1:])
    return Window(
        (last - first, *shape[1:]), size, first * row, last * row, len(shape), slice(first, last)
    )
