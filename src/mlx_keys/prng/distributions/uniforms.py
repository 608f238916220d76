"""Uniform numbers between two bounds, from which other distributions are made too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mlx.core as mx

from mlx_keys.prng.arguments import (
    Scalar,
    Stream,
    on,
    read_floating,
    read_numbers,
    read_scalar,
    refuse_float64_on_a_gpu,
)
from mlx_keys.prng.backends import dispatch, kernel
from mlx_keys.prng.draw import BELOW_ONE, Draw, Values, begin_draw
from mlx_keys.prng.errors import UnsupportedError
from mlx_keys.prng.shapes import broadcast_within, read_shape


@dispatch.try_mlx_first
def uniform(
    low: Scalar = 0,
    high: Scalar = 1,
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Values:
    """Draw real numbers between ``low`` and ``high``, all equally likely.

    A word, rounded to float32, over 2**32 is ``u``; the result is ``(high - low) * u + low`` in the
    dtype. The last rounding can give ``high`` itself. :mod:`.continuous` explains the arguments
    that all functions share.

    Args:
        low: The lower bound; broadcast to ``shape``.
        high: The upper bound; broadcast to ``shape``.
        shape: The shape of the result.
        dtype: float32, float16 or bfloat16.
        key: One key.
        window: The rows that are wanted.
        stream: Where to do the work.

    Raises:
        RuntimeError: The dtype is float64, which mlx has no uniform of.
    """
    with on(stream):
        float_dtype, sides = read_uniform_dtype(dtype), read_shape(shape)
        draw = begin_draw(key, sides, window)
        bounds = {"low": low, "high": high}
        return between(draw, sides, bounds, float_dtype, numbers=read_numbers(low, high))


def between(
    draw: Draw,
    shape: tuple[int, ...],
    bounds: Mapping[str, Scalar],
    dtype: mx.Dtype,
    *,
    numbers: tuple[float, ...] | None = None,
) -> Values:
    """Draw between two bounds: ``(high - low) * u + low``, in the dtype.

    Args:
        draw: The draw.
        shape: The shape of the full draw.
        bounds: The lower and the upper bound by their parameters' names.
        dtype: A dtype that :func:`read_uniform_dtype` accepts.
        numbers: The bounds once more, where they are plain numbers: a kernel takes these.
    """
    if dtype == mx.float32 and numbers is not None and draw.has_kernel():
        return kernel.uniform(draw.key, draw.window, *numbers)
    low, high = (read_scalar(name, bound).astype(dtype) for name, bound in bounds.items())
    shapes = dict(zip(bounds, (low.shape, high.shape), strict=True))
    broadcast_within(shape, **shapes)
    low, high = draw.window.take(low), draw.window.take(high)
    if draw.is_call_of_mlx:
        return mx.random.uniform(low, high, draw.window.shape, dtype, key=draw.key)
    return (high - low) * draw.unit(dtype) + low


def read_uniform_dtype(dtype: mx.Dtype | None) -> mx.Dtype:
    """Read a dtype that mlx has uniform numbers of; None is float32."""
    float_dtype = read_floating(dtype)
    refuse_float64_on_a_gpu(float_dtype)
    if float_dtype not in BELOW_ONE:
        raise UnsupportedError(
            "mlx has no uniform numbers of this dtype",
            expected="float32, float16 or bfloat16",
            found=str(float_dtype),
            fix="draw float32, then .astype(mx.float64)",
        )
    return float_dtype
