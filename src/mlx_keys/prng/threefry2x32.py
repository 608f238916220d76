"""Threefry-2x32 on plain integers: the reference that every other implementation is held against.

It imports neither MLX nor NumPy. It is for reading, for drawing key trees and for judging; it makes
about a hundred thousand words a second.

A *key* is two 32-bit words, and so is a *counter*. :func:`block` turns one of each into two words
that look random and depend on nothing else. All the rest is bookkeeping: which counters, in which
order (:func:`words`), and what the words are then called: keys (:func:`split`, :func:`fold_in`),
bytes (:func:`bits`) or floats (:func:`uniform`).

Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11,
https://doi.org/10.1145/2063384.2063405. The constants for words of 32 bits are those of the
authors' own library, Random123 (``threefry.h``). The layout of the words is that of MLX, which is
the older of JAX's two (``jax_threefry_partitionable=False``).
"""

from __future__ import annotations

from array import array
from hashlib import sha256
from operator import index
from struct import pack, unpack
from typing import SupportsIndex, TypeAlias

from .errors import ArgumentTypeError, ArgumentValueError, wrong_type

#: Two 32-bit words.
Pair: TypeAlias = tuple[int, int]

#: By how many bits the second word turns in each round; the ninth round begins again at the first.
#: Random123's R_32x2_0 to R_32x2_7, found by its authors' search for fast diffusion.
ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)

#: Makes the third word of the key schedule, so that even a key of zeros has one that is not zero.
#: Random123's SKEIN_KS_PARITY32: the upper half of the constant C240 of the cipher Skein.
PARITY = 0x1BD11BDA

#: A word of the key schedule is added after every fourth round.
ROUNDS_PER_INJECTION = 4

#: The largest float32 below 1: no draw gives 1 itself, although 2**32 - 1 rounds up to 2**32.
BELOW_ONE = 1 - 2**-24

_MASK = 0xFFFFFFFF


def block(key: Pair, counter: Pair, rounds: int = 20) -> Pair:
    """Scramble one counter with one key: the whole of Threefry-2x32.

    Args:
        key: Two words, each in [0, 2**32).
        counter: Two words, each in [0, 2**32).
        rounds: How often the two words are mixed: 20 in MLX, in JAX and by default in Random123.

    Returns:
        Two words, each in [0, 2**32).

    Example:
        >>> [hex(word) for word in block((0, 0), (0, 0))]
        ['0x6b200159', '0x99ba4efe']
    """
    if index(rounds) < 0:
        raise ArgumentValueError(
            "block: rounds is negative",
            expected="an integer of 0 or more",
            found=str(rounds),
            fix="rounds=20, as everywhere else here",
        )
    return _block(_pair("block", "key", key), _pair("block", "counter", counter), rounds)


def key(seed: SupportsIndex) -> Pair:
    """Make a key from a seed: its upper and its lower 32 bits.

    Args:
        seed: An integer in [0, 2**64).

    Raises:
        TypeError: The seed is no integer, or out of range (mlx raises the same).
    """
    try:
        value = index(seed)
    except (TypeError, ValueError):  # a ValueError of an array that is being traced
        fix = "key(int(seed)); a name of a key goes to fold_in(key, name)"
        raise wrong_type("key: seed must be an integer", seed, "0 <= seed < 2**64", fix) from None
    if not 0 <= value < 2**64:
        raise ArgumentTypeError(
            "key: seed is out of range",
            expected="0 <= seed < 2**64",
            found=str(value),
            fix=f"key({value} % 2**64) takes its lower 64 bits",
        )
    return value >> 32, value & _MASK


def split(key: Pair, num: int = 2) -> list[Pair]:
    """Make ``num`` keys of one: the first ``2 * num`` words, taken in twos.

    There is no prefix: ``split(key, 3)[0] != split(key, 4)[0]``, as the counters depend on how many
    words are asked for. For keys that are counted, use :func:`fold_in`.
    """
    drawn = words(key, 2 * index(num))
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def fold_in(key: Pair, data: SupportsIndex | str | bytes) -> Pair:
    """Make the key numbered, or named, ``data`` of a key, at the cost of one block.

    It is the block of the counter that :func:`counter` makes of ``data``. For a number it is what
    ``jax.random.fold_in`` gives, and for 1 or more also words 0 and ``data`` of
    ``mx.random.split(key, data)``.

    Args:
        key: Two words.
        data: An integer in [0, 2**32), or a name.
    """
    return _block(_pair("fold_in", "key", key), counter(data))


