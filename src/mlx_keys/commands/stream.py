"""``mlx-keys stream``: raw random words on standard output, for batteries of statistical tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

import click

from mlx_keys.errors import KeysError

from .preconditions import require_mlx

if TYPE_CHECKING:
    import mlx.core as mx

#: Keys or words that are made together: few enough to stay in a CPU's cache.
CHUNK = 2**16

#: The shape of one long draw: 2**32 words, which are 16 GiB.
LONG_DRAW = (2**16, 2**16)

#: How many numbers can be folded in.
FOLDS = 2**32

#: How deep the tree of splits is, and how many of its levels are made together.
LEVELS, LEVELS_TOGETHER = 40, 16

#: The words that are drawn in an epoch.
EPOCH_WORDS = 2**18

_SEEDS = 2**64


def draw(seed: int, shape: tuple[int, int] = LONG_DRAW) -> Iterator[mx.array]:
    """One draw of 2**32 words, window by window; then one of the next seed, and so on."""
    from mlx_keys import prng

    rows = CHUNK // shape[1]
    for number in count(seed):
        key = prng.key(number % _SEEDS)
        for row in range(0, shape[0], rows):
            yield prng.bits(shape, key=key, window=slice(row, row + rows))


def split(seed: int) -> Iterator[mx.array]:
    """The keys at the bottom of a tree of splits in two, 40 levels deep, from left to right."""
    import mlx.core as mx

    from mlx_keys import prng

    split_all = mx.vmap(prng.split)

    def leaves(key: mx.array, levels: int) -> Iterator[mx.array]:
        if levels > LEVELS_TOGETHER:
            for child in prng.split(key):
                yield from leaves(child, levels - 1)
            return
        keys = key[None]
        for _ in range(levels):
            keys = split_all(keys).reshape(-1, 2)
        yield keys

    yield from leaves(prng.key(seed), LEVELS)


def fold(seed: int, folds: int = FOLDS) -> Iterator[mx.array]:
    """``fold_in(key, 0)``, ``fold_in(key, 1)`` and so on to 2**32 - 1; then the next seed's."""
    import mlx.core as mx

    from mlx_keys import prng

    for number in count(seed):
        key = prng.key(number % _SEEDS)
        fold_all = mx.vmap(lambda data, key=key: prng.fold_in(key, data))
        for first in range(0, folds, CHUNK):
            yield fold_all(mx.arange(first, first + CHUNK, dtype=mx.uint32))


def seeds(seed: int) -> Iterator[mx.array]:
    """The two words of a draw from each of ``key(seed)``, ``key(seed + 1)`` and so on."""
    import mlx.core as mx

    from mlx_keys import prng

    draw_all = mx.vmap(lambda key: prng.bits((2,), key=key))
    for first in count(seed, CHUNK):
        upper, lower = prng.key(first % _SEEDS)
        numbers = mx.arange(CHUNK, dtype=mx.uint64) + lower
        yield draw_all(mx.stack([upper + (numbers >> 32), numbers], axis=1).astype(mx.uint32))


def epochs(seed: int) -> Iterator[mx.array]:
    """2**18 words of each epoch's subkey: ``key, subkey = split(key)``, then a draw."""
    from mlx_keys import prng

    key = prng.key(seed)
    while True:
        key, subkey = prng.split(key)
        yield prng.bits((EPOCH_WORDS,), key=subkey)


#: The streams by the name that the command line has for each.
KINDS: dict[str, Callable[[int], Iterator[mx.array]]] = {
    "draw": draw,
    "split": split,
    "fold": fold,
    "seeds": seeds,
    "epochs": epochs,
}


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option(
    "--seed",
    type=click.IntRange(0, _SEEDS - 1),
    default=0,
    show_default=True,
    help="The seed of the key that the stream begins with.",
)
@click.option(
    "--bytes",
    "size",
    type=click.IntRange(0),
    help="How many bytes to write. Without it, as many as the reader takes.",
)
def command(*, kind: str, seed: int, size: int | None) -> None:
    """Write raw 32-bit words, little-endian, to standard output.

    \b
    KIND is how a program comes by them:
      draw    one long draw, by windows
      split   the keys at the bottom of a split tree
      fold    fold_in(key, 0), fold_in(key, 1), ...
      seeds   two words each of key(0), key(1), ...
      epochs  key, subkey = split(key), then a draw; and again

    For example: mlx-keys stream split | dieharder -a -g 200
    """  # noqa: D301  (click takes the backspace itself for the mark of a list)
    require_mlx("it makes the words", "")
    out = sys.stdout.buffer
    if out.isatty():
        raise KeysError(
            "a terminal can't show raw words", fix=f"mlx-keys stream {kind} | xxd | head"
        )
    try:
        write(KINDS[kind](seed), size, out.write)
        out.flush()
    except BrokenPipeError:
        # The reader has enough. What Python flushes at its exit must not meet the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(
    chunks: Iterator[mx.array], size: int | None, write_bytes: Callable[[memoryview], object]
) -> None:
    """Write each chunk while the next one is being computed.

    Args:
        chunks: The words.
        size: How many bytes to write at most; None: all there are.
        write_bytes: Takes the bytes.
    """
    import mlx.core as mx

    remaining = float("inf") if size is None else size
    chunk = next(chunks, None)
    while chunk is not None and remaining > 0:
        following = next(chunks, None) if remaining > chunk.nbytes else None
        mx.async_eval([array for array in (chunk, following) if array is not None])  # type: ignore[no-untyped-call]
        data = memoryview(chunk).cast("B")  # type: ignore[arg-type]
        write_bytes(data[: int(min(remaining, len(data)))])
        remaining -= len(data)
        chunk = following
