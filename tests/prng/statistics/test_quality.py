"""Do the words of mlx_keys.prng look random, however a user gets them?

The keys are fixed, so that a test passes always or never. Each would fail truly random words with a
probability of at most one in a million (:mod:`randomness` derives the limits), and each has to fail
a generator of fewer rounds, or words that do overlap.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import mlx.core as mx
import numpy as np
import pytest
from tests.prng.statistics.randomness import (
    bit_balance,
    bit_correlation,
    bit_planes,
    common_words,
    equidistribution,
    judge_sign_sums,
    repeated_words,
    sign_sums,
)
from tests.prng.statistics.word_streams import (
    FULL,
    PAIRS,
    STREAMS,
    Prng,
    ReducedRounds,
    Source,
    Words,
    numbers,
    root,
    seed_keys,
)

from mlx_keys import prng
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.backends import ops

#: Words of a stream, and of each stream of a pair.
LONG, SHORT = 2**19, 2**16

#: 256 words are expected in each.
CELLS = LONG // 256

#: Trials of an avalanche, on arrays and on plain integers.
TRIALS, FEW_TRIALS = 2**11, 2**8


def _high(words: Words) -> float:
    return equidistribution(words >> np.uint32(21), CELLS)


def _low(words: Words) -> float:
    return equidistribution(words % np.uint32(CELLS), CELLS)


def _successive(words: Words) -> float:
    """The upper bits of a word and of the one after it, in twos that do not overlap."""
    upper = words >> np.uint32(27)
    return equidistribution(upper[::2] << np.uint32(5) | upper[1::2], 1024)


def _lagged(lag: int) -> Callable[[Words], float]:
    return lambda words: bit_correlation(words[:SHORT], words[lag : SHORT + lag])


ONE_STREAM: dict[str, Callable[[Words], float]] = {
    "each bit is set in half of the words": bit_balance,
    "the upper 11 bits are equidistributed": _high,
    "the lower 11 bits are equidistributed": _low,
    "successive words are equidistributed": _successive,
    "bits do not predict those of the next word": _lagged(1),
    "bits do not predict those of the next but one": _lagged(2),
    "as many words are repeated as chance repeats": repeated_words,
}

TWO_STREAMS: dict[str, Callable[[Words, Words], float]] = {
    "bits do not predict those of the other": bit_correlation,
    "no more words are in both than by chance": common_words,
}

#: In how few rounds a fault shows. Pairs whose keys and counters differ in random bits hide more.
VISIBLE = {
    "first words of numbered folds": 2,
    "siblings": 2,
    "parents and first children": 2,
    "parents and second children": 2,
}


@cache
def stream(name: str, rounds: int = FULL) -> Words:
    return STREAMS[name](source(rounds), LONG)


@cache
def pair(name: str, rounds: int = FULL) -> tuple[Words, Words]:
    return PAIRS[name](source(rounds), SHORT)


def source(rounds: int) -> Source:
    return Prng() if rounds == FULL else ReducedRounds(rounds)


# The controls: the package's generator with fewer rounds.


@pytest.mark.parametrize("name", STREAMS)
def test_the_generator_of_reduced_rounds_is_the_packages_with_20(name: str) -> None:
    assert np.array_equal(STREAMS[name](ReducedRounds(FULL), 2**12), STREAMS[name](Prng(), 2**12))


@pytest.mark.parametrize("name", PAIRS)
def test_the_generator_of_reduced_rounds_is_the_packages_with_20_in_pairs(name: str) -> None:
    reduced = PAIRS[name](ReducedRounds(FULL), 2**10)
    assert np.array_equal(PAIRS[name](Prng(), 2**10), reduced)


@pytest.mark.parametrize("rounds", [0, 1, 4, 7, 13, 20, 32])
def test_the_generator_of_reduced_rounds_has_the_rounds_of_the_reference(rounds: int) -> None:
    pairs = [tuple(words) for words in np.array(prng.bits((8, 2), key=prng.key(5))).tolist()]
    made = ReducedRounds(rounds).block(
        np.array(pairs[:4], np.uint32), np.array(pairs[4:], np.uint32)
    )
    blocks = zip(pairs[:4], pairs[4:], strict=True)
    assert made.tolist() == [list(threefry2x32.block(*one, rounds=rounds)) for one in blocks]


def test_a_seed_is_the_two_words_of_its_key() -> None:
    seeds = [0, 1, 2**32 - 1, 2**32, 2**32 + 1, 2**64 - 1]
    assert seed_keys(np.array(seeds, np.uint64)).tolist() == [
        prng.key(seed).tolist() for seed in seeds
    ]


# One stream.


@pytest.mark.parametrize("statistic", ONE_STREAM)
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_passes_each_statistic(name: str, statistic: str) -> None:
    assert ONE_STREAM[statistic](stream(name)) <= 1


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_of_few_rounds_fails_a_statistic(name: str) -> None:
    weak = stream(name, VISIBLE.get(name, 4))
    assert any(statistic(weak) > 1 for statistic in ONE_STREAM.values())


@pytest.mark.parametrize(
    ("statistic", "words"),
    [
        ("each bit is set in half of the words", lambda words: words | words >> 6 & 2**9),
        ("the upper 11 bits are equidistributed", lambda words: words * (1 - 2**-7)),
        ("the upper 11 bits are equidistributed", lambda words: numbers(LONG) << 13),
        ("the lower 11 bits are equidistributed", lambda words: np.where(words % 99, words, 7)),
        ("successive words are equidistributed", lambda words: np.sort(words.reshape(-1, 16))),
        ("bits do not predict those of the next word", lambda words: np.repeat(words, 2)),
        ("bits do not predict those of the next but one", lambda words: np.repeat(words, 3)),
        ("as many words are repeated as chance repeats", lambda words: words >> 3),
        ("as many words are repeated as chance repeats", np.unique),
    ],
)
def test_each_statistic_finds_its_fault(statistic: str, words: Callable[[Words], Words]) -> None:
    faulty = words(stream("a draw")).ravel()[:LONG].astype(np.uint32)
    assert ONE_STREAM[statistic](faulty) > 1


# Two streams.


@pytest.mark.parametrize("statistic", TWO_STREAMS)
@pytest.mark.parametrize("name", PAIRS)
def test_two_streams_pass_each_statistic(name: str, statistic: str) -> None:
    assert TWO_STREAMS[statistic](*pair(name)) <= 1


@pytest.mark.parametrize("name", PAIRS)
def test_two_streams_of_few_rounds_are_correlated(name: str) -> None:
    assert bit_correlation(*pair(name, VISIBLE.get(name, 4))) > 1


def test_no_two_of_a_million_keys_are_equal() -> None:
    """Null: 64 random bits each. Two of n are equal with a probability below n**2 / 2**65: 4e-8."""
    ours, key = Prng(), root()
    names = [f"layers.{number}" for number in range(2**10)]
    kinds = (
        ours.split(key[None], 2**18)[0],
        ours.split(ours.split(key[None], 2**17)[0]).reshape(-1, 2),
        ours.fold(key, numbers(2**18)),
        ours.split(seed_keys(numbers(2**17)), 2).reshape(-1, 2),
        ours.name(key, names),
    )
    keys = np.concatenate(kinds).astype(np.uint64)
    together = keys[:, 0] << np.uint64(32) | keys[:, 1]
    assert np.unique(together).size == together.size > 10**6


# Streams that overlap, as the documentation says: the statistics find it.


def test_the_children_of_a_split_are_the_words_of_a_draw() -> None:
    drawn = Prng().draw(root()[None], SHORT).ravel()
    children = Prng().split(root()[None], SHORT // 2).ravel()
    assert np.array_equal(drawn, children)
    assert bit_correlation(drawn, children) > 1
    assert common_words(drawn, children) > 1


@pytest.mark.parametrize("half", [1, 2, 1000, SHORT // 2])
def test_a_fold_is_two_words_of_a_draw_of_twice_its_number(half: int) -> None:
    drawn = Prng().draw(root()[None], 2 * half).ravel()
    assert Prng().fold(root(), np.array([half])).tolist() == [[drawn[0], drawn[half]]]


def test_draws_of_2h_plus_1_and_2h_plus_2_share_2h_words() -> None:
    odd = Prng().draw(root()[None], SHORT - 1).ravel()
    even = Prng().draw(root()[None], SHORT).ravel()
    assert (odd == even[:-1]).sum() == SHORT - 2
    assert bit_correlation(odd[: SHORT // 4], even[: SHORT // 4]) > 1
    assert common_words(odd, even) > 1


def test_neighbouring_folds_are_the_same_words_one_place_apart() -> None:
    """Numbers are counters: to test folds as streams against one another, take them in turn."""
    folds = Prng().fold(root(), numbers(SHORT // 2 + 1))
    assert common_words(folds[:-1].ravel(), folds[1:].ravel()) > 1


# Avalanche: each bit of the key and of the counter flips each bit of the block half of the time.


def avalanche(block: Callable[[Words, Words], Words], trials: int) -> np.ndarray:
    """By how much each of 128 input bits flips each of 64 output bits too often: (128, 64)."""
    inputs = Prng().draw(root()[None], 4 * trials).reshape(trials, 4)
    before = block(inputs[:, :2], inputs[:, 2:])
    sums = []
    for bit in range(128):
        flipped = inputs.copy()
        flipped[:, bit // 32] ^= np.uint32(1 << bit % 32)
        after = block(flipped[:, :2], flipped[:, 2:])
        changed = before ^ after
        sums.append(np.concatenate([sign_sums(bit_planes(changed[:, word])) for word in (0, 1)]))
    return np.stack(sums)


def block_in_mlx_operations(keys: Words, counters: Words) -> Words:
    first, second = ops.block(
        mx.array(keys.T), (mx.array(counters[:, 0]), mx.array(counters[:, 1]))
    )
    return np.stack([np.array(first), np.array(second)], axis=-1)


def block_in_plain_integers(rounds: int) -> Callable[[Words, Words], Words]:
    def block(keys: Words, counters: Words) -> Words:
        inputs = zip(keys.tolist(), counters.tolist(), strict=True)
        return np.array([threefry2x32.block(*one, rounds=rounds) for one in inputs], np.uint32)

    return block


def test_avalanche_is_complete_in_mlx_operations() -> None:
    assert judge_sign_sums(avalanche(block_in_mlx_operations, TRIALS), TRIALS) <= 1


def test_avalanche_is_complete_in_plain_integers() -> None:
    assert judge_sign_sums(avalanche(block_in_plain_integers(FULL), FEW_TRIALS), FEW_TRIALS) <= 1


@pytest.mark.parametrize("rounds", [4, 7])
def test_avalanche_of_few_rounds_is_incomplete(rounds: int) -> None:
    assert judge_sign_sums(avalanche(ReducedRounds(rounds).block, TRIALS), TRIALS) > 1


def test_avalanche_of_few_rounds_in_plain_integers_is_incomplete() -> None:
    assert judge_sign_sums(avalanche(block_in_plain_integers(4), 2**6), 2**6) > 1
