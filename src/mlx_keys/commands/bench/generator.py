"""Our generator against ``mx.random``, plain and compiled, and against others that are here.

On MLX's default device. Calls that draw the same are measured alternately, so that ratios hold
within a run. A call is measured as a user makes it, from the call until the values are there,
after one like it. On a GPU with large draws, a batch of calls that is waited for once is measured
too, as the time of one call includes the cost of starting and waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .peers import peers
from .timing import Row, measure_alternately

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

#: Values a call, on a CPU and on a GPU.
SIZES = (2, 2**10, 2**20)
GPU_SIZES = (2, 2**20, 2**28)

#: How many calls make a batch that is waited for once, by the values of each.
BATCHES = {2**28: 8}

#: Small calls are timed many times for a measurement, in alternation: a batch of one of them would
#: have the machine to itself while another shares it. On a GPU no call takes long.
_REPEATS = 64
_SMALL = 2**16  # values
_REPEATS_ON_GPU = 4

#: The implementation that the others are compared with first.
BASE = "mx.random"


def measure_generator(rounds: int) -> list[Row]:
    """Measure every draw in several sizes.

    Args:
        rounds: How often each call is measured.
    """
    import mlx.core as mx

    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    return [
        row
        for size in (GPU_SIZES if on_gpu else SIZES)
        for name in ("split", *ARGUMENTS)
        for batch in (1, *([BATCHES[size]] if on_gpu and size in BATCHES else []))
        for row in measure_draw(name, size, rounds, batch, on_gpu=on_gpu)
    ]


def measure_draw(name: str, size: int, rounds: int, batch: int = 1, *, on_gpu: bool) -> list[Row]:
    """Measure one draw of one size by every implementation that is here.

    Args:
        name: ``split``, or one of :data:`ARGUMENTS`.
        size: How many values a call draws.
        rounds: How often it is measured.
        batch: How many calls are made before they are waited for.
        on_gpu: Whether ``mx.compile`` and other libraries are measured too.
    """
    draw = prepare_draw(name, size)
    implementations: dict[str, Callable[[int], object]] = {BASE: draw.mlx, "prng": draw.prng}
    if on_gpu:
        # On a CPU, mx.compile starts g++: that is not the time of a draw.
        implementations |= {} if name == "split" else {f"compiled {BASE}": draw.compiled}
        implementations |= peers(name, size)
    repeats = _REPEATS if size <= _SMALL else _REPEATS_ON_GPU if on_gpu and batch == 1 else 1
    first = {label: partial(call, 1) for label, call in implementations.items()}
    measure_alternately(first, 1)  # what is compiled at the first call is not measured
    batches = {label: partial(call, batch) for label, call in implementations.items()}
    base: Row | None = None
    rows = []
    for label, seconds in measure_alternately(batches, rounds, repeats, warmups=1).items():
        facts: dict[str, object] = {"draw": name, "who": label, "values": draw.values}
        facts |= {"in_a_row": batch} if batch > 1 else {}
        facts |= {"equal": draw.equal} if label == "prng" else {}
        function = f"{label}.{name}" if label == "prng" or label.endswith(BASE) else label
        title = f"{function}, {draw.values:,} values" + (f", {batch} in a row" * (batch > 1))
        per_call = tuple(each / batch for each in seconds)
        row = Row(title, per_call, base, draw.size, facts)
        base = base or row
        rows.append(row)
    return rows


@dataclass(frozen=True)
class DrawCalls:
    """One draw of one size, by MLX and by us. A call takes the batch: how many draws it makes.

    Attributes:
        values: How many values a call draws.
        size: How many bytes they take.
        equal: Whether both draws were equal bit for bit.
        mlx: Draws a batch with ``mx.random``, and waits for all of it.
        compiled: The same under ``mx.compile``.
        prng: The same with ``mlx_keys.prng``.
    """

    values: int
    size: int
    equal: bool
    mlx: Callable[[int], object]
    compiled: Callable[[int], object]
    prng: Callable[[int], object]


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
    by_mlx, by_prng = (partial(_draw, module, name, values) for module in (mx.random, prng))
    expected = by_mlx(key)
    return DrawCalls(
        expected.size,
        expected.nbytes,
        bits_equal(expected, by_prng(key)),
        partial(_draw_batch, by_mlx, key),
        partial(_draw_batch, mx.compile(by_mlx), key),
        partial(_draw_batch, by_prng, key),
    )


def _draw(module: Any, name: str, values: int, key: mx.array) -> Any:
    if name == "split":
        return module.split(key, max(values // 2, 1))
    return getattr(module, name)(**ARGUMENTS[name], shape=(values,), key=key)


def _draw_batch(draw: Callable[[mx.array], mx.array], key: mx.array, batch: int) -> None:
    import mlx.core as mx

    mx.eval([draw(key) for _ in range(batch)])  # it waits for the values
