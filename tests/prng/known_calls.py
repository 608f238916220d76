"""Calls and keys that several tests share: what each function needs, and keys that are refused."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np


class Index:
    """A number of no class that mlx knows."""

    def __init__(self, value: int = 2) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


KEY = mx.array([0, 3], mx.uint32)
VECTOR, MATRIX = mx.zeros(2), mx.zeros((3, 4))

#: Every function that mlx has too, with what it needs beside a key.
PLAIN: dict[str, dict[str, Any]] = {
    "split": {},
    "uniform": {},
    "normal": {},
    "laplace": {},
    "gumbel": {},
    "truncated_normal": {"lower": -1, "upper": 1},
    "multivariate_normal": {"mean": VECTOR, "cov": mx.eye(2)},
    "bernoulli": {},
    "randint": {"low": 0, "high": 5},
    "permutation": {"x": 5},
    "categorical": {"logits": VECTOR},
}
#: Those that take a shape.
SHAPED = sorted(set(PLAIN) - {"split", "permutation", "categorical"})
#: Those that take a window, with what each needs beside a shape and a key.
WINDOWED: dict[str, dict[str, Any]] = {
    function: PLAIN.get(function, {})
    for function in (
        "bits",
        "uniform",
        "normal",
        "laplace",
        "gumbel",
        "truncated_normal",
        "bernoulli",
        "randint",
    )
}
BAD_KEYS: dict[str, Any] = {
    "a seed": 7,
    "a list": [0, 3],
    "numpy": np.array([0, 3], np.uint32),
    "signed words": mx.array([0, 3]),
    "wide words": mx.array([0, 3], mx.uint64),
    "three words": mx.array([0, 3, 5], mx.uint32),
    "a scalar": mx.array(3, mx.uint32),
    "many keys": mx.zeros((3, 2), mx.uint32),
}

#: The built-in types that mlx raises; our errors are subclasses of them.
BUILT_IN_TYPES = (
    TypeError,
    ValueError,
    IndexError,
    OverflowError,
    RuntimeError,
    AttributeError,
)


def built_in_type(error: Exception) -> type[Exception]:
    """The built-in exception that an error is."""
    return next(built_in for built_in in BUILT_IN_TYPES if isinstance(error, built_in))
