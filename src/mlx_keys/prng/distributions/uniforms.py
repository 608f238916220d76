"""Words made into real numbers between two bounds: what the distributions start from.

Each draws for a ``function``, whose name an error is to carry, and asks :mod:`.source` who makes
the numbers: a kernel in one pass, ``mx.random`` itself, or words and MLX's operations on them, in
MLX's order and dtypes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mlx.core as mx

from mlx_keys.prng.arguments import (
    Scalar,
    broadcast_within,
    read_floating,
    read_key,
    read_scalar,
    read_shape,
    refuse_float64_on_a_gpu,
)
from mlx_keys.prng.backends import dispatch, kernel
from mlx_keys.prng.errors import UnsupportedError
from mlx_keys.prng.keys import draw
from mlx_keys.prng.window import Part, read_part

#: The largest value below 1 of each dtype: what keeps a draw of ``u`` under 1.
_BELOW_ONE = {mx.float32: 1 - 2**-24, mx.float16: 1 - 2**-11, mx.bfloat16: 1 - 2**-8}

#: The float32 next to -1: erfinv(-1) would be -infinity.
_ABOVE_MINUS_ONE = -1 + 2**-24


def between(
    function: str,
    bounds: Mapping[str, Scalar],
    shape: Sequence[int],
    dtype: mx.Dtype,
    key: mx.array,
    *,
    window: slice | None = None,
    numbers: tuple[float, ...] | None = None,
) -> mx.array:
    """Draw for ``function``, whose name an error is to carry, between two bounds.

    Args:
        function: The name.
        bounds: The lower and the upper bound by their names; an array is of the dtype already.
        shape: The shape of the whole draw.
        dtype: The dtype.
        key: One key.
        window: The rows that are wanted.
        numbers: The bounds once more, where they came as plain numbers.
    """
    kind = read_uniform(function, dtype)
    sides = read_shape(function, shape)
    part = read_part(function, sides, window)
    if kind == mx.float32 and numbers is not None and has_kernel(function, key):
        return kernel.uniform(key, part, *numbers)
    low, high = (read_scalar(function, name, bound).astype(kind) for name, bound in bounds.items())
    broadcast_within(function, sides, **dict(zip(bounds, (low.shape, high.shape), strict=True)))
    if dispatch.mlx_draws(function, part, read_key(function, key)):
        return mx.random.uniform(low, high, part.shape, kind, key=key)
    low, high = part.of(low), part.of(high)
    return (high - low) * unit(function, part, kind, key) + low


def read_uniform(function: str, dtype: mx.Dtype | None) -> mx.Dtype:
    """A dtype that mlx has uniform numbers of."""
    kind = read_floating(function, dtype)
    refuse_float64_on_a_gpu(function, kind)
    if kind not in _BELOW_ONE:
        raise UnsupportedError(
            f"{function}: mlx has no uniform numbers of this dtype",
            expected="float32, float16 or bfloat16",
            found=str(kind),
            fix="draw float32, then .astype(mx.float64)",
        )
    return kind


def unit(function: str, part: Part, kind: mx.Dtype, key: mx.array) -> mx.array:
    """Draw numbers in [0, 1)."""
    largest = _BELOW_ONE[kind]
    match dispatch.chosen(function, read_key(function, key)):
        case "mlx" if part.whole:
            return dispatch.mlx(
                lambda k: mx.random.uniform(shape=part.shape, dtype=kind, key=k), key
            )
        case "kernel":
            return kernel.uniform(key, part, largest=largest).astype(kind)
    words = draw(function, part, key)
    drawn = words.astype(mx.float32) / mx.array(2**32, mx.float32)
    return mx.minimum(drawn, mx.array(largest, mx.float32)).astype(kind)


def signed(function: str, part: Part, key: mx.array) -> mx.array:
    """Draw float32 numbers in (-1, 1): the ``s`` of normal and laplace."""
    if dispatch.mlx_draws(function, part, read_key(function, key)):
        return mx.random.uniform(_ABOVE_MINUS_ONE, 1.0, part.shape, key=key)
    if has_kernel(function, key):
        return kernel.uniform(key, part, _ABOVE_MINUS_ONE, 1.0)
    low = mx.array(_ABOVE_MINUS_ONE, mx.float32)
    width = mx.array(1.0, mx.float32) - low
    return width * unit(function, part, mx.float32, key) + low


def inverse_erf(function: str, part: Part, key: mx.array) -> mx.array:
    """Draw ``erfinv(s)``, float32."""
    if has_kernel(function, key, "normal"):
        return kernel.draw("normal", key, part, 1.0, 1.0)
    return mx.erfinv(signed(function, part, key))


def has_kernel(function: str, key: mx.array, name: str = "uniform") -> bool:
    """Whether a kernel makes this draw: the one of that name."""
    return dispatch.chosen(function, read_key(function, key)) == "kernel" and kernel.has(name)