def counter(data: SupportsIndex | str | bytes) -> Pair:
    """Make the counter whose block :func:`fold_in` takes.

    A number ``d`` has the counter ``(0, d)``. A name has 64 bits of its hash: the first eight bytes
    of the SHA-256 of its UTF-8, as two big-endian words. Bytes are hashed as they are. As a block
    is a permutation of the counters, two names have one key where their 64 bits are equal, and
    nowhere else: among n names that happens with a probability below n**2 / 2**65.

    Source: FIPS 180-4 for SHA-256; for the bound, the birthday problem.
    """
    if isinstance(data, (str, bytes)):
        try:
            name = data.encode() if isinstance(data, str) else data
        except UnicodeEncodeError:
            raise ArgumentValueError(
                "fold_in: the name has no UTF-8",
                expected="text without lone surrogates",
                found=ascii(data),
                fix='data.encode("utf-8", "surrogatepass"), whose bytes are hashed as they are',
            ) from None
        first, second = unpack(">II", sha256(name, usedforsecurity=False).digest()[:8])
        return first, second
    try:
        number = index(data)
    except TypeError:
        problem = "fold_in: data must be an integer or a name"
        fix = "int(data) for a number, str(data) for a name"
        raise wrong_type(problem, data, "0 <= data < 2**32, or text, or bytes", fix) from None
    if not 0 <= number <= _MASK:
        raise ArgumentValueError(
            "fold_in: data is out of range",
            expected="0 <= data < 2**32",
            found=str(number),
            fix=f"fold_in(key, {str(number)!r}): a name may have any length",
        )
    return 0, number


def words(key: Pair, n: int, start: int = 0, stop: int | None = None) -> list[int]:
    """Draw ``n`` words, in the order in which MLX lays them out, or some of them.

    Half as many counters are needed as words. The counter ``(i, i + m)``, where ``m`` is half of
    ``n`` rounded up, fills word ``i`` with the block's first word and word ``i + m`` with its
    second. When ``n`` is odd the middle word has no partner: it comes from the counter ``(m - 1,
    0)``, whose second word is dropped.

    Args:
        key: Two words.
        n: How many words the draw has.
        start: The index of the first word to make.
        stop: The index after the last word to make (None: ``n``). No other words are made.
    """
    count = index(n)
    if count < 0:
        raise ArgumentValueError(
            "words: n is negative",
            expected="0 or more words",
            found=str(count),
            fix="give n as a number of words: 0 or more",
        )
    pair = _pair("words", "key", key)
    half, odd = divmod(count, 2)
    counters = half + odd
    end = count if stop is None else stop
    if (start, end) == (0, count):
        blocks = [_block(pair, (i, i + counters)) for i in range(half)]
        middle = [_block(pair, (half, 0))[0]] if odd else []
        return [first for first, _ in blocks] + middle + [second for _, second in blocks]
    halves = ((word // counters, word % counters) for word in range(start, end))
    return [_block(pair, (i, i + counters if i < half else 0))[second] for second, i in halves]


def bits(key: Pair, size: int) -> bytes:
    """Draw ``size`` bytes: the words in little-endian order, cut off where ``size`` says."""
    count = index(size)
    drawn = words(key, -(-count // 4))
    return pack(f"<{len(drawn)}I", *drawn)[:count]


def uniform(key: Pair, n: int, low: float = 0.0, high: float = 1.0) -> list[float]:
    """Draw ``n`` float32 values between ``low`` and ``high``, bit for bit those of MLX.

    A word is rounded to float32 and divided by 2**32, held below 1, then stretched:
    ``(high - low) * u + low``, each step rounded to float32. The last rounding may give ``high``
    itself.

    Returns:
        Python floats, each of which is a float32 value exactly.
    """
    bottom, top = _float32(low), _float32(high)
    width = _float32(top - bottom)
    unit = (min(_float32(word) / 2**32, BELOW_ONE) for word in words(key, n))
    # A double holds the product of two floats exactly and their sum to 53 bits, so that rounding
    # it once more gives what float32 arithmetic gives (Figueroa, "When is double rounding
    # innocuous?", 1995: 53 >= 2 * 24 + 2).
    return [_float32(_float32(width * u) + bottom) for u in unit]


def _block(key: Pair, counter: Pair, rounds: int = 20) -> Pair:
    schedule = (*key, key[0] ^ key[1] ^ PARITY)
    x0 = (counter[0] + schedule[0]) & _MASK
    x1 = (counter[1] + schedule[1]) & _MASK
    for done in range(1, rounds + 1):
        rotation = ROTATIONS[(done - 1) % 8]
        x0 = (x0 + x1) & _MASK
        x1 = ((x1 << rotation | x1 >> (32 - rotation)) & _MASK) ^ x0
        injection, within = divmod(done, ROUNDS_PER_INJECTION)
        if within == 0:
            x0 = (x0 + schedule[injection % 3]) & _MASK
            x1 = (x1 + schedule[(injection + 1) % 3] + injection) & _MASK
    return x0, x1


def _float32(value: float) -> float:
    """The nearest float32 (ties to even; beyond the largest, infinity)."""
    return array("f", (value,))[0]


def _pair(function: str, name: str, pair: Pair) -> Pair:
    """The pair as plain integers, or a refusal that names what is wrong with it."""
    try:
        first, second = (index(word) for word in pair)
    except (TypeError, ValueError):
        raise ArgumentTypeError(
            f"{function}: {name} must be two integers",
            expected="(int, int)",
            found=repr(pair),
            fix="threefry2x32.key(seed) makes a key" if name == "key" else "(0, number)",
        ) from None
    if not (0 <= first <= _MASK and 0 <= second <= _MASK):
        raise ArgumentValueError(
            f"{function}: a word of {name} is out of range",
            expected="each word in [0, 2**32)",
            found=repr((first, second)),
            fix=f"{first % 2**32}, {second % 2**32}: the words modulo 2**32",
        )
    return first, second
