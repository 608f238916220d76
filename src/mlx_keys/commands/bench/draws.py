"""The draws that are measured: mlx's calls and ours with the same arguments."""

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
class Drawn:
    """One draw of one size, by MLX and by us.

    Attributes:
        name: The function's; ``split`` shows mlx's words as they are.
        values: How many values a call draws.
        size: Of how many bytes.
        equal: Whether every bit was the same.
        theirs: Make it so many times with ``mx.random``, and wait for all.
        compiled: The same under ``mx.compile``.
        ours: Make it so many times with ``mlx_keys.prng``, and wait for all.
    """

    name: str
    values: int
    size: int
    equal: bool
    theirs: Callable[[int], object]
    compiled: Callable[[int], object]
    ours: Callable[[int], object]


def drawn(name: str, values: int) -> Drawn:
    """Get a draw ready to be measured, and see whether both give the same.

    Args:
        name: ``split``, or one of :data:`ARGUMENTS`.
        values: How many values; an even number for ``split``.
    """
    import mlx.core as mx

    from mlx_keys import prng
    from mlx_keys.prng.conformance.check import same

    key = mx.random.key(7)
    calls = [partial(_call, module, name, values) for module in (mx.random, prng)]
    theirs, ours = calls
    made = [call(key) for call in calls]
    equal = same(*made)
    return Drawn(
        name,
        made[0].size,
        made[0].nbytes,
        equal,
        partial(_made, theirs, key),
        partial(_made, mx.compile(theirs), key),
        partial(_made, ours, key),
    )


def _call(module: Any, name: str, values: int, key: mx.array) -> mx.array:
    drawn: mx.array
    if name == "split":
        drawn = module.split(key, max(values // 2, 1))
    else:
        drawn = getattr(module, name)(**ARGUMENTS[name], shape=(values,), key=key)
    return drawn


def _made(call: Callable[[mx.array], mx.array], key: mx.array, in_a_row: int) -> None:
    import mlx.core as mx

    mx.eval([call(key) for _ in range(in_a_row)])  # it waits for the values
