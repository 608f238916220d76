"""MLX's implicit state, saved and put back: the key that calls without ``key=`` draw from."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import SupportsIndex, cast

import mlx.core as mx

from .errors import ArgumentValueError, wrong_type


def save_state() -> list[int]:
    """Read the implicit state of this thread.

    Returns:
        Its key's two words as plain integers, which JSON and any checkpoint can hold.

    Raises:
        ValueError: Inside ``mx.compile`` or ``mx.vmap``, where the state may have no value yet.
    """
    try:
        state = cast(list[mx.array], mx.random.state)
        return cast(list[int], state[0].tolist())
    except ValueError:
        raise ArgumentValueError(
            "save_state: the state can't be read inside mx.compile or mx.vmap",
            expected="a state whose words are known",
            found="a state that is being traced",
            fix="save it before or after the compiled call",
        ) from None


def load_state(words: Sequence[SupportsIndex]) -> None:
    """Put a saved state back, for this thread: the draws go on as they did after it was saved.

    Args:
        words: What :func:`save_state` returned; any two integers, NumPy's too.

    Raises:
        TypeError: ``words`` is not two integers.
        ValueError: One of them is not in [0, 2**32).
    """
    try:
        first, second = map(index, words)
    except (TypeError, ValueError):  # a ValueError of other than two, or of words that are traced
        problem, expected = "words must be two integers", "what prng.save_state() returned"
        fix = "prng.load_state(prng.save_state()); in a checkpoint, keep the two words as a list"
        raise wrong_type(f"load_state: {problem}", words, expected, fix) from None
    if not all(0 <= word < 2**32 for word in (first, second)):
        raise ArgumentValueError(
            "load_state: a word is out of range",
            expected="each word in [0, 2**32)",
            found=f"{first} and {second}",
            fix="prng.load_state with the two words that prng.save_state() returned",
        )
    mx.random.seed(first << 32 | second)
