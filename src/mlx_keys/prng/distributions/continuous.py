"""Real numbers of continuous distributions: normal, Laplace, Gumbel, truncated normal.

Each draws words and then applies the operations that MLX applies, in MLX's order and dtypes, so
that equal words give equal numbers. All take mlx's own arguments, with ``key`` required and by
keyword. Unless a function says otherwise:

- ``shape`` is the shape of the result and ``dtype`` its dtype (None: float32);
- ``key`` is one key, shape (2,), uint32;
- ``window`` says which rows of the result (along its first axis) are wanted:
  ``window=slice(a, b)`` gives what ``full[a:b]`` is, and makes no more than that;
- ``stream`` is where the work is done (None: MLX's default device);
- a TypeError says that an argument is of the wrong type, a ValueError that a key, shape or dtype
  does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import mlx.core as mx

from mlx_keys.prng.arguments import (
    Scalar,
    Stream,
    on,
    read_dtype,
    read_floating,
    read_numbers,
    read_one_number,
    read_scalar,
    refuse_float64_on_a_gpu,
)
from mlx_keys.prng.backends import dispatch
from mlx_keys.prng.draw import Draw, Values, begin_draw
from mlx_keys.prng.errors import ArgumentValueError
from mlx_keys.prng.shapes import broadcast, read_shape

from .uniforms import between, read_uniform_dtype


@dispatch.try_mlx_first
def normal(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    loc: Scalar | None = None,
    scale: Scalar | None = None,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Values:
    """Draw normally distributed numbers: ``sqrt(2) * scale * erfinv(s) + loc``, s in (-1, 1).

    Args:
        shape: The shape of the draw. A larger ``loc`` or ``scale`` repeats it.
        dtype: float32, float16, bfloat16, float64 (of float32's precision), or complex64, whose
            two parts have variance 1/2 each.
        loc: The mean (None: 0).
        scale: The standard deviation (None: 1).
        key: One key.
        window: The rows that are wanted.
        stream: Where to do the work.
    """
    dtype = read_dtype(dtype, mx.float32)
    if dtype != mx.complex64 and not mx.issubdtype(dtype, mx.floating):
        raise ArgumentValueError(
            "dtype must be a floating point type",
            expected="float32, float16, bfloat16, float64 or complex64",
            found=str(dtype),
            fix="draw float32, then .astype(...)",
        )
    with on(stream):
        sides = read_shape(shape)
        draw = begin_draw(key, sides, window)
        numbers = read_numbers(1.0 if scale is None else scale, *([] if loc is None else [loc]))
        if dtype == mx.float32 and numbers is not None and draw.has_kernel("normal"):
            name = "normal" if loc is None else "moved_normal"
            return draw.launch(name, math.sqrt(2), *numbers)
        refuse_float64_on_a_gpu(dtype)
        mean = None if loc is None else read_scalar("loc", loc, dtype)
        deviation = None if scale is None else read_scalar("scale", scale, dtype)
        _refuse_window_of_repeated(draw, sides, loc=mean, scale=deviation)
        mean = None if mean is None else draw.window.take(mean).astype(dtype)
        deviation = None if deviation is None else draw.window.take(deviation).astype(dtype)
        if dtype == mx.complex64:
            values = _normal_complex(draw, deviation)
        else:
            values = _normal_ops(draw, dtype, deviation)
        return values if mean is None else mean + values


def _normal_ops(draw: Draw, dtype: mx.Dtype, scale: mx.array | None) -> Values:
    root2 = mx.array(math.sqrt(2), dtype)
    factor = root2 if scale is None else root2 * scale
    return factor * draw.inverse_erf().astype(dtype)


def _normal_complex(draw: Draw, scale: mx.array | None) -> Values:
    """Draw the two parts as a pair of floats, of variance 1/2 each: no factor sqrt(2)."""
    values = draw.as_pairs().inverse_erf().view(mx.complex64).squeeze(-1)
    return values if scale is None else scale * values


def _refuse_window_of_repeated(
    draw: Draw, shape: tuple[int, ...], **parameters: mx.array | None
) -> None:
    """Refuse parameters that do not broadcast with the draw, or repeat it under a window."""
    shapes = {name: array.shape for name, array in parameters.items() if array is not None}
    broadcasted = broadcast(shape=shape, **shapes)
    if draw.window.rows is not None and broadcasted != shape:
        raise ArgumentValueError(
            "a window is of the draw, and loc or scale repeats it",
            expected="a shape that holds loc and scale",
            found=f"shape {shape}, a result of shape {broadcasted}",
            fix=f"shape={broadcasted}, or no window",
        )


@dispatch.try_mlx_first
def laplace(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    loc: float = 0.0,
    scale: float = 1.0,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Values:
    """Draw Laplace distributed numbers: ``scale * sign(s) * log1p(-abs(s)) + loc``, s in (-1, 1).

    Args:
        shape: The shape of the result.
        dtype: float32, float16, bfloat16 or float64.
        loc: The mean, one number.
        scale: The width, one number.
        key: One key.
        window: The rows that are wanted.
        stream: Where to do the work.
    """
    mean, width = read_one_number("loc", loc), read_one_number("scale", scale)
    dtype = read_floating(dtype)
    with on(stream):
        draw = begin_draw(key, read_shape(shape), window)
        if dtype == mx.float32 and draw.has_kernel("laplace"):
            if mean == 0:
                return draw.launch("laplace", width)
            return draw.launch("moved_laplace", width, mean)
        refuse_float64_on_a_gpu(dtype)
        s = draw.signed()
        values = (mx.sign(s) * mx.log1p(mx.array(-1.0, dtype) * mx.abs(s))).astype(dtype)
        # mlx reads both as float32, whatever the dtype.
        if width != 1:
            values = mx.array(width, mx.float32).astype(dtype) * values
        return values if mean == 0 else mx.array(mean, mx.float32).astype(dtype) + values


@dispatch.try_mlx_first
def gumbel(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Values:
    """Draw from the standard Gumbel distribution: ``-log(-log(u))``, u in [0, 1).

    Args:
        shape: The shape of the result.
        dtype: float32, float16 or bfloat16.
        key: One key.
        window: The rows that are wanted.
        stream: Where to do the work.

    Raises:
        RuntimeError: The dtype is float64, which mlx has no uniform of.
    """
    with on(stream):
        dtype = read_uniform_dtype(dtype)
        draw = begin_draw(key, read_shape(shape), window)
        return gumbel_numbers(draw, dtype)


@dispatch.try_mlx_first
def truncated_normal(
    lower: Scalar,
    upper: Scalar,
    shape: Sequence[int] | None = None,
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Values:
    """Draw normally distributed numbers between ``lower`` and ``upper``, both included.

    It is ``sqrt(2) * erfinv(v)`` with ``v`` uniform between ``erf(lower / sqrt(2))`` and
    ``erf(upper / sqrt(2))``, clipped to the bounds; far out (beyond 5 or so) float32's erf is 1,
    and all draws are a bound.

    Args:
        lower: The lower bound; broadcast to ``shape``.
        upper: The upper bound; broadcast to ``shape``.
        shape: The shape of the result; None: what the bounds make together.
        dtype: float32, float16 or bfloat16.
        key: One key.
        window: The rows that are wanted.
        stream: Where to do the work.

    Raises:
        RuntimeError: The dtype is float64, which mlx has no uniform of.
    """
    name = "truncated_normal"
    with on(stream):
        dtype = read_uniform_dtype(dtype)
        bottom, top = read_scalar("lower", lower), read_scalar("upper", upper)
        of_bounds = {"lower": bottom.shape, "upper": top.shape}
        sides = broadcast(**of_bounds) if shape is None else read_shape(shape)
        draw = begin_draw(key, sides, window)
        numbers = read_numbers(lower, upper)
        plain = numbers is not None and not any(map(math.isnan, numbers))
        if dtype == mx.float32 and plain and draw.has_kernel(name):
            return draw.launch(name, *cast(tuple[float, ...], numbers), math.sqrt(2))
        bottom, top = bottom.astype(dtype), top.astype(dtype)
        root2 = mx.array(math.sqrt(2), dtype)
        bounds = {"lower": mx.erf(bottom / root2), "upper": mx.erf(top / root2)}
        inner = root2 * mx.erfinv(between(draw, sides, bounds, dtype))
        return mx.maximum(mx.minimum(draw.window.take(top), inner), draw.window.take(bottom))


def gumbel_numbers(draw: Draw, dtype: mx.Dtype) -> Values:
    """Draw ``-log(-log(u))``, of a dtype that :func:`read_uniform_dtype` accepts."""
    if dtype == mx.float32 and draw.has_kernel("gumbel"):
        return draw.launch("gumbel")
    return -mx.log(-mx.log(draw.unit(dtype)))
