"""Draws of plain integers: :mod:`mlx_keys.prng.threefry2x32` with MLX arrays in and out."""

from __future__ import annotations

from typing import cast

import mlx.core as mx

from mlx_keys.prng import threefry2x32
from mlx_keys.prng.errors import ArgumentValueError
from mlx_keys.prng.window import Window


def words(key: mx.array, window: Window) -> mx.array:
    """Draw words, in a row: shape (window.length,), uint32.

    Raises:
        ValueError: The key is being traced.
    """
    pair = _read_pair(key)
    drawn = threefry2x32.words(pair, window.size, window.start, window.stop)
    return mx.array(drawn, dtype=mx.uint32)


def block(key: mx.array, counter: tuple[mx.array, mx.array]) -> mx.array:
    """Scramble one counter (two uint32 scalars): shape (2,), uint32.

    Raises:
        ValueError: The key or the counter is being traced.
    """
    pair = _read_pair(mx.stack([*counter]))
    return mx.array(threefry2x32.block(_read_pair(key), pair), dtype=mx.uint32)


def _read_pair(pair: mx.array) -> threefry2x32.Pair:
    """Read two words as plain integers, which only an evaluated array can give."""
    try:
        first, second = cast(list[int], pair.tolist())
    except ValueError:
        raise ArgumentValueError(
            "the reference can't read a key inside mx.compile, mx.vmap or mx.grad",
            expected="a key whose words are known",
            found="a key that is being traced",
            fix='draw inside prng.using("ops"), or with no choice',
        ) from None
    return first, second
