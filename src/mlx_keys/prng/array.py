"""Threefry-2x32 in MLX operations: the words of a draw, on MLX's default device.

It is :mod:`mlx_keys.prng.threefry2x32` line for line, with arrays of counters in place of one. The
operations are integer additions, shifts and exclusive ors, exact on every backend.
"""

from __future__ import annotations

import threading

import mlx.core as mx

from .threefry2x32 import PARITY, ROTATIONS, ROUNDS_PER_INJECTION

#: Counters that go through the rounds together. The 20 rounds pass over the data some twelve times,
#: so that a piece should stay in a CPU's cache: all 2**23 counters of a large draw at once run at a
#: quarter of the rate and take eight times the memory.
CHUNK = 2**17


def block(key: mx.array, counter: tuple[mx.array, mx.array]) -> tuple[mx.array, mx.array]:
    """Scramble many counters with one key, in 20 rounds.

    Args:
        key: Two words: shape (2,), uint32.
        counter: The first words of the counters and the second ones: uint32, both of one shape.

    Returns:
        The first words of the blocks and the second ones, uint32, of the counters' shape.
    """
    # mlx 0.32.4 aborts the interpreter at its exit when a compiled function was evaluated in a
    # worker thread (43 of 160 runs; uncompiled 0 of 120), so that a worker goes the slower way.
    on_main = threading.current_thread() is threading.main_thread()
    rounds = _compiled_rounds if on_main else _rounds
    first, second = rounds(key[0], key[1], *counter)
    return first, second


def words(key: mx.array, n: int) -> mx.array:
    """Draw ``n`` words in MLX's layout, as :func:`mlx_keys.prng.threefry2x32.words` explains it.

    Args:
        key: Two words: shape (2,), uint32.
        n: How many.

    Returns:
        Shape (n,), uint32.
    """
    half, odd = divmod(n, 2)
    counters = half + odd
    firsts, seconds = [], []
    for start in range(0, counters, CHUNK):
        stop = min(start + CHUNK, counters)
        first = mx.arange(start, stop, dtype=mx.uint32)
        second = first + counters
        if odd and stop == counters:  # the middle word's counter has no second half
            second = mx.where(first < half, second, 0)
        x0, x1 = block(key, (first, second))
        firsts.append(x0)
        seconds.append(x1 if stop <= half else x1[: half - start])
    return mx.concatenate(firsts + seconds) if n else mx.zeros((0,), mx.uint32)


def _rounds(
    key0: mx.array, key1: mx.array, x0: mx.array, x1: mx.array
) -> tuple[mx.array, mx.array]:
    schedule = (key0, key1, key0 ^ key1 ^ PARITY)
    x0 = x0 + schedule[0]
    x1 = x1 + schedule[1]
    for done in range(1, 20 + 1):
        turn = ROTATIONS[(done - 1) % 8]
        x0 = x0 + x1
        x1 = ((x1 << turn) | (x1 >> (32 - turn))) ^ x0
        injection, within = divmod(done, ROUNDS_PER_INJECTION)
        if within == 0:
            x0 = x0 + schedule[injection % 3]
            x1 = x1 + (schedule[(injection + 1) % 3] + injection)
    return x0, x1


_compiled_rounds = mx.compile(_rounds, shapeless=True)
