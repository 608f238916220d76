"""Real numbers of a distribution: uniform, normal and what is made of them.

Each draws words and then applies the operations that MLX applies, in MLX's order and dtypes, so
that equal words give equal numbers. All take mlx's own arguments, with ``key`` required and by
keyword. Unless a function says otherwise:

- ``shape`` is the shape of the result and ``dtype`` its dtype (None: float32);
- ``key`` is one key, shape (2,), uint32;
- ``stream`` is where the work is done (None: MLX's default device);
- a TypeError says that an argument is of the wrong type, a ValueError that a key, shape or dtype
  does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import mlx.core as mx

from .arguments import (
    Scalar,
    Stream,
    broadcast,
    broadcast_within,
    on,
    read_array,
    read_dtype,
    read_floating,
    read_scalar,
    read_shape,
)
from .keys import draw
from .refusals import ArgumentTypeError, ArgumentValueError, UnsupportedError

#: The largest value below 1 of each dtype: what keeps a draw of ``u`` under 1.
_BELOW_ONE = {mx.float32: 1 - 2**-24, mx.float16: 1 - 2**-11, mx.bfloat16: 1 - 2**-8}

#: The float32 next to -1: erfinv(-1) would be -infinity.
_ABOVE_MINUS_ONE = -1 + 2**-24


def uniform(
    low: Scalar = 0,
    high: Scalar = 1,
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
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
        stream: Where to do the work.

    Raises:
        RuntimeError: The dtype is float64, which mlx has no uniform of.
    """
    kind = read_floating("uniform", dtype)
    with on("uniform", stream):
        bounds = {
            "low": read_scalar("uniform", "low", low).astype(kind),
            "high": read_scalar("uniform", "high", high).astype(kind),
        }
        return _between("uniform", bounds, shape, kind, key)


