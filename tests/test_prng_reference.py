"""The reference in plain integers: published answers, and what mlx gives."""

from __future__ import annotations

import pytest

from mlx_keys.errors import KeysError
from mlx_keys.prng import threefry2x32


@pytest.mark.parametrize(
    ("key", "counter", "rounds", "answer"),
    [
        ((0, 0), (0, 0), 20, (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF,) * 2, (0xFFFFFFFF,) * 2, 20, (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), 20, (0xC4923A9C, 0x483DF7A0)),
        ((0, 0), (0, 0), 13, (0x9D1C5EC6, 0x8BD50731)),
    ],
)
def test_a_block_is_the_published_known_answer(key, counter, rounds, answer):
    assert threefry2x32.block(key, counter, rounds) == answer


def test_the_keys_split_from_seed_7_are_those_of_mlx():
    assert threefry2x32.split(threefry2x32.key(7)) == [
        (966301609, 989289821),
        (1948237315, 1058547403),
    ]


def test_a_seed_below_zero_is_a_type_error_as_in_mlx_and_a_keys_error():
    with pytest.raises(TypeError, match="seed is out of range") as caught:
        threefry2x32.key(-1)
    assert isinstance(caught.value, KeysError)
