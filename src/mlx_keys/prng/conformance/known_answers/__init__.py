"""The known answers as data; README.md beside them says where each number comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mlx_keys.prng.threefry2x32 import Pair


@dataclass(frozen=True)
class KnownBlock:
    """One block of Threefry-2x32.

    Attributes:
        key: The two words of the key.
        counter: The two words of the counter.
        rounds: The number of rounds.
        words: The two words of the result.
    """

    key: Pair
    counter: Pair
    rounds: int
    words: Pair


@dataclass(frozen=True)
class KnownDraw:
    """A call and its result.

    Attributes:
        function: Its name in ``mlx_keys.prng``, and in ``mx.random`` where that has it.
        seed: The seed of its key.
        arguments: The other arguments; ``logits``, ``mean`` and ``cov`` are float32 arrays.
        dtype: The dtype of the result, such as ``"float32"``.
        shape: The shape of the result.
        bits: The bit pattern of each value, in row-major order.
    """

    function: str
    seed: int
    arguments: dict[str, Any]
    dtype: str
    shape: tuple[int, ...]
    bits: tuple[int, ...]


@cache
def known_blocks() -> tuple[KnownBlock, ...]:
    """Read the blocks that Random123 publishes, whose words are written in hexadecimal."""
    words = ("key", "counter", "words")
    return tuple(
        KnownBlock(rounds=row["rounds"], **{name: _read_pair(row[name]) for name in words})
        for row in _load_rows("blocks.json")
    )


@cache
def known_draws() -> tuple[KnownDraw, ...]:
    """Read the draws, in the order of the file."""
    return tuple(
        KnownDraw(**row | {"shape": tuple(row["shape"]), "bits": _read_hex(row["bits"])})
        for row in _load_rows("draws.json")
    )


def _load_rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((files(__name__) / name).read_text("utf-8"))
    return rows


def _read_hex(numbers: list[str]) -> tuple[int, ...]:
    return tuple(int(number, 16) for number in numbers)


def _read_pair(numbers: list[str]) -> Pair:
    first, second = _read_hex(numbers)
    return first, second
