"""Statistics of words, each with a limit that random words pass with a probability of 1e-6.

The null hypothesis of each is that words are independent and all 2**32 values equally likely. From
it follows how often chance alone takes the statistic past a limit, and the limit is set so that
this happens with a probability of at most :data:`FALSE_ALARM`, over all the counts in the statistic
together. A function returns the statistic as a multiple of its limit: above 1 the words are not
random.
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np

#: How often one test of random words would fail by chance.
FALSE_ALARM = 1e-6


def judge_sign_sums(sums: np.ndarray, tosses: int) -> float:
    """Judge many sums of ``tosses`` fair signs each, +1 or -1.

    Null: each sum is that of independent fair signs; the sums may depend on one another. By
    Hoeffding's inequality a sum is beyond t with a probability below ``2 exp(-t**2 / (2 tosses))``,
    which times the number of sums is FALSE_ALARM at the limit.

    Source: Hoeffding, "Probability inequalities for sums of bounded random variables", 1963,
    theorem 2.
    """
    limit = sqrt(2 * tosses * log(2 * sums.size / FALSE_ALARM))
    return float(np.abs(sums).max()) / limit


def bit_planes(words: np.ndarray) -> np.ndarray:
    """The bits of words, a row a bit, the lowest first: shape (32, n / 64), 64 words in each."""
    octets = np.ascontiguousarray(words, "<u4").view(np.uint8).reshape(-1, 4)
    bits = np.unpackbits(octets, axis=1, bitorder="little")
    return np.ascontiguousarray(np.packbits(bits.T, axis=1)).view(np.uint64)


def sign_sums(bits: np.ndarray) -> np.ndarray:
    """The sum of bits as fair signs, along the last axis: a set one is +1, another -1."""
    ones = np.bitwise_count(bits).sum(axis=-1, dtype=np.int64)
    return 2 * ones - 64 * bits.shape[-1]


def bit_balance(words: np.ndarray) -> float:
    """Is each of the 32 bits set in half of the words?

    Null: 32 sums of fair signs, one a bit.
    """
    return judge_sign_sums(sign_sums(bit_planes(words)), len(words))


def bit_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Does a bit of one stream predict a bit of the other at the same place?

    Null: 1,024 sums, one a pair of bits, of products of two fair signs, which are fair signs. It
    holds as well for a stream and itself some places on, as each product has a factor that no
    product before it had.
    """
    planes = bit_planes(first)[:, None] ^ bit_planes(second)
    return judge_sign_sums(sign_sums(planes), len(first))


def equidistribution(values: np.ndarray, cells: int) -> float:
    """Are all values below ``cells`` equally frequent? Too evenly frequent is a fault as well.

    Null: Pearson's statistic is chi-squared with k = cells - 1 degrees of freedom (256 values a
    cell or more are expected here). It is above ``k + 2 sqrt(k x) + 2 x``, or below
    ``k - 2 sqrt(k x)``, with a probability of at most ``exp(-x)`` each.

    Source: Laurent and Massart, "Adaptive estimation of a quadratic functional by model selection",
    2000, lemma 1.
    """
    expected = len(values) / cells
    statistic = float(((np.bincount(values, minlength=cells) - expected) ** 2).sum()) / expected
    freedom, x = cells - 1, log(2 / FALSE_ALARM)
    reach = 2 * sqrt(freedom * x)
    return max((statistic - freedom) / (reach + 2 * x), (freedom - statistic) / reach)


def repeated_words(words: np.ndarray) -> float:
    """How many words come again? Too few is a fault as well: a permutation has none.

    Null: the repeats among n words are n minus the number of different ones, about Poisson with
    the mean n**2 / 2**33.
    """
    ordered = np.sort(words)
    repeats = int((ordered[1:] == ordered[:-1]).sum())
    mean = len(words) - 2**32 * -np.expm1(len(words) * np.log1p(-(2.0**-32)))
    return _judge_poisson(repeats, mean)


def common_words(first: np.ndarray, second: np.ndarray) -> float:
    """How many words of one stream are in the other, at any place?

    Null: about Poisson with the mean ``len(first) * len(second) / 2**32``.
    """
    return _judge_poisson(int(np.isin(first, second).sum()), len(first) * len(second) / 2**32)


def _judge_poisson(found: int, mean: float) -> float:
    """Judge a Poisson count: above 1 where so few, or so many, are rarer than FALSE_ALARM / 2."""
    most = int(mean)
    while _poisson_tail(most, mean) > FALSE_ALARM / 2:
        most += 1
    fewest = int(mean)
    while fewest >= 0 and 1 - _poisson_tail(fewest + 1, mean) > FALSE_ALARM / 2:
        fewest -= 1
    too_many = (found - mean) / (most - 1 - mean)
    return max(too_many, (mean - found) / (mean - fewest - 1) if fewest >= 0 else 0.0)


def _poisson_tail(count: int, mean: float) -> float:
    """The probability of ``count`` or more of a Poisson variable."""
    term = total = exp(-mean)
    if count == 0:
        return 1.0
    for number in range(1, count):
        term *= mean / number
        total += term
    return max(1 - total, 0.0)
