"""Words as users get them: split, folded, named, numbered, windowed, seeded; from two sources.

:class:`Prng` asks :mod:`mlx_keys.prng`. :class:`ReducedRounds` is the same arithmetic in NumPy with
a number of rounds to choose: with 20 it gives the same words, and with few it is a broken
generator, whose faults a test has to find.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import mlx.core as mx
import numpy as np

from mlx_keys import prng
from mlx_keys.prng import threefry2x32

#: Keys and counters have shape (..., 2), streams are flat; both are uint32.
Words = np.ndarray

#: The published number of rounds.
FULL = 20

SEED = 20_26_11_22


class Source(Protocol):
    """What derives keys from keys, and words from keys."""

    def split(self, keys: Words, num: int = 2) -> Words:
        """Each key's ``num`` children, of shape (len(keys), num, 2)."""

    def fold(self, key: Words, data: np.ndarray) -> Words:
        """One key with each of many numbers folded in."""

    def name(self, key: Words, names: Sequence[str]) -> Words:
        """One key with each of many names folded in."""

    def draw(self, keys: Words, n: int) -> Words:
        """``n`` words of each key, a row a key."""

    def window(self, key: Words, n: int, start: int, stop: int) -> Words:
        """A part of a draw of ``n`` words."""


class Prng:
    """The generator that a program with mlx_keys.prng uses."""

    def split(self, keys: Words, num: int = 2) -> Words:
        """Each key's children."""
        return np.array(mx.vmap(lambda key: prng.split(key, num))(mx.array(keys)))

    def fold(self, key: Words, data: np.ndarray) -> Words:
        """One key and numbers."""
        parent = mx.array(key)
        return np.array(mx.vmap(lambda number: prng.fold_in(parent, number))(mx.array(data)))

    def name(self, key: Words, names: Sequence[str]) -> Words:
        """One key and names."""
        return np.array([prng.fold_in(mx.array(key), name) for name in names])

    def draw(self, keys: Words, n: int) -> Words:
        """The words of each key."""
        return np.array(mx.vmap(lambda key: prng.bits((n,), key=key))(mx.array(keys)))

    def window(self, key: Words, n: int, start: int, stop: int) -> Words:
        """A part of a draw."""
        return np.array(prng.bits((n,), key=mx.array(key), window=slice(start, stop)))


class ReducedRounds:
    """The same generator with another number of rounds."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds

    def block(self, keys: Words, counters: Words) -> Words:
        """One block each; the two shapes broadcast."""
        k0, k1 = keys[..., 0], keys[..., 1]
        schedule = (k0, k1, k0 ^ k1 ^ np.uint32(threefry2x32.PARITY))
        x0, x1 = counters[..., 0] + k0, counters[..., 1] + k1
        for done in range(1, self.rounds + 1):
            turn = threefry2x32.ROTATIONS[(done - 1) % 8]
            x0 = x0 + x1
            x1 = (x1 << np.uint32(turn) | x1 >> np.uint32(32 - turn)) ^ x0
            number, within = divmod(done, threefry2x32.ROUNDS_PER_INJECTION)
            if within == 0:
                x0 = x0 + schedule[number % 3]
                x1 = x1 + schedule[(number + 1) % 3] + np.uint32(number)
        return np.stack([x0, x1], axis=-1)

    def split(self, keys: Words, num: int = 2) -> Words:
        """Each key's children."""
        return self.draw(keys, 2 * num).reshape(len(keys), num, 2)

    def fold(self, key: Words, data: np.ndarray) -> Words:
        """One key and numbers."""
        return self.block(key, np.stack([np.zeros_like(data), data], axis=-1))

    def name(self, key: Words, names: Sequence[str]) -> Words:
        """One key and names, which are not hashed here but cut off when the rounds are few."""
        if self.rounds < FULL:
            ends = [divmod(int.from_bytes(name[-8:].encode()), 2**32) for name in names]
            return self.block(key, np.array(ends, np.uint32))
        counters = [threefry2x32.counter(name) for name in names]
        return self.block(key, np.array(counters, np.uint32))

    def draw(self, keys: Words, n: int) -> Words:
        """The words of each key."""
        return self._places(keys[:, None, :], n, np.arange(n))

    def window(self, key: Words, n: int, start: int, stop: int) -> Words:
        """A part of a draw."""
        return self._places(key, n, np.arange(start, stop))

    def _places(self, keys: Words, n: int, places: np.ndarray) -> Words:
        half, odd = divmod(n, 2)
        number = places % (half + odd)
        partner = np.where(number < half, number + half + odd, 0)
        blocks = self.block(keys, np.stack([number, partner], axis=-1).astype(np.uint32))
        return np.where(places < half + odd, blocks[..., 0], blocks[..., 1])


def root() -> Words:
    """The key that every other key is derived from."""
    return np.array(threefry2x32.key(SEED), np.uint32)


def seed_keys(seeds: np.ndarray) -> Words:
    """The keys of many seeds; ``prng.key`` makes them one by one."""
    wide = seeds.astype(np.uint64)
    return np.stack([wide >> np.uint64(32), wide], axis=-1).astype(np.uint32)


