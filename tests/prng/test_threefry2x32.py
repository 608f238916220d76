"""The reference in plain integers: published answers, properties, and mlx as the judge."""

from __future__ import annotations

import random
from array import array

import mlx.core as mx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlx_keys.errors import KeysError
from mlx_keys.prng import threefry2x32 as reference
from mlx_keys.prng.conformance.known_answers import KnownBlock, KnownDraw, known_blocks, known_draws

WORDS = st.integers(0, 2**32 - 1)
PAIRS = st.tuples(WORDS, WORDS)


def float_words(values: list[float]) -> list[int]:
    return array("I", array("f", values).tobytes()).tolist()


def integers(data: bytes, width: int) -> list[int]:
    places = range(0, len(data), width)
    return [int.from_bytes(data[place : place + width], "little") for place in places]


@pytest.mark.parametrize("known", known_blocks(), ids=str)
def test_a_block_is_the_one_that_random123_publishes(known: KnownBlock) -> None:
    assert reference.block(known.key, known.counter, known.rounds) == known.words


def answers_of(function: str) -> list[KnownDraw]:
    return [draw for draw in known_draws() if draw.function == function]


@pytest.mark.parametrize("known", answers_of("key"), ids=str)
def test_a_seed_makes_the_key_that_mlx_makes(known: KnownDraw) -> None:
    assert reference.key(known.seed) == known.bits


@pytest.mark.parametrize("known", answers_of("split"), ids=str)
def test_a_key_splits_as_in_mlx(known: KnownDraw) -> None:
    pairs = reference.split(reference.key(known.seed), known.arguments["num"])
    assert [word for pair in pairs for word in pair] == list(known.bits)


@pytest.mark.parametrize("known", answers_of("fold_in"), ids=str)
def test_a_fold_is_that_of_jax(known: KnownDraw) -> None:
    assert reference.fold_in(reference.key(known.seed), known.arguments["data"]) == known.bits


@pytest.mark.parametrize("known", answers_of("bits"), ids=str)
def test_bits_of_every_width_are_those_of_jax(known: KnownDraw) -> None:
    width = known.arguments["width"]
    data = reference.bits(reference.key(known.seed), len(known.bits) * width)
    assert integers(data, width) == list(known.bits)


@pytest.mark.parametrize(
    "known", [draw for draw in answers_of("uniform") if draw.dtype == "float32"], ids=str
)
def test_a_uniform_is_that_of_mlx_to_the_last_bit(known: KnownDraw) -> None:
    bounds = {name: known.arguments[name] for name in ("low", "high") if name in known.arguments}
    values = reference.uniform(reference.key(known.seed), len(known.bits), **bounds)
    assert float_words(values) == list(known.bits)


def test_a_thousand_random_draws_are_those_of_mlx_word_for_word() -> None:
    choose = random.Random(1)  # noqa: S311  reproducible, not secret
    for _ in range(1000):
        seed, n = choose.getrandbits(64), choose.choice([0, 1, 2, 3, choose.randrange(70)])
        low, high = choose.uniform(-9, 9), choose.uniform(-9, 9)
        key = mx.random.key(seed)
        drawn = mx.random.uniform(low, high, (n,), key=key).view(mx.uint32)
        assert reference.key(seed) == tuple(key.tolist())
        pairs = [tuple(pair) for pair in mx.random.split(key, n).tolist()]
        assert reference.split(reference.key(seed), n) == pairs
        values = reference.uniform(reference.key(seed), n, low, high)
        assert float_words(values) == drawn.tolist()


@given(PAIRS, PAIRS, PAIRS)
def test_two_counters_never_give_one_block(key: tuple, one: tuple, other: tuple) -> None:
    """For one key, the block is a permutation of the 2**64 counters."""
    equal = reference.block(key, one) == reference.block(key, other)
    assert equal == (one == other)


@given(PAIRS, st.integers(1, 200))
def test_a_fold_is_words_0_and_d_of_a_split_into_d(key: tuple, d: int) -> None:
    drawn = reference.words(key, 2 * d)
    assert reference.fold_in(key, d) == (drawn[0], drawn[d])


@given(PAIRS)
def test_fold_0_is_the_block_of_counter_0(key: tuple) -> None:
    assert reference.fold_in(key, 0) == reference.block(key, (0, 0))


@given(PAIRS, st.integers(0, 60))
def test_an_odd_draw_shares_all_but_its_middle_word_with_the_next_even_one(
    key: tuple, half: int
) -> None:
    odd, even = reference.words(key, 2 * half + 1), reference.words(key, 2 * half + 2)
    assert odd[:half] == even[:half]
    assert odd[half + 1 :] == even[half + 1 : -1]
    assert odd[half] == reference.block(key, (half, 0))[0]


