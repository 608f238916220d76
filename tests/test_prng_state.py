"""MLX's implicit state goes into a checkpoint and out of it."""

from __future__ import annotations

import json

import mlx.core as mx
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
    ("words", "expected"),
    [
        (7, TypeError),
        ([1], TypeError),
        ([1, 2, 3], TypeError),
        ("ab", TypeError),
        ([1.0, 2.0], TypeError),
        ([1, 2**32], ValueError),
        ([-1, 2], ValueError),
    ],
    ids=str,
)
def test_what_is_no_state_is_refused(words: object, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=r"^load_state: ") as caught:
        prng.load_state(words)
    assert isinstance(caught.value, KeysError)
