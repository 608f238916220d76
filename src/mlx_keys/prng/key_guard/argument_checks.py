"""Checks of the arguments that mlx accepts in silence although they can't be meant.

Only an open :func:`mlx_keys.prng.guard` makes these checks, after mlx has accepted the call; what
would kill the interpreter is found before. A value that is being traced, inside ``mx.compile`` or
``mx.vmap``, passes every check.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from operator import index
from typing import Any

import mlx.core as mx

from mlx_keys.prng.backends.dispatch import ABORT_ON_LONG_SIDES
from mlx_keys.prng.errors import dtype_name

from .argument_values import Problem, anywhere, as_mlx_reads, comparable, name_values

#: float32 holds every integer up to here, and an interval as wide.
_EXACT = 2**24

#: How far off 1 the sum of probabilities may be, rounded to a float each.
_NEAR_ONE = 1e-3

#: How far a covariance may be from symmetric, or below 0, by the rounding of float32.
_ROUNDING = 1e-5

#: Arguments that are numbers, or arrays of numbers.
_NUMBERS = ("low", "high", "loc", "scale", "lower", "upper", "p")

#: The problem of ``mx.vmap`` over a draw of ``mx.random`` and no keys.
EMPTY_BATCH = Problem(
    "mx.vmap over no keys kills the interpreter",
    "one key or more",
    "no keys",
    "prng's function of the same name, which gives an empty array",
)


def find_problem(function: str, given: Mapping[str, Any]) -> Problem | None:
    """Find the first problem of a call that mlx has accepted.

    Args:
        function: The name that mlx's function and ours have in common.
        given: The arguments by name; an argument that was left out is not among them.
    """
    with mx.stream(mx.cpu):  # MLX has no float64 and no eigenvalues elsewhere
        numbers = {name: as_mlx_reads(given[name]) for name in _NUMBERS if name in given}
        return next(_problems(function, {**given, **numbers}), None)


def find_crash(function: str, given: Mapping[str, Any]) -> Problem | None:
    """Find what makes a call of ``mx.random`` kill the interpreter, before it is made."""
    shape = given.get("shape")
    if function not in ABORT_ON_LONG_SIDES or not isinstance(shape, (tuple, list)):
        return None
    if all(not isinstance(side, int) or -(2**31) <= side < 2**31 for side in shape):
        return None
    fix = "prng's function of the same name, which raises an OverflowError"
    return Problem(
        "a side so long kills the interpreter", "each below 2**31", f"shape {shape}", fix
    )


def _problems(function: str, given: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _booleans(given)
    if function in _CHECKS:
        yield from _CHECKS[function](given)


def _booleans(given: Mapping[str, Any]) -> Iterator[Problem]:
    for name in ("seed", "num", "x", "data"):
        if isinstance(given.get(name), bool):
            yield Problem(f"{name} is a boolean", "an integer", repr(given[name]), f"int({name})")
    shape = given.get("shape")
    if isinstance(shape, (tuple, list)) and any(isinstance(side, bool) for side in shape):
        yield Problem("a side of shape is a boolean", "integers", repr(shape), "int(side)")


def _uniform(given: Mapping[str, Any]) -> Iterator[Problem]:
    low, high = given.get("low", 0), given.get("high", 1)
    dtype = given.get("dtype") or mx.float32
    yield from _real(given, "low", "high")
    bottom, top, found = comparable(low), comparable(high), name_values(low=low, high=high)
    if anywhere(bottom > top):
        fix = None if "high" in given else "uniform(low, high, shape): the bounds come first"
        yield Problem("low is above high", "low <= high", found, fix)
    if anywhere(abs(top - bottom) > mx.finfo(dtype).max):
        yield Problem(
            "the interval is wider than the dtype can hold, and draws are infinite or nan",
            f"high - low finite in {dtype_name(dtype)}",
            found,
            "dtype=mx.float32, or closer bounds",
        )


def _normal(given: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _loc_and_scale(given)
    shape = tuple(map(index, given.get("shape", ())))
    parameters = [given[name] for name in ("loc", "scale") if given.get(name) is not None]
    result = tuple(mx.broadcast_shapes(shape, *(mx.array(value).shape for value in parameters)))
    if result != shape:
        yield Problem(
            "one draw is repeated, as loc or scale is larger than shape",
            "a shape that holds loc and scale",
            f"shape {shape}, a result of shape {result}",
            f"shape={result}",
        )


def _loc_and_scale(given: Mapping[str, Any]) -> Iterator[Problem]:
    dtype = given.get("dtype") or mx.float32
    if dtype != mx.complex64:
        yield from _real(given, "loc", "scale")
    scale = given.get("scale")
    if scale is not None and dtype != mx.complex64 and anywhere(comparable(scale) < 0):
        yield Problem("scale is negative", "scale >= 0", name_values(scale=scale), "abs(scale)")
    if dtype == mx.float64:
        problem = "float64 is drawn from 32 bits, with float32's precision"
        fix = "draw float32, then .astype(mx.float64)"
        yield Problem(problem, "float32, float16 or bfloat16", "dtype float64", fix)


def _truncated_normal(given: Mapping[str, Any]) -> Iterator[Problem]:
    lower, upper = given["lower"], given["upper"]
    dtype = given.get("dtype") or mx.float32
    yield from _real(given, "lower", "upper")
    if anywhere(comparable(lower) > comparable(upper)):
        found = name_values(lower=lower, upper=upper)
        yield Problem("lower is above upper", "lower <= upper", found, "swap them")
    root2 = mx.array(math.sqrt(2), dtype)
    bottom, top = (mx.array(end).astype(dtype) for end in (lower, upper))
    if anywhere((mx.erf(bottom / root2) == mx.erf(top / root2)) & (bottom < top)):
        yield Problem(
            "every draw is a bound, as erf does not change between them",
            f"bounds within about 5 of 0, where {dtype_name(dtype)} tells their erf apart",
            name_values(lower=lower, upper=upper),
            "dtype=mx.float32, or bounds nearer to 0",
        )


def _bernoulli(given: Mapping[str, Any]) -> Iterator[Problem]:
    p = given.get("p", 0.5)
    yield from _real(given, "p")
    if anywhere((comparable(p) < 0) | (comparable(p) > 1)):
        fix = "mx.clip(p, 0, 1), or mx.sigmoid(p) of logits"
        yield Problem("p is no probability", "0 <= p <= 1", name_values(p=p), fix)


def _randint(given: Mapping[str, Any]) -> Iterator[Problem]:
    low, high = given["low"], given["high"]
    dtype = given.get("dtype") or mx.int32
    yield from _real(given, "low", "high")
    bottom, top = comparable(low), comparable(high)
    found = name_values(low=low, high=high)
    if anywhere(bottom % 1 != 0) or anywhere(top % 1 != 0):
        yield Problem(
            "a bound is no integer, and the integers are not equally likely",
            "integers low and high",
            found,
            "prng.uniform for real numbers; int(low) and int(high) for integers",
        )
    if anywhere(bottom >= top):
        empty = "the interval is empty, and every draw is low"
        yield Problem(empty, "low < high, which is left out", found, "high=low + 1 for low itself")
    least, largest = (0, 1) if dtype == mx.bool_ else (mx.iinfo(dtype).min, mx.iinfo(dtype).max)
    if anywhere(bottom < least) or anywhere(top - 1 > largest):
        expected = f"{least} <= low and high - 1 <= {largest}"  # says how to fix it too
        wraps = f"a bound does not fit {dtype_name(dtype)}, and draws wrap around"
        yield Problem(wraps, expected, found, None)
    reach = (bottom, top, top - bottom)
    if any(anywhere(abs(end) > _EXACT) for end in reach):
        yield Problem(
            "the interval is beyond float32, and integers are lost",
            "bounds and high - low up to 2**24",
            found,
            "prng.bits(shape, key=key), or the recipe for whole numbers over 32 bits",
        )


def _permutation(given: Mapping[str, Any]) -> Iterator[Problem]:
    if isinstance(given["x"], int) and given.get("axis", 0) not in (0, -1):
        found = f"x {given['x']}, axis {given['axis']}"
        problem = "axis is not looked at, as x is a number"
        yield Problem(problem, "no axis, or an array x", found, "leave axis out")


def _categorical(given: Mapping[str, Any]) -> Iterator[Problem]:
    logits, axis = given["logits"], given.get("axis", -1)
    yield from _real(given, "logits")
    largest = mx.max(logits, axis=axis)
    if anywhere(largest == -mx.inf):
        expected = "a logit above -inf in each distribution"
        yield Problem("no category has a weight", expected, "all -inf", "mask fewer categories")
    if anywhere(mx.sum(logits == mx.inf, axis=axis) > 1):
        yield Problem(
            "infinite logits do not share: the first may always win",
            "at most one infinite logit in each distribution",
            "two or more",
            "equal finite logits, such as 0.0, and -inf for the others",
        )
    within = mx.all((logits >= 0) & (logits < 1))
    sums = mx.sum(logits.astype(mx.float32), axis=axis)
    unequal = mx.any(largest != mx.min(logits, axis=axis))
    if anywhere(within & unequal & mx.all(mx.abs(sums - 1) < _NEAR_ONE)):
        yield Problem(
            "these logits are probabilities",
            "logarithms of probabilities",
            "numbers between 0 and 1 that add up to 1",
            "categorical(mx.log(p)); if they are logits: with watch.off()",
        )


def _multivariate_normal(given: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _real(given, "mean", "cov")
    cov = given["cov"].astype(mx.float32)
    size = _ROUNDING * mx.max(mx.abs(cov))
    if anywhere(mx.abs(cov - mx.swapaxes(cov, -1, -2)) > size):
        fix = "(cov + mx.swapaxes(cov, -1, -2)) / 2"
        problem = "cov is not symmetric, and no covariance"
        yield Problem(problem, "cov equal to its transpose", "another", fix)
    if anywhere(mx.linalg.eigvalsh(cov) < -size * cov.shape[-1]):
        yield Problem(
            "cov has a negative eigenvalue, and draws have another covariance",
            "a positive semi-definite cov",
            "a negative eigenvalue",
            "root @ mx.swapaxes(root, -1, -2) of any matrix root is one",
        )


def _fold_in(given: Mapping[str, Any]) -> Iterator[Problem]:
    data = given["data"]
    number = comparable(data) if isinstance(data, mx.array) else 0
    if anywhere((number < 0) | (number >= 2**32)):
        problem = "data is out of range, and taken modulo 2**32"
        fix = "data % 2**32, where that is meant"
        yield Problem(problem, "0 <= data < 2**32", name_values(data=data), fix)


def _real(given: Mapping[str, Any], *names: str) -> Iterator[Problem]:
    """Check that each number is one, and has no part that would be dropped."""
    for name in names:
        value = given.get(name)
        if value is None:
            continue
        if isinstance(value, complex) or getattr(value, "dtype", mx.float32) == mx.complex64:
            problem = f"{name} is complex, and its imaginary part is dropped"
            yield Problem(problem, "real numbers", name_values(**{name: value}), f"{name}.real")
        if anywhere(comparable(value) != comparable(value)):
            yield Problem(f"{name} is not a number", "numbers", "nan", f"mx.nan_to_num({name})")


#: The check of each function that has one of its own.
_CHECKS: dict[str, Callable[[Mapping[str, Any]], Iterator[Problem]]] = {
    check.__name__[1:]: check
    for check in (
        _uniform,
        _normal,
        _truncated_normal,
        _bernoulli,
        _randint,
        _permutation,
        _categorical,
        _multivariate_normal,
        _fold_in,
    )
} | {"laplace": _loc_and_scale}
