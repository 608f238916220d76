"""Vectors of a distribution; :mod:`.continuous` explains the arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mlx.core as mx

from mlx_keys.prng.arguments import (
    Stream,
    broadcast,
    on,
    read_array,
    read_dtype,
    read_key,
    read_shape,
)
from mlx_keys.prng.call_hook import watched
from mlx_keys.prng.errors import ArgumentOverflowError, ArgumentValueError
from mlx_keys.prng.window import read_part

from .uniforms import inverse_erf


@watched
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
    sides = read_shape(name, shape)
    with on(name, stream):
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
        batch = broadcast(name, cov=covariance.shape[:-2], mean=centre.shape[:-1], shape=sides)
        part = read_part(name, (*batch, centre.shape[-1]), None)
        read_key(name, key)  # before the singular values, which a GPU refuses
        left, singular, right_t = mx.linalg.svd(covariance.astype(mx.float32))
        root = (left * mx.expand_dims(mx.sqrt(singular), -2)) @ right_t
        standard = mx.array(math.sqrt(2), kind) * inverse_erf(name, part, key)
        try:
            return centre + (mx.expand_dims(standard, -2) @ root).squeeze(-2)
        except OverflowError:  # of one cov, all vectors go through as the rows of one matrix
            raise ArgumentOverflowError(
                f"{name}: the shape has more vectors than mlx can count",
                expected="fewer than 2**31",
                found=f"shape {batch}",
            ) from None