def normal(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    loc: Scalar | None = None,
    scale: Scalar | None = None,
    *,
    key: mx.array,
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
        mean = None if loc is None else read_scalar("normal", "loc", loc, kind)
        deviation = None if scale is None else read_scalar("normal", "scale", scale, kind)
        given = {"loc": mean, "scale": deviation}
        broadcast("normal", shape=sides, **{n: a.shape for n, a in given.items() if a is not None})
        if kind == mx.complex64:
            parts = mx.erfinv(_signed("normal", (*sides, 2), key))
            drawn = parts.view(mx.complex64).squeeze(-1)
            drawn = drawn if deviation is None else deviation.astype(kind) * drawn
        else:
            factor = mx.array(math.sqrt(2), kind)
            factor = factor if deviation is None else factor * deviation.astype(kind)
            drawn = factor * mx.erfinv(_signed("normal", sides, key)).astype(kind)
        return drawn if mean is None else mean.astype(kind) + drawn


def laplace(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    loc: float = 0.0,
    scale: float = 1.0,
    *,
    key: mx.array,
    stream: Stream = None,
) -> mx.array:
    """Draw Laplace distributed numbers: ``scale * sign(s) * log1p(-abs(s)) + loc``, s in (-1, 1).

    Args:
        shape: The shape of the result.
        dtype: float32, float16, bfloat16 or float64.
        loc: The mean, one number.
        scale: The width, one number.
        key: One key.
        stream: Where to do the work.
    """
    kind = read_floating("laplace", dtype)
    mean, width = _one_number("laplace", "loc", loc), _one_number("laplace", "scale", scale)
    with on("laplace", stream):
        signed = _signed("laplace", read_shape("laplace", shape), key)
        drawn = mx.sign(signed) * mx.log1p(mx.array(-1.0, kind) * mx.abs(signed))
        drawn = drawn.astype(kind)
        # mlx reads both as float32, whatever the dtype.
        if width != 1:
            drawn = mx.array(width, mx.float32).astype(kind) * drawn
        return drawn if mean == 0 else mx.array(mean, mx.float32).astype(kind) + drawn


def gumbel(
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    stream: Stream = None,
) -> mx.array:
    """Draw from the standard Gumbel distribution: ``-log(-log(u))``, u in [0, 1).

    Args:
        shape: The shape of the result.
        dtype: float32, float16 or bfloat16.
        key: One key.
        stream: Where to do the work.

    Raises:
        RuntimeError: The dtype is float64, which mlx has no uniform of.
    """
    with on("gumbel", stream):
        return draw_gumbel("gumbel", shape, dtype, key)


def truncated_normal(
    lower: Scalar,
    upper: Scalar,
    shape: Sequence[int] | None = None,
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
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
        stream: Where to do the work.

    Raises:
        RuntimeError: The dtype is float64, which mlx has no uniform of.
    """
    name = "truncated_normal"
    kind = read_floating(name, dtype)
    with on(name, stream):
        bottom = read_scalar(name, "lower", lower)
        top = read_scalar(name, "upper", upper)
        if shape is None:
            shape = broadcast(name, lower=bottom.shape, upper=top.shape)
        bottom, top = bottom.astype(kind), top.astype(kind)
        root2 = mx.array(math.sqrt(2), kind)
        ends = {"lower": mx.erf(bottom / root2), "upper": mx.erf(top / root2)}
        inner = _between(name, ends, shape, kind, key)
        return mx.maximum(mx.minimum(top, root2 * mx.erfinv(inner)), bottom)


def multivariate_normal(
    mean: mx.array,
    cov: mx.array,
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    stream: Stream = None,
) -> mx.array:
    """Draw vectors with a given mean and covariance.

    A standard normal vector is multiplied by a square root of ``cov`` from its singular values,
    which MLX computes on the CPU alone: on a GPU pass ``stream=mx.cpu``.

    Args:
        mean: Shape (..., n).
        cov: Shape (..., n, n), positive semi-definite (not checked).
        shape: The batch, broadcast with those of ``mean`` and ``cov``.
        dtype: float32.
        key: One key.
        stream: Where to do the work.

    Returns:
        The broadcast batch, and n.
    """
    name = "multivariate_normal"
    kind = read_dtype(name, dtype, mx.float32)
    centre, covariance = read_array(name, "mean", mean), read_array(name, "cov", cov)
    found = f"mean {centre.shape}, cov {covariance.shape}, {kind}"
    for right, rule in (
        (kind == mx.float32, "dtype float32"),
        (centre.ndim > 0, "mean of one dimension or more"),
        (covariance.ndim > 1, "cov of two dimensions or more"),
        (covariance.shape[-1:] == covariance.shape[-2:-1], "cov with its last two sides equal"),
        (centre.shape[-1:] == covariance.shape[-1:], "mean and cov with equal last sides"),
    ):
        if not right:
            raise ArgumentValueError(
                f"{name}: mean, cov or dtype is wrong", expected=rule, found=found
            )
    with on(name, stream):
        batch = broadcast(
            name,
            cov=covariance.shape[:-2],
            mean=centre.shape[:-1],
            shape=read_shape(name, shape),
        )
        left, singular, right_t = mx.linalg.svd(covariance.astype(mx.float32))
        root = (left * mx.expand_dims(mx.sqrt(singular), -2)) @ right_t
        sides = (*batch, centre.shape[-1])
        standard = mx.array(math.sqrt(2), kind) * mx.erfinv(_signed(name, sides, key))
        return centre + (mx.expand_dims(standard, -2) @ root).squeeze(-2)


def draw_gumbel(
    function: str, shape: Sequence[int], dtype: mx.Dtype | None, key: mx.array
) -> mx.array:
    """Draw for ``function``, whose name an error is to carry; see :func:`gumbel`."""
    return -mx.log(-mx.log(draw_unit(function, shape, dtype, key)))


def draw_unit(
    function: str, shape: Sequence[int], dtype: mx.Dtype | None, key: mx.array
) -> mx.array:
    """Draw numbers in [0, 1) for ``function``, whose name an error is to carry."""
    kind = read_floating(function, dtype)
    if kind not in _BELOW_ONE:
        raise UnsupportedError(
            f"{function}: mlx has no uniform numbers of this dtype",
            expected="float32, float16 or bfloat16",
            found=str(kind),
            mend="draw float32, then .astype(mx.float64)",
        )
    words = draw(function, read_shape(function, shape), key)
    unit = words.astype(mx.float32) / mx.array(2**32, mx.float32)
    return mx.minimum(unit, mx.array(_BELOW_ONE[kind], mx.float32)).astype(kind)


def _between(
    function: str,
    bounds: dict[str, mx.array],
    shape: Sequence[int],
    dtype: mx.Dtype,
    key: mx.array,
) -> mx.array:
    """Draw between two named bounds, of the dtype already."""
    sides = read_shape(function, shape)
    broadcast_within(function, sides, **{name: bound.shape for name, bound in bounds.items()})
    low, high = bounds.values()
    return (high - low) * draw_unit(function, sides, dtype, key) + low


def _signed(function: str, shape: tuple[int, ...], key: mx.array) -> mx.array:
    """Draw float32 numbers in (-1, 1): the ``s`` of normal and laplace."""
    ends = {"low": mx.array(_ABOVE_MINUS_ONE, mx.float32), "high": mx.array(1.0, mx.float32)}
    return _between(function, ends, shape, mx.float32, key)


def _one_number(function: str, name: str, value: object) -> float:
    try:
        if not hasattr(value, "__float__"):  # float() would read a string as well
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise ArgumentTypeError(
            f"{function}: {name} must be one number",
            expected="a float",
            found=f"{type(value).__name__} {value!r}",
            mend=f"scale and move the result: scale * x + loc, with {name} an array",
        ) from None
