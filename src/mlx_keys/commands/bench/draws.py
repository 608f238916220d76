"""The draws that are measured: the same calls of ``mx.random`` and of ``mlx_keys.prng``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import mlx.core as mx

#: Calls of ``module.function(**arguments, shape=(n,), key=key)``, by the function's name.
ARGUMENTS: Mapping[str, Mapping[str, float]] = {
    "uniform": {},
    "normal": {},
    "laplace": {},
    "gumbel": {},
    "truncated_normal": {"lower": -1.0, "upper": 2.0},
    "bernoulli": {"p": 0.3},
    "randint": {"low": 0, "high": 1000},
}


@dataclass(frozen=True)
class DrawCalls:
    """One draw of one size, by MLX and by us. A call takes the batch: how many draws it makes.

    Attributes:
        name: The function's name; ``split`` gives mlx's words as they are.
        values: How many values a call draws.
        size: How many bytes they take.
        equal: Whether both draws were equal bit for bit.
        mlx: Draws a batch with ``mx.random``, and waits for all of it.
        compiled: The same under ``mx.compile``.
        ours: The same with ``mlx_keys.prng``.
    """

    name: str
    values: int
    size: int
    equal: bool
    mlx: Callable[[int], object]
    compiled: Callable[[int], object]
    ours: Callable[[int], object]


def prepare_draw(name: str, values: int) -> DrawCalls:
    """Prepare the calls of a draw, and compare what both give.

    Args:
        name: ``split``, or one of :data:`ARGUMENTS`.
        values: How many values; an even number for ``split``.
    """
    import mlx.core as mx

    from mlx_keys import prng
    from mlx_keys.prng.conformance.check import bits_equal

    key = mx.random.key(7)
    by_mlx, by_us = (partial(_draw, module, name, values) for module in (mx.random, prng))
    expected, values_of_ours = by_mlx(key), by_us(key)
    return DrawCalls(
        name,
        expected.size,
        expected.nbytes,
        bits_equal(expected, values_of_ours),
        partial(_draw_batch, by_mlx, key),
        partial(_draw_batch, mx.compile(by_mlx), key),
        partial(_draw_batch, by_us, key),
    )


def _draw(module: Any, name: str, values: int, key: mx.array) -> mx.array:
    result: mx.array
    if name == "split":
        result = module.split(key, max(values // 2, 1))
    else:
        result = getattr(module, name)(**ARGUMENTS[name], shape=(values,), key=key)
    return result


def _draw_batch(draw: Callable[[mx.array], mx.array], key: mx.array, batch: int) -> None:
    import mlx.core as mx

    mx.eval([draw(key) for _ in range(batch)])  # it waits for the values
