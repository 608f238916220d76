"""Real numbers of a distribution: uniform, normal and what is made of them.

Each draws words and then applies the operations that MLX applies, in MLX's order and dtypes, so
that equal words give equal numbers. All take mlx's own arguments, with ``key`` required and by
keyword. Unless a function says otherwise:

- ``shape`` is the shape of the result and ``dtype`` its dtype (None: float32);
- ``key`` is one key, shape (2,), uint32;
- ``window`` is the part of the result along its first axis that is wanted: ``window=slice(a, b)``
  gives what ``whole[a:b]`` is, and makes no more than that;
- ``stream`` is where the work is done (None: MLX's default device);
- a TypeError says that an argument is of the wrong type, a ValueError that a key, shape or dtype
  does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import mlx.core as mx

from mlx_keys.prng.arguments import (
    Scalar,
    Stream,
    broadcast,
    on,
    read_dtype,
    read_floating,
    read_numbers,
    read_one_number,
    read_scalar,
    read_shape,
    refuse_float64_on_a_gpu,
)
from mlx_keys.prng.backends import dispatch, kernel
from mlx_keys.prng.errors import ArgumentValueError
from mlx_keys.prng.window import read_part

from .uniforms import between, has_kernel, inverse_erf, read_uniform, signed, unit


@dispatch.by_mlx_if_it_can
def uniform(
    low: Scalar = 0,
    high: Scalar = 1,
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> mx.array:
    """Draw real numbers between ``low`` and ``high``, all equally likely.

    A word, rounded to float32, over 2**32 is ``u``; the result is ``(high - low) * u + low`` in the
    dtype. The last rounding can give ``high`` itself.

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
    kind = read_floating("uniform", dtype)
    with on("uniform", stream):
        numbers = read_numbers(low, high)
        if kind == mx.float32 and numbers is not None and has_kernel("uniform", key):
            part = read_part("uniform", read_shape("uniform", shape), window)
            return kernel.uniform(key, part, *numbers)
        bounds = {"low": low, "high": high}
        return between("uniform", bounds, shape, kind, key, window=window)


@dispatch.by_mlx_if_it_can
def normal(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    loc: Scalar | None = None,
    scale: Scalar | None = None,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> mx.array:
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
    kind = read_dtype("normal", dtype, mx.float32)
    if kind != mx.complex64 and not mx.issubdtype(kind, mx.floating):
        raise ArgumentValueError(
            "normal: dtype must be a floating point type",
            expected="float32, float16, bfloat16, float64 or complex64",
            found=str(kind),
        )
    with on("normal", stream):
        sides = read_shape("normal", shape)
        numbers = read_numbers(1.0 if scale is None else scale, *([] if loc is None else [loc]))
        if kind == mx.float32 and numbers is not None and has_kernel("normal", key, "normal"):
            part = read_part("normal", sides, window)
            name = "normal" if loc is None else "moved_normal"
            return kernel.draw(name, key, part, math.sqrt(2), *numbers)
        refuse_float64_on_a_gpu("normal", kind)
        mean = None if loc is None else read_scalar("normal", "loc", loc, kind)
        deviation = None if scale is None else read_scalar("normal", "scale", scale, kind)
        given = {"loc": mean, "scale": deviation}
        arrays = {name: array for name, array in given.items() if array is not None}
        whole = broadcast("normal", shape=sides, **{name: a.shape for name, a in arrays.items()})
        if window is not None and whole != sides:
            raise ArgumentValueError(
                "normal: a window is of the draw, and loc or scale repeats it",
                expected="a shape that holds loc and scale",
                found=f"shape {sides}, a result of shape {whole}",
                fix=f"shape={whole}, or no window",
            )
        part = read_part("normal", sides, window)
        mean = None if mean is None else part.of(mean)
        deviation = None if deviation is None else part.of(deviation)
        if kind == mx.complex64:
            parts = inverse_erf("normal", part.doubled(), key)
            drawn = parts.view(mx.complex64).squeeze(-1)
            drawn = drawn if deviation is None else deviation.astype(kind) * drawn
        else:
            factor = mx.array(math.sqrt(2), kind)
            factor = factor if deviation is None else factor * deviation.astype(kind)
            drawn = factor * inverse_erf("normal", part, key).astype(kind)
        return drawn if mean is None else mean.astype(kind) + drawn


@dispatch.by_mlx_if_it_can
def laplace(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    loc: float = 0.0,
    scale: float = 1.0,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> mx.array:
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
    mean, width = read_one_number("laplace", "loc", loc), read_one_number("laplace", "scale", scale)
    kind = read_floating("laplace", dtype)
    with on("laplace", stream):
        part = read_part("laplace", read_shape("laplace", shape), window)
        if kind == mx.float32 and has_kernel("laplace", key, "laplace"):
            if mean == 0:
                return kernel.draw("laplace", key, part, width)
            return kernel.draw("moved_laplace", key, part, width, mean)
        refuse_float64_on_a_gpu("laplace", kind)
        s = signed("laplace", part, key)
        drawn = mx.sign(s) * mx.log1p(mx.array(-1.0, kind) * mx.abs(s))
        drawn = drawn.astype(kind)
        # mlx reads both as float32, whatever the dtype.
        if width != 1:
            drawn = mx.array(width, mx.float32).astype(kind) * drawn
        return drawn if mean == 0 else mx.array(mean, mx.float32).astype(kind) + drawn


@dispatch.by_mlx_if_it_can
def gumbel(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> mx.array:
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
    with on("gumbel", stream):
        return draw_gumbel("gumbel", shape, dtype, key, window)


@dispatch.by_mlx_if_it_can
def truncated_normal(
    lower: Scalar,
    upper: Scalar,
    shape: Sequence[int] | None = None,
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> mx.array:
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
    kind = read_floating(name, dtype)
    with on(name, stream):
        numbers = read_numbers(lower, upper)
        if kind == mx.float32 and numbers is not None and not any(map(math.isnan, numbers)):
            part = read_part(name, () if shape is None else read_shape(name, shape), window)
            if has_kernel(name, key, name):
                return kernel.draw(name, key, part, *numbers, math.sqrt(2))
        refuse_float64_on_a_gpu(name, kind)
        bottom = read_scalar(name, "lower", lower)
        top = read_scalar(name, "upper", upper)
        if shape is None:
            shape = broadcast(name, lower=bottom.shape, upper=top.shape)
        bottom, top = bottom.astype(kind), top.astype(kind)
        root2 = mx.array(math.sqrt(2), kind)
        ends = {"lower": mx.erf(bottom / root2), "upper": mx.erf(top / root2)}
        inner = between(name, ends, shape, kind, key, window=window)
        part = read_part(name, read_shape(name, shape), window)
        return mx.maximum(mx.minimum(part.of(top), root2 * mx.erfinv(inner)), part.of(bottom))


def draw_gumbel(
    function: str,
    shape: Sequence[int],
    dtype: mx.Dtype | None,
    key: mx.array,
    window: slice | None = None,
) -> mx.array:
    """Draw for ``function``, whose name an error is to carry; see :func:`gumbel`."""
    kind = read_uniform(function, dtype)
    part = read_part(function, read_shape(function, shape), window)
    if kind == mx.float32 and has_kernel(function, key, "gumbel"):
        return kernel.draw("gumbel", key, part)
    return -mx.log(-mx.log(unit(function, part, kind, key)))
