"""Discrete distributions: Bernoulli, integers, permutations, categories.

Each draws words and then applies the operations that MLX applies, in MLX's order and dtypes, so
that equal words give equal values. The arguments that all functions share are explained in
:mod:`mlx_keys.prng.distributions.continuous`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

import mlx.core as mx

from mlx_keys.prng.arguments import (
    Scalar,
    Stream,
    on,
    read_array,
    read_axis,
    read_dtype,
    read_int,
    read_numbers,
    read_scalar,
)
from mlx_keys.prng.backends import dispatch
from mlx_keys.prng.draw import Draw, Values, begin_draw
from mlx_keys.prng.errors import ArgumentValueError, UnsupportedError
from mlx_keys.prng.shapes import broadcast_within, read_shape

from .continuous import gumbel_numbers
from .uniforms import between

#: The float32 above 2**32, so that p = 1 is above every word and p = 0 above none.
_ABOVE_ALL_WORDS = 4294967808.0


@dispatch.try_mlx_first
def bernoulli(
    p: Scalar = 0.5,
    shape: Sequence[int] | None = None,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Values:
    """Draw True with probability ``p``: where a word, as float32, is below ``p * 2**32``.

    Args:
        p: The probability, a float or an array of floats; broadcast to ``shape``.
        shape: The shape of the result; None: that of ``p``.
        key: One key.
        window: The rows that are wanted.
        stream: Where to do the work.

    Returns:
        dtype bool.
    """
    with on(stream):
        chance = read_scalar("p", p)
        if not mx.issubdtype(chance.dtype, mx.floating):
            raise ArgumentValueError(
                "p must be a real floating point number",
                expected="a float, or an array of floats",
                found=f"{p!r}, {chance.dtype}",
                fix=f"p={float(p)}" if isinstance(p, int) else "p.astype(mx.float32)",
            )
        sides = chance.shape if shape is None else read_shape(shape)
        broadcast_within(sides, p=chance.shape)
        draw = begin_draw(key, sides, window)
        if isinstance(p, float) and draw.has_kernel("bernoulli"):
            return draw.launch("bernoulli", p)
        chance = draw.window.take(chance)
        if draw.is_call_of_mlx:
            return mx.random.bernoulli(chance, draw.window.shape, key=draw.key)
        threshold = chance * mx.array(_ABOVE_ALL_WORDS, mx.float32)
        return draw.words() < threshold


@dispatch.try_mlx_first
def randint(
    low: Scalar,
    high: Scalar,
    shape: Sequence[int] = (),
    dtype: mx.Dtype | None = mx.int32,
    *,
    key: mx.array,
    window: slice | None = None,
    stream: Stream = None,
) -> Values:
    """Draw integers from ``low`` to ``high - 1``: float32 uniforms, rounded down.

    As float32 counts to 2**24 only, not every integer of a wider interval can come. Where ``low``
    is not below ``high``, it is ``low`` that comes.

    Args:
        low: The smallest integer; broadcast to ``shape``.
        high: One more than the largest; broadcast to ``shape``.
        shape: The shape of the result.
        dtype: An integer dtype or bool; None: int32.
        key: One key.
        window: The rows that are wanted.
        stream: Where to do the work.

    Raises:
        RuntimeError: A bound does not fit 64 bits, signed.
    """
    dtype = read_dtype(dtype, mx.int32)
    if mx.issubdtype(dtype, mx.inexact):
        raise ArgumentValueError(
            "dtype must be an integer type or bool",
            expected="such as mx.int32",
            found=str(dtype),
            fix="prng.uniform for real numbers",
        )
    with on(stream):
        sides = read_shape(shape)
        draw = begin_draw(key, sides, window)
        has_kernel = dtype == mx.int32 and draw.has_kernel("randint")
        if has_kernel and _fits_32_bits(low) and _fits_32_bits(high):
            return draw.launch("randint", low, high)
        bottom, top = read_scalar("low", low), read_scalar("high", high)
        bounds = {"low": bottom.astype(mx.float32), "high": top.astype(mx.float32)}
        values = between(draw, sides, bounds, mx.float32, numbers=read_numbers(low, high))
        first = draw.window.take(bottom).astype(dtype)
        last = (draw.window.take(top) - mx.array(1, mx.int32)).astype(dtype)
        return mx.maximum(mx.minimum(mx.floor(values).astype(dtype), last), first)


@dispatch.try_mlx_first
def permutation(
    x: int | mx.array, axis: int = 0, *, key: mx.array, stream: Stream = None
) -> Values:
    """Shuffle: the order in which random words would be sorted.

    Args:
        x: A number n, for a permutation of 0 to n - 1, or an array, whose slices along ``axis``
            change places; they all move alike.
        axis: The axis that is shuffled; of no effect where ``x`` is a number.
        key: One key.
        stream: Where to do the work.

    Returns:
        uint32 of shape (n,), or an array like ``x``.

    Raises:
        IndexError: ``x`` has no such axis.
        RuntimeError: ``x`` is a number that does not fit 32 bits, signed.
    """
    along = read_int("axis", axis)
    with on(stream):
        if isinstance(x, int):
            if not -(2**31) <= x < 2**31:
                raise UnsupportedError(
                    "x is too large",
                    expected="0 <= x < 2**31",
                    found=str(x),
                    fix=None,  # mlx has no larger arrays
                )
            return _order(begin_draw(key, read_shape((x,), "x")))
        items = read_array("x", x)
        fix = f"an axis from {-items.ndim} to {items.ndim - 1}" if items.ndim else "x[None]"
        along = read_axis("x", items, along, fix)
        order = _order(begin_draw(key, (items.shape[along],)))
        return mx.take(items, order, axis=along)


@dispatch.try_mlx_first
def categorical(
    logits: mx.array,
    axis: int = -1,
    shape: Sequence[int] | None = None,
    num_samples: int | None = None,
    *,
    key: mx.array,
    stream: Stream = None,
) -> Values:
    """Draw categories, each as likely as the exponential of its logit.

    There are two ways, as in mlx. As a rule a Gumbel number is added to every logit, and the
    largest sum wins. But where ``logits`` is a single distribution and the result has a shape (not
    a scalar), a uniform number is looked up among the cumulated weights: far cheaper, and blind to
    weights under 1e-7 of the total.

    Args:
        logits: Logarithms of the weights, up to a constant.
        axis: The axis along which the categories lie.
        shape: The shape of the result, which that of ``logits`` without ``axis`` broadcasts to.
        num_samples: How many draws of each distribution; they become the last axis. At most one of
            ``shape`` and ``num_samples`` can be given; with neither there is one draw each.
        key: One key.
        stream: Where to do the work.

    Returns:
        uint32: an index along ``axis`` each.

    Raises:
        IndexError: ``logits`` has no such axis.
        ValueError: Both ``shape`` and ``num_samples``; shapes that do not fit; no category.
    """
    scores, along = read_array("logits", logits), read_int("axis", axis)
    if shape is not None and num_samples is not None:
        raise ArgumentValueError(
            "shape and num_samples exclude each other",
            expected="at most one of them",
            found=f"shape={shape}, num_samples={num_samples}",
            fix="num_samples=n for n draws of each distribution; shape=... for the result's shape",
        )
    fix = "axis=-1, the last one" if scores.ndim else "mx.array([...]), a logit a category"
    along = read_axis("logits", scores, along, fix)
    if scores.size == 0:
        raise ArgumentValueError(
            "there is nothing to choose from",
            expected="one logit or more",
            found=f"logits of shape {scores.shape}",
            fix=None,  # what the categories are is the caller's to say
        )
    batch = scores.shape[:along] + scores.shape[along + 1 :]
    with on(stream):
        if num_samples is not None:
            count = read_int("num_samples", num_samples)
            scores, result = mx.expand_dims(scores, -1), (*batch, count)
        else:
            result = batch if shape is None else read_shape(shape)
            broadcast_within(tuple(result), logits=batch)
        result = read_shape(result, "num_samples")
        if scores.size == scores.shape[along] and result:
            return _from_weights(begin_draw(key, result), result, scores.reshape(-1))
        # Where the categories' axis lies among those of the result, which has more in front.
        ahead = along + len(result) - scores.ndim + 1
        noise_shape = (*result[:ahead], scores.shape[along], *result[ahead:])
        if 0 in noise_shape:
            raise ArgumentValueError(
                "several distributions can't be drawn from no times",
                expected="logits, and num_samples or shape, that make a value or more",
                found=f"a result of shape {result}",
                fix="leave the draw out where num_samples or a side of shape is 0",
            )
        noise = gumbel_numbers(begin_draw(key, noise_shape), mx.float32)
        return mx.argmax(noise + scores, axis=ahead)


def _fits_32_bits(bound: object) -> TypeGuard[int]:
    """Whether a bound is an integer of 32 bits from which a kernel can subtract 1."""
    return type(bound) is int and -(2**31) < bound < 2**31


def _order(draw: Draw) -> Values:
    """The order in which random words would be sorted."""
    if draw.is_call_of_mlx:
        return mx.random.permutation(draw.window.size, key=draw.key)
    return mx.argsort(draw.words())


def _from_weights(draw: Draw, shape: tuple[int, ...], logits: mx.array) -> Values:
    """Invert the cumulated weights of one distribution; ``logits`` has shape (categories,)."""
    scores = logits.astype(mx.result_type(logits, mx.array(0, mx.float32)))
    largest = mx.max(scores)
    # With an infinite largest logit, exp(logit - largest) is no number: those that equal it share.
    equals = (scores == largest).astype(scores.dtype)
    weights = mx.where(mx.isinf(largest), equals, mx.exp(scores - largest))
    edges = mx.cumsum(weights, inclusive=False)
    bounds = {"low": mx.array(0.0, mx.float32), "high": mx.array(1.0, mx.float32)}
    unit = between(draw, shape, bounds, mx.float32, numbers=(0.0, 1.0))
    target = unit.astype(scores.dtype) * mx.sum(weights)
    return mx.searchsorted(edges, target, side="right") - mx.array(1, mx.uint32)
