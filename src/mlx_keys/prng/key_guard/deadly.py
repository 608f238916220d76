"""Calls of ``mx.random`` that would kill the interpreter: told before they are made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlx_keys.prng.backends.dispatch import ABORT_ON_LONG_SIDES

from .argument_checks import Surprise

#: What a draw of no keys, under ``mx.vmap``, is told to be.
NO_KEYS = Surprise(
    "mx.vmap over no keys kills the interpreter",
    "one key or more",
    "no keys",
    "prng's function of the same name, which gives an empty array",
)


def deadly(function: str, given: Mapping[str, Any]) -> Surprise | None:
    """Look for what makes a call of ``mx.random`` kill the interpreter, before it is made."""
    shape = given.get("shape")
    if function not in ABORT_ON_LONG_SIDES or not isinstance(shape, (tuple, list)):
        return None
    if all(not isinstance(side, int) or -(2**31) <= side < 2**31 for side in shape):
        return None
    return Surprise("a side so long kills the interpreter", "each below 2**31", f"shape {shape}")
