"""``mlx-keys stream``: words as programs come by them, for the batteries that judge generators."""

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

#: Blocks that are made together: few enough to stay in a CPU's cache.
PIECE = 2**16

#: The sides of one long draw: 2**32 words, which are 16 GiB.
LONG = (2**16, 2**16)

#: How many numbers can be folded in.
FOLDS = 2**32

#: How deep the tree of splits is, and how many of its levels are made together.
LEVELS, TOGETHER = 40, 16

#: The words of an epoch.
EPOCH = 2**18

_SEEDS = 2**64


def draw(seed: int) -> Iterator[mx.array]:
    """One draw of 2**32 words, window by window; then one of the next seed, and so on."""
    from mlx_keys import prng

    rows = PIECE // LONG[1]
    for number in count(seed):
        key = prng.key(number % _SEEDS)
        for row in range(0, LONG[0], rows):
            yield prng.bits(LONG, key=key, window=slice(row, row + rows))


def split(seed: int) -> Iterator[mx.array]:
    """The keys at the bottom of a tree of splits in two, 40 levels deep, from left to right."""
    import mlx.core as mx

    from mlx_keys import prng

    children = mx.vmap(prng.split)

    def leaves(key: mx.array, levels: int) -> Iterator[mx.array]:
        if levels > TOGETHER:
            for child in prng.split(key):
                yield from leaves(child, levels - 1)
            return
        keys = key[None]
        for _ in range(levels):
            keys = children(keys).reshape(-1, 2)
        yield keys

    yield from leaves(prng.key(seed), LEVELS)


def fold(seed: int) -> Iterator[mx.array]:
    """``fold_in(key, 0)``, ``fold_in(key, 1)`` and so on to 2**32 - 1; then the next seed's."""
    import mlx.core as mx

    from mlx_keys import prng

    for number in count(seed):
        key = prng.key(number % _SEEDS)
        folds = mx.vmap(lambda data, key=key: prng.fold_in(key, data))
        for first in range(0, FOLDS, PIECE):
            yield folds(mx.arange(first, first + PIECE, dtype=mx.uint32))


def seeds(seed: int) -> Iterator[mx.array]:
    """The two words of a draw from each of ``key(seed)``, ``key(seed + 1)`` and so on."""
    import mlx.core as mx

    from mlx_keys import prng

    words = mx.vmap(lambda key: prng.bits((2,), key=key))
    for first in count(seed, PIECE):
        upper, lower = prng.key(first % _SEEDS)
        numbers = mx.arange(PIECE, dtype=mx.uint64) + lower
        yield words(mx.stack([upper + (numbers >> 32), numbers], axis=1).astype(mx.uint32))


def epochs(seed: int) -> Iterator[mx.array]:
    """2**18 words of each epoch's subkey: ``key, subkey = split(key)``, then a draw."""
    from mlx_keys import prng

    key = prng.key(seed)
    while True:
        key, subkey = prng.split(key)
        yield prng.bits((EPOCH,), key=subkey)


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
            "a terminal can't show raw words",
            fix=f"mlx-keys stream {kind} | xxd | head",
        )
    try:
        write(KINDS[kind](seed), size, out.write)
        out.flush()
    except BrokenPipeError:
        # The reader has enough. What Python flushes at its exit must not meet the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(
    pieces: Iterator[mx.array], size: int | None, out: Callable[[memoryview], object]
) -> None:
    """Write pieces while the next one is being made.

    Args:
        pieces: The words.
        size: How many bytes to write at most; None: all there are.
        out: Takes the bytes.
    """
    import mlx.core as mx

    left = float("inf") if size is None else size
    piece = next(pieces, None)
    while piece is not None and left > 0:
        following = next(pieces, None) if left > piece.nbytes else None
        mx.async_eval([one for one in (piece, following) if one is not None])  # type: ignore[no-untyped-call]
        data = memoryview(piece).cast("B")  # type: ignore[arg-type]
        out(data[: int(min(left, len(data)))])
        left -= len(data)
        piece = following
