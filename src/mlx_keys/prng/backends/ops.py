"""Threefry-2x32 in MLX operations: the words of a draw, on MLX's default device.

It is :mod:`mlx_keys.prng.threefry2x32` line for line, with arrays of counters in place of one. The
operations are integer additions, shifts and exclusive ors, exact on every backend.
"""

from __future__ import annotations

import mlx.core as mx

from mlx_keys.prng.threefry2x32 import PARITY, ROTATIONS, ROUNDS_PER_INJECTION

#: Counters that go through the rounds together. The 20 rounds pass over the data about a hundred
#: times, so that a piece should stay in a CPU's cache: three times the rate of one piece, and no
#: more memory than twice the result, however large the draw.
CHUNK = 2**17


def block(key: mx.array, counter: tuple[mx.array, mx.array]) -> tuple[mx.array, mx.array]:
    """Scramble many counters with one key, in 20 rounds.

    Args:
        key: Two words: shape (2,), uint32.
        counter: The first words of the counters and the second ones: uint32, both of one shape.

    Returns:
        The first words of the blocks and the second ones, uint32, of the counters' shape.
    """
    # Not under mx.compile: on a CPU it has g++ build 14 kernels, half a minute on a machine that
    # has not built them yet, and mlx 0.32.4 aborts the interpreter at its exit when a worker thread
    # evaluated a compiled function (48 of 208 runs; 0 of 256 when not compiled).
    schedule = (key[0], key[1], key[0] ^ key[1] ^ PARITY)
    x0 = counter[0] + schedule[0]
    x1 = counter[1] + schedule[1]
    for done in range(1, 20 + 1):
        rotation = ROTATIONS[(done - 1) % 8]
        x0 = x0 + x1
        x1 = ((x1 << rotation) | (x1 >> (32 - rotation))) ^ x0
        injection, within = divmod(done, ROUNDS_PER_INJECTION)
        if within == 0:
            x0 = x0 + schedule[injection % 3]
            x1 = x1 + (schedule[(injection + 1) % 3] + injection)
    return x0, x1


def words(key: mx.array, n: int, start: int = 0, stop: int | None = None) -> mx.array:
    """Draw ``n`` words in MLX's layout, as :func:`mlx_keys.prng.threefry2x32.words` explains it.

    Args:
        key: Two words: shape (2,), uint32.
        n: How many words the draw has.
        start: The index of the first word to make.
        stop: The index after the last word to make; None: ``n``.

    Returns:
        Shape (stop - start,), uint32. No other words are made.
    """
    end = n if stop is None else stop
    half, odd = divmod(n, 2)
    counters = half + odd
    if (start, end) == (0, n):
        firsts, seconds = _blocks(key, n, 0, counters)
        if odd:
            seconds[-1] = seconds[-1][:-1]
    else:
        firsts, _ = _blocks(key, n, start, min(end, counters))
        _, seconds = _blocks(key, n, max(start - counters, 0), end - counters)
    pieces = firsts + seconds
    return mx.concatenate(pieces) if pieces else mx.zeros((0,), mx.uint32)


def _blocks(key: mx.array, n: int, start: int, stop: int) -> tuple[list[mx.array], list[mx.array]]:
    """Scramble some counters of a draw of ``n`` words: pieces of the first words and of the second.

    MLX is lazy: a piece that is not used is not computed.
    """
    half, odd = divmod(n, 2)
    partner = mx.array((half + odd) % 2**32, mx.uint32)
    firsts, seconds = [], []
    for low in range(start, stop, CHUNK):
        high = min(low + CHUNK, stop)
        first = mx.arange(low, high, dtype=mx.uint32)
        second = first + partner
        if high > half:  # the middle word's counter has no second half
            second = mx.where(first < half, second, 0)
        x0, x1 = block(key, (first, second))
        firsts.append(x0)
        seconds.append(x1)
    return firsts, seconds
