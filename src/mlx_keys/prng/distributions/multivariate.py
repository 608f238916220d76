"""Multivariate distributions; :mod:`.continuous` explains the arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mlx.core as mx

from mlx_keys.prng.arguments import Stream, on, read_array, read_dtype
from mlx_keys.prng.call_hook import hooked
from mlx_keys.prng.draw import Values, begin_draw
from mlx_keys.prng.errors import ArgumentOverflowError, ArgumentValueError
from mlx_keys.prng.shapes import broadcast, read_shape


@hooked
def multivariate_normal(
    mean: mx.array,
    cov: mx.array,
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.float32,
    *,
    key: mx.array,
    stream: Stream = None,
) -> Values:
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
    dtype = read_dtype(dtype, mx.float32)
    centre, covariance = read_array("mean", mean), read_array("cov", cov)
    sides = read_shape(shape)
    with on(stream):
        found = f"mean {centre.shape}, cov {covariance.shape}, {dtype}"
        for holds, rule in (
            (dtype == mx.float32, "dtype float32"),
            (centre.ndim > 0, "mean of one dimension or more"),
            (covariance.ndim > 1, "cov of two dimensions or more"),
            (covariance.shape[-1:] == covariance.shape[-2:-1], "cov with its last two sides equal"),
            (centre.shape[-1:] == covariance.shape[-1:], "mean and cov with equal last sides"),
        ):
            if not holds:
                raise ArgumentValueError(
                    "mean, cov or dtype is wrong",
                    expected=rule,
                    found=found,
                    fix="mean of shape (..., n) and cov of shape (..., n, n), float32",
                )
        batch = broadcast(cov=covariance.shape[:-2], mean=centre.shape[:-1], shape=sides)
        # Before the singular values, which a GPU refuses, so that a bad key is the first error.
        draw = begin_draw(key, (*batch, centre.shape[-1]))
        left, singular, right_t = mx.linalg.svd(covariance.astype(mx.float32))
        root = (left * mx.expand_dims(mx.sqrt(singular), -2)) @ right_t
        standard = mx.array(math.sqrt(2), dtype) * draw.inverse_erf()
        try:
            return centre + (mx.expand_dims(standard, -2) @ root).squeeze(-2)
        except OverflowError:  # with one cov, all vectors are the rows of one matrix
            raise ArgumentOverflowError(
                "the shape has more vectors than mlx can count",
                expected="fewer than 2**31",
                found=f"shape {batch}",
                fix="draw them in several calls, a key for each",
            ) from None
