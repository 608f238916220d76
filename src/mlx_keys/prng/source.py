"""Who makes the words: the reference in plain integers, or MLX's own operations.

The choice changes no value, only where and how fast it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

import mlx.core as mx

from . import array, threefry2x32
from .refusals import ArgumentValueError

#: The sources there are; the first is the default.
SOURCES = ("ops", "reference")

_source: ContextVar[str] = ContextVar("mlx_keys.prng.source", default=SOURCES[0])


@contextmanager
def using(source: str) -> Iterator[None]:
    """Choose who makes the words of every draw inside a ``with`` block.

    The choice holds for this thread, or this asyncio task, until the block ends.

    Args:
        source: ``"ops"`` (MLX operations on the default device; the default) or ``"reference"``
            (:mod:`mlx_keys.prng.threefry2x32`, plain integers on the CPU: slow, and not inside
            ``mx.compile`` or ``mx.vmap``, as it has to read the key's words).

    Raises:
        ValueError: There is no such source.

    Example:
        >>> with prng.using("reference"):
        ...     prng.uniform(shape=(3,), key=prng.key(7))
    """
    if source not in SOURCES:
        raise ArgumentValueError(
            "using: no such source of words",
            expected=" or ".join(f'"{name}"' for name in SOURCES),
            found=repr(source),
        )
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def words(function: str, key: mx.array, n: int) -> mx.array:
    """Draw ``n`` words for ``function``, shape (n,), uint32."""
    if _source.get() == "ops":
        return array.words(key, n)
    return mx.array(threefry2x32.words(_read(function, key), n), dtype=mx.uint32)


def block(function: str, key: mx.array, counter: tuple[mx.array, mx.array]) -> mx.array:
    """Scramble one counter (two uint32 scalars) for ``function``: shape (2,), uint32."""
    if _source.get() == "ops":
        return mx.stack([*array.block(key, counter)])
    pair = _read(function, mx.stack([*counter]))
    return mx.array(threefry2x32.block(_read(function, key), pair), dtype=mx.uint32)


def _read(function: str, pair: mx.array) -> threefry2x32.Pair:
    """Two words as plain integers, which only an evaluated array can give."""
    try:
        first, second = cast(list[int], pair.tolist())
    except ValueError:
        raise ArgumentValueError(
            f"{function}: the reference can't read a key inside mx.compile, mx.vmap or mx.grad",
            expected="a key whose words are known",
            found="a key that is being traced",
            mend='draw inside prng.using("ops"), the default',
        ) from None
    return first, second
