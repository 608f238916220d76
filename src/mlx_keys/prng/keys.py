"""Keys and their words: make a key, split it, number it, and draw bits."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any, SupportsIndex

import mlx.core as mx

from . import threefry2x32
from .arguments import Stream, on, read_int, read_key
from .backends import dispatch, kernel, ops, reference
from .backends.tracing import is_traced
from .call_hook import hooked
from .draw import WORD_DTYPES, Key, Words, begin_draw
from .errors import ArgumentTypeError, ArgumentValueError, describe
from .shapes import read_shape


@hooked
def key(seed: SupportsIndex) -> Key:
    """Make a key from a seed: its upper and its lower 32 bits.

    Args:
        seed: An integer in [0, 2**64).

    Returns:
        Shape (2,), uint32; equal to ``mx.random.key(seed)``.

    Raises:
        TypeError: The seed is no integer, or out of range.
    """
    if type(seed) is int and 0 <= seed < 2**64:
        return mx.random.key(seed)
    return mx.array(threefry2x32.key(seed), dtype=mx.uint32)


@dispatch.try_mlx_first
def split(key: mx.array, num: SupportsIndex = 2, *, stream: Stream = None) -> mx.array:
    """Make ``num`` keys of one.

    Args:
        key: Shape (2,), uint32.
        num: How many. There is no prefix: another ``num`` gives other keys, the first included.
        stream: Where to do the work.

    Returns:
        Shape (num, 2), uint32, a key a row; equal to ``mx.random.split(key, num)``.

    Raises:
        TypeError: ``key`` is no array, or ``num`` no integer of 32 bits.
        ValueError: ``key`` has another shape or dtype, or ``num`` is negative.
    """
    count = read_int("num", num)
    if count < 0:
        raise ArgumentValueError(
            "num is negative", expected="0 or more", found=str(count), fix="num=2, for two keys"
        )
    with on(stream):
        return begin_draw(key, (count, 2)).words()


@hooked
def fold_in(
    key: mx.array, data: SupportsIndex | str | bytes | mx.array, *, stream: Stream = None
) -> Key:
    """Make the key numbered, or named, ``data`` of a key, at the cost of one block.

    Number what is counted (steps, epochs, ranks, samples) and name what is not (layers, uses) in
    this way: the key of one does not depend on which others there are, nor on how many. A key that
    is folded must not also be drawn from or split.

    Args:
        key: Shape (2,), uint32.
        data: An integer in [0, 2**32); a name, of which the SHA-256 gives 64 bits (see
            :func:`mlx_keys.prng.threefry2x32.counter`); or an integer array of shape (), which is
            taken modulo 2**32, as no value can be checked inside ``mx.compile`` or ``mx.vmap``.
        stream: Where to do the work.

    Returns:
        Shape (2,), uint32: the block of the counter (0, data), which is ``jax.random.fold_in``, or
        of the name's 64 bits. ``mx.random`` has no such function.

    Raises:
        TypeError: ``key`` is no array, or ``data`` neither an integer nor a name.
        ValueError: ``key`` has another shape or dtype, or ``data`` is out of range or no scalar.
    """
    parent = read_key(key)
    with on(stream):
        first, second = _read_counter(data)
        backend = dispatch.resolve_backend(parent).name
        if backend == "kernel" and isinstance(second, int) and not is_traced(parent):
            return kernel.block(parent, (first, second))
        if backend == "mlx":
            # On a CPU, a hundred operations on one word each take longer than plain integers.
            words, number = _evaluated(parent), _evaluated(second)
            if words is not None and number is not None:
                return mx.array(threefry2x32.block(words, (first, number)), dtype=mx.uint32)
        counter = mx.array(first, mx.uint32), mx.array(second, mx.uint32)
        if backend == "reference":
            return reference.block(parent, counter)
        return mx.stack([*ops.block(parent, counter)])


@hooked
def bits(
    shape: Sequence[int],
    width: SupportsIndex = 4,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Words:
    """Draw random bits: integers of ``width`` bytes, all values equally likely.

    Args:
        shape: The shape of the result.
        width: 1, 2 or 4 bytes. A narrower draw is the little-endian bytes of a wider one of the
            same size in bytes, so that no word is wasted.
        key: Shape (2,), uint32.
        window: The rows that are wanted, ``slice(a, b)``; no others are made.
        stream: Where to do the work.

    Returns:
        The shape asked for, uint8, uint16 or uint32. ``mx.random`` makes the same bits and does not
        hand them out; ``mx.random.split(key, num)`` shows those of shape (num, 2).

    Raises:
        TypeError: ``shape`` is no sequence of integers, ``key`` no array, or ``window`` no slice.
        ValueError: Another ``width``; ``key`` has another shape or dtype; a negative side.
    """
    sides = read_shape(shape)
    try:
        size = index(width)
    except (TypeError, ValueError):  # a ValueError of an array that is being traced
        size = 0
    if size not in WORD_DTYPES:
        raise ArgumentValueError(
            "no integers of that width",
            expected="1, 2 or 4 bytes",
            found=describe(width),
            fix="width=4",
        )
    with on(stream):
        return begin_draw(key, sides, window).words(size)


def _read_counter(data: SupportsIndex | str | bytes | mx.array) -> tuple[int, int | mx.array]:
    """Read the counter of a fold; its second word is an array where that is being traced."""
    if not isinstance(data, mx.array):
        return threefry2x32.counter(data)
    if data.shape != ():
        raise ArgumentValueError(
            "data must be one number",
            expected="shape ()",
            found=f"shape {data.shape}",
            fix="mx.vmap(lambda d: prng.fold_in(key, d))(data) for a key of each",
        )
    if not mx.issubdtype(data.dtype, mx.integer):
        raise ArgumentTypeError(
            "data must be an integer",
            expected="an integer",
            found=str(data.dtype),
            fix="data.astype(mx.uint32)",
        )
    number = _evaluated(data)
    return 0, data.astype(mx.uint32) if number is None else number % 2**32


def _evaluated(value: int | mx.array) -> Any:
    """A value as plain integers; None while it is being traced."""
    if isinstance(value, int):
        return value
    try:
        return value.tolist()
    except ValueError:
        return None
