"""Reads shapes as mlx reads them, and broadcasts those of several arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import index

import mlx.core as mx

from .errors import ArgumentOverflowError, ArgumentValueError, wrong_type

#: mlx counts sides in 32 bits, signed.
_LONGEST = 2**31
_INT32, _INT64 = range(-_LONGEST, _LONGEST), range(-(2**63), 2**63)


def read_shape(shape: object, name: str = "shape") -> tuple[int, ...]:
    """Read a shape: a sequence of integers, none of them negative."""
    if type(shape) is tuple:  # almost every shape is one of plain integers
        for side in shape:
            if type(side) is not int or not 0 <= side < _LONGEST:
                break
        else:
            return shape
    try:
        if isinstance(shape, (str, bytes, dict)):
            raise TypeError
        size = len(shape)  # type: ignore[arg-type]  # without a length: a TypeError as well
        sides = tuple(index(shape[axis]) for axis in range(size))  # type: ignore[index]
        if not all(side in _INT64 for side in sides):
            raise TypeError
    except (TypeError, ValueError):  # a ValueError of an array that is being traced
        problem, expected = f"{name} must be a sequence of integers", "such as (), (3,) or [2, 3]"
        fix = f"{name}=({shape},)" if isinstance(shape, int) else f"{name}=(rows, columns)"
        raise wrong_type(problem, shape, expected, fix) from None
    if not all(side in _INT32 for side in sides):
        raise ArgumentOverflowError(
            f"a side of {name} is too long for mlx",
            expected="each below 2**31",
            found=str(sides),
            fix=None,  # mlx has no larger arrays
        )
    if any(side < 0 for side in sides):
        raise ArgumentValueError(
            f"{name} has a negative side",
            expected="each 0 or more",
            found=str(sides),
            fix="give each side as a length: 0 or more",
        )
    return sides


def broadcast(**shapes: Sequence[int]) -> tuple[int, ...]:
    """Broadcast shapes: the shape that all of them make together."""
    try:
        return tuple(mx.broadcast_shapes(*(tuple(shape) for shape in shapes.values())))
    except ValueError:
        raise ArgumentValueError(
            "shapes do not broadcast",
            expected="sides that are equal or 1, from the last",
            found=_list_shapes(shapes),
            fix="reshape one of them: mx.expand_dims adds a side of 1",
        ) from None


def broadcast_within(shape: tuple[int, ...], **shapes: Sequence[int]) -> None:
    """Check that the shapes broadcast to ``shape``, no side of it growing."""
    broadcasted = broadcast(shape=shape, **shapes)
    if broadcasted != shape:
        raise ArgumentValueError(
            "shape is too small for the other arguments",
            expected=f"a shape that holds {_list_shapes(shapes)}",
            found=str(shape),
            fix=f"shape={broadcasted}",
        )


def _list_shapes(shapes: Mapping[str, Sequence[int]]) -> str:
    return ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