@given(PAIRS, st.integers(0, 90))
def test_bytes_are_the_words_in_little_endian_order_cut_off(key: tuple, size: int) -> None:
    words = reference.words(key, (size + 3) // 4)
    assert reference.bits(key, size) == b"".join(w.to_bytes(4, "little") for w in words)[:size]


@given(PAIRS, st.integers(0, 50))
def test_a_uniform_is_at_least_0_and_below_1(key: tuple, n: int) -> None:
    assert all(0 <= value < 1 for value in reference.uniform(key, n))


def test_the_largest_words_are_held_below_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """2**32 - 128 and all above it would round to 2**32, and give 1."""
    largest = [2**32 - 129, 2**32 - 128, 2**32 - 1]
    monkeypatch.setattr(reference, "words", lambda key, n: largest)
    assert float_words(reference.uniform((0, 0), 3)) == [0x3F7FFFFF] * 3


def test_an_interval_wider_than_float32_is_infinite_as_in_mlx() -> None:
    drawn = mx.random.uniform(-3e38, 3e38, (3,), key=mx.random.key(0)).tolist()
    assert reference.uniform((0, 0), 3, -3e38, 3e38) == drawn == [float("inf")] * 3


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "7", None])
def test_a_seed_that_mlx_refuses_is_refused_in_the_same_type(seed: object) -> None:
    with pytest.raises(TypeError):
        mx.random.key(seed)
    with pytest.raises(
        TypeError, match=r"^key: seed .*\n  expected: 0 <= seed < 2\*\*64\n"
    ) as caught:
        reference.key(seed)
    assert isinstance(caught.value, KeysError)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: reference.block((0, 2**32), (0, 0)),
            ValueError,
            "block: a word of key is out of range",
        ),
        (
            lambda: reference.block((0, 0), (-1, 0)),
            ValueError,
            "block: a word of counter is out of range",
        ),
        (lambda: reference.block((0, 0, 0), (0, 0)), TypeError, "block: key must be two integers"),
        (lambda: reference.block(7, (0, 0)), TypeError, "block: key must be two integers"),
        (lambda: reference.block((0, 0), (0, 0), -1), ValueError, "block: rounds is negative"),
        (
            lambda: reference.words((0, 2**32), 1),
            ValueError,
            "words: a word of key is out of range",
        ),
        (lambda: reference.fold_in((-1, 0), 1), ValueError, "fold_in: a word of key is out of"),
        (lambda: reference.words((0, 0), -1), ValueError, "words: n is negative"),
        (lambda: reference.split((0, 0), -1), ValueError, "words: n is negative"),
        (lambda: reference.fold_in((0, 0), 2**32), ValueError, "fold_in: data is out of range"),
        (lambda: reference.fold_in((0, 0), -1), ValueError, "fold_in: data is out of range"),
    ],
)
def test_an_invalid_argument_is_refused_in_the_name_of_the_function(call, kind, message) -> None:
    with pytest.raises(kind, match=f"^{message}") as caught:
        call()
    assert isinstance(caught.value, KeysError)


#: Names, the first 16 hexadecimal digits of ``printf NAME | sha256sum``, and the fold of key(7).
NAMES: list[tuple[str | bytes, str, tuple[int, int]]] = [
    ("dropout", "1b4c0a293bc93fb9", (742759490, 2307964139)),
    ("", "e3b0c44298fc1c14", (1699338298, 203569489)),
    ("\u00e4", "33e6d73fee82904c", (2660495021, 3318898824)),
    (b"\xff", "a8100ae6aa1940d0", (13327454, 1121300971)),
]


@pytest.mark.parametrize(("name", "digits", "folded"), NAMES)
def test_the_counter_of_a_name_is_the_begin_of_its_hash(
    name: str | bytes, digits: str, folded: tuple[int, int]
) -> None:
    key = reference.key(7)
    assert reference.counter(name) == (int(digits[:8], 16), int(digits[8:], 16))
    assert reference.fold_in(key, name) == folded
    assert reference.block(key, reference.counter(name)) == folded


def test_text_is_its_utf_8_and_nothing_is_normalised() -> None:
    assert reference.counter("\u00e4") == reference.counter(b"\xc3\xa4")
    assert reference.counter("\u00e4") != reference.counter("a\u0308")
    assert reference.counter("1") != reference.counter(1) == (0, 1)