def numbers(n: int, start: int = 0) -> np.ndarray:
    """The numbers from ``start`` on."""
    return np.arange(start, start + n, dtype=np.uint32)


def leaf_keys(source: Source, levels: int) -> Words:
    """The keys at the bottom of a tree of splits in two, from left to right."""
    keys = root()[None]
    for _ in range(levels):
        keys = source.split(keys).reshape(-1, 2)
    return keys


def epochs(source: Source, n: int, each: int) -> Words:
    """Words drawn an epoch at a time: ``key, subkey = split(key)``, then a draw from the subkey."""
    key, subkeys = root(), []
    for _ in range(n // each):
        key, subkey = source.split(key[None])[0]
        subkeys.append(subkey)
    return source.draw(np.stack(subkeys), each).ravel()


#: Streams of n words (n a power of 2).
STREAMS: dict[str, Callable[[Source, int], Words]] = {
    "a draw": lambda source, n: source.draw(root()[None], n).ravel(),
    "an odd draw": lambda source, n: source.draw(root()[None], n + 1).ravel()[:n],
    "a window": lambda source, n: source.window(root(), 2**31 - 1, 2**30 - n // 2, 2**30 + n // 2),
    "leaves of a split tree": lambda source, n: leaf_keys(source, n.bit_length() - 2).ravel(),
    "children of a wide split": lambda source, n: source.split(root()[None], n // 2).ravel(),
    "numbered folds": lambda source, n: source.fold(root(), numbers(n // 2)).ravel(),
    "first words of numbered folds": lambda source, n: source.draw(
        source.fold(root(), numbers(n)), 1
    ).ravel(),
    "first words of neighbouring seeds": lambda source, n: source.draw(
        seed_keys(numbers(n)), 1
    ).ravel(),
    "epochs": lambda source, n: epochs(source, n, 1024),
}


def _parents(source: Source, n: int) -> Words:
    return source.split(root()[None], n // 2)[0]


def _siblings(source: Source, n: int) -> tuple[Words, Words]:
    both = source.split(_parents(source, n))
    return both[:, 0].ravel(), both[:, 1].ravel()


def _names(n: int, kind: str) -> list[str]:
    return [f"layers.{number}.{kind}" for number in range(n // 2)]


def _draws(source: Source, keys: Words, n: int) -> tuple[Words, Words]:
    one, other = source.draw(keys, n)
    return one, other


def _draw_and_next(source: Source, n: int) -> tuple[Words, Words]:
    keys = root()[None]
    return source.draw(keys, n).ravel(), source.draw(keys, n + 2).ravel()[:n]


def _even_and_odd(pairs: Words) -> tuple[Words, Words]:
    return pairs[::2].ravel(), pairs[1::2].ravel()


def _halves(words: Words) -> tuple[Words, Words]:
    one, other = words.reshape(2, -1)
    return one, other


#: Two streams of n words that a careful user takes for unrelated.
PAIRS: dict[str, Callable[[Source, int], tuple[Words, Words]]] = {
    "siblings": _siblings,
    "draws of siblings": lambda source, n: _draws(source, source.split(root()[None])[0], n),
    "parents and first children": lambda source, n: (
        _parents(source, n).ravel(),
        _siblings(source, n)[0],
    ),
    "parents and second children": lambda source, n: (
        _parents(source, n).ravel(),
        _siblings(source, n)[1],
    ),
    "folds of neighbouring numbers": lambda source, n: _even_and_odd(
        source.fold(root(), numbers(n))
    ),
    "folds of numbers 2**31 apart": lambda source, n: (
        source.fold(root(), numbers(n // 2)).ravel(),
        source.fold(root(), numbers(n // 2, 2**31)).ravel(),
    ),
    "draws of neighbouring folds": lambda source, n: _draws(
        source, source.fold(root(), numbers(2)), n
    ),
    "the same folds of siblings": lambda source, n: (
        source.fold(source.split(root()[None])[0, 0], numbers(n // 2)).ravel(),
        source.fold(source.split(root()[None])[0, 1], numbers(n // 2)).ravel(),
    ),
    "folds of like names": lambda source, n: (
        source.name(root(), _names(n // 8, "weight")).ravel(),
        source.name(root(), _names(n // 8, "bias")).ravel(),
    ),
    "folds of names and numbers": lambda source, n: (
        source.name(root(), _names(n // 8, "weight")).ravel(),
        source.fold(root(), numbers(n // 16)).ravel(),
    ),
    "neighbouring windows": lambda source, n: _halves(source.window(root(), 2**31 - 1, 0, 2 * n)),
    "windows half a draw apart": lambda source, n: (
        source.window(root(), 2**30, 0, n),
        source.window(root(), 2**30, 2**29, 2**29 + n),
    ),
    "draws of n and n + 2 words": _draw_and_next,
    "draws of neighbouring seeds": lambda source, n: _draws(
        source, seed_keys(np.array([0, 1], np.uint64)), n
    ),
    "draws of seeds 2**32 apart": lambda source, n: _draws(
        source, seed_keys(np.array([1, 2**32 + 1], np.uint64)), n
    ),
    "words of neighbouring seeds": lambda source, n: _even_and_odd(
        source.draw(seed_keys(numbers(n)), 2)
    ),
}
