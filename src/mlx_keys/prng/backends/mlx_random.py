"""Draws of mlx's own generator: ``mx.random`` with the key of the call."""

from __future__ import annotations

from collections.abc import Callable

import mlx.core as mx

from mlx_keys.prng.window import Window

from . import ops
from .tracing import allow_empty_batch, is_traced


def call(draw: Callable[[mx.array], mx.array], key: mx.array, *, on_gpu: bool) -> mx.array:
    """Draw with ``mx.random``, and survive a transformation that comes with no keys at all.

    Args:
        draw: Draws with a key; the values that it closes over are no arrays.
        key: Shape (2,), uint32.
        on_gpu: Whether the draw is made on a GPU.
    """
    key = contiguous(key) if on_gpu else key
    return allow_empty_batch(draw)(mx.stop_gradient(key)) if is_traced(key) else draw(key)


def contiguous(key: mx.array) -> mx.array:
    """Copy a key whose words are not side by side in memory, as mlx's generator on a GPU needs it.

    Of a key that is read backwards, say, that generator reads other memory on CUDA (mlx 0.32.4: "an
    illegal memory access", after which the process draws nothing more). A view of another width
    copies what is not contiguous, and nothing else.
    """
    return key.view(mx.uint64).view(mx.uint32)


def words(key: mx.array, window: Window) -> mx.array:
    """Draw all words of a draw by ``mx.random.split``, which hands out an even number of them.

    An odd draw shares all but its middle word with the next even one: of 7 words, 0 to 2 and 4 to
    6 are those of the draw of 8, and word 3 is made by operations.
    """
    half, odd = divmod(window.size, 2)
    drawn = mx.random.split(key, half + odd)
    if not odd:
        return drawn.reshape(window.shape)
    row = drawn.reshape(window.size + 1)  # not -1: mx.vmap over no keys could not infer it
    middle = ops.words(key, window.size, half, half + 1)
    joined = mx.concatenate([row[:half], middle, row[half + 1 : window.size]])
    return joined.reshape(window.shape)
