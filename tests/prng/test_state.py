"""MLX's implicit state goes into a checkpoint and out of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from mlx_keys import prng
from mlx_keys.errors import KeysError


@pytest.mark.parametrize("seed", [0, 7, 2**40 + 3, 2**64 - 1])
def test_draws_go_on_after_a_state_was_put_back(seed: int) -> None:
    mx.random.seed(seed)
    mx.random.normal((3,))
    saved = json.loads(json.dumps(prng.save_state()))
    expected = [mx.random.uniform(shape=(4,)).tolist() for _ in range(3)]
    mx.random.seed(99)
    prng.load_state(saved)
    assert [mx.random.uniform(shape=(4,)).tolist() for _ in range(3)] == expected


def test_saving_draws_nothing() -> None:
    mx.random.seed(3)
    assert prng.save_state() == prng.save_state() == [0, 3]


@pytest.mark.parametrize(
    "as_words",
    [tuple, lambda words: np.array(words, np.uint32), lambda words: map(np.int64, words),
     lambda words: mx.array(words, mx.uint32)],
    ids=["a tuple", "numpy", "numpy's integers", "an array"],
)  # fmt: skip
def test_words_may_be_any_integers(as_words: Callable[[list[int]], Any]) -> None:
    mx.random.seed(2**63 + 5)
    saved = prng.save_state()
    expected = mx.random.uniform().item()
    prng.load_state(as_words(saved))
    assert prng.save_state() == saved
    assert mx.random.uniform().item() == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (7, TypeError),
        (np.array([1.0, 2.0]), TypeError),
        (mx.array([1.0, 2.0]), TypeError),
        (np.array([[1], [2]]), TypeError),
        (np.array([-1, 2]), ValueError),
        ([1], TypeError),
        ([1, 2, 3], TypeError),
        ("ab", TypeError),
        ([1.0, 2.0], TypeError),
        ([1, 2**32], ValueError),
        ([-1, 2], ValueError),
    ],
    ids=str,
)
def test_an_invalid_state_is_refused(words: object, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=r"^load_state: ") as caught:
        prng.load_state(words)
    assert isinstance(caught.value, KeysError)
