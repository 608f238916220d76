"""Numbers that are known from elsewhere, as data; README.md beside them says from where."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mlx_keys.prng.threefry2x32 import Pair


@dataclass(frozen=True)
class Block:
    """One block of Threefry-2x32.

    Attributes:
        key: Its two words.
        counter: Its two words.
        rounds: How many.
        words: What comes out.
    """

    key: Pair
    counter: Pair
    rounds: int
    words: Pair


@dataclass(frozen=True)
class Draw:
    """A call and its result.

    Attributes:
        function: Its name in ``mlx_keys.prng``, and in ``mx.random`` where that has it.
        seed: The seed of its key.
        arguments: The others; ``logits``, ``mean`` and ``cov`` are float32 arrays.
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
def blocks() -> tuple[Block, ...]:
    """Read the blocks that Random123 publishes."""
    return tuple(
        Block(_pair(row["key"]), _pair(row["counter"]), row["rounds"], _pair(row["words"]))
        for row in _rows("blocks.json")
    )


@cache
def draws() -> tuple[Draw, ...]:
    """Read the draws, in the order of the file."""
    return tuple(
        Draw(
            function=row["function"],
            seed=row["seed"],
            arguments=row["arguments"],
            dtype=row["dtype"],
            shape=tuple(row["shape"]),
            bits=tuple(int(value, 16) for value in row["bits"]),
        )
        for row in _rows("draws.json")
    )


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((files(__name__) / name).read_text("utf-8"))
    return rows


def _pair(words: list[str]) -> Pair:
    first, second = (int(word, 16) for word in words)
    return first, second
