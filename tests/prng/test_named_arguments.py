"""A refusal is in the name of the function that was called, whatever that calls in turn."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import pytest
from tests.prng.known_calls import KEY, MATRIX, PLAIN

from mlx_keys import prng

#: Every way through a function that draws, each under another dtype or choice.
WAYS: list[tuple[str, dict[str, Any]]] = [
    # Singular values are found on a CPU alone.
    *(PLAIN | {"multivariate_normal": PLAIN["multivariate_normal"] | {"stream": mx.cpu}}).items(),
    ("bits", {"shape": (3,)}),
    ("bits", {"shape": (3,), "width": 2}),
    ("normal", {"dtype": mx.float16}),
    ("normal", {"dtype": mx.complex64}),
    ("laplace", {"dtype": mx.float16}),
    ("permutation", {"x": MATRIX}),
    ("categorical", {"logits": MATRIX}),
    ("categorical", {"logits": MATRIX[0], "num_samples": 3}),
]


@pytest.mark.parametrize(("function", "arguments"), WAYS, ids=str)
def test_a_traced_key_is_refused_by_the_reference_in_the_name_of_the_call(
    function: str, arguments: dict[str, Any]
) -> None:
    def one(key: mx.array) -> mx.array:
        return getattr(prng, function)(**arguments, key=key)

    with prng.using("reference"), pytest.raises(ValueError, match=f"^{function}: the reference"):
        mx.vmap(one)(KEY[None])


@pytest.mark.parametrize(("function", "arguments"), WAYS, ids=str)
def test_a_kernel_on_a_cpu_is_refused_in_the_name_of_the_call(
    function: str, arguments: dict[str, Any]
) -> None:
    with (
        prng.using("kernel"),
        mx.stream(mx.cpu),
        pytest.raises(RuntimeError, match=f"^{function}: the kernels"),
    ):
        getattr(prng, function)(**arguments, key=KEY)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("bits", {}),
        ("bits", {"width": 2}),
        ("uniform", {}),
        ("normal", {}),
        ("normal", {"dtype": mx.float16}),
        ("laplace", {}),
        ("gumbel", {}),
        ("truncated_normal", {"lower": -1, "upper": 1}),
        ("bernoulli", {}),
        ("randint", {"low": 0, "high": 5}),
    ],
    ids=str,
)
@pytest.mark.parametrize("source", ["ops", "reference"])
def test_a_row_too_long_is_refused_in_the_name_of_the_call(
    source: str, function: str, arguments: dict[str, Any]
) -> None:
    with prng.using(source), pytest.raises(OverflowError, match=f"^{function}: the shape has"):
        getattr(prng, function)(**arguments, shape=(2**16, 2**15), key=KEY)


@pytest.mark.parametrize(
    ("function", "arguments", "problem", "fix"),
    [
        (
            "uniform",
            {"dtype": mx.float64, "stream": mx.cpu},
            "uniform: mlx has no uniform numbers of this dtype",
            "draw float32, then .astype(mx.float64)",
        ),
        (
            "laplace",
            {"scale": "2"},
            "laplace: scale must be one number",
            "scale and move the result: scale * x + loc, with scale an array",
        ),
        (
            "truncated_normal",
            {"lower": mx.zeros(3), "upper": mx.zeros((2, 1)), "shape": (3,)},
            "truncated_normal: shape is too small for the other arguments",
            "shape=(2, 3)",
        ),
    ],
    ids=["float64", "a string", "bounds"],
)
def test_a_refusal_has_the_fix_for_what_was_given(
    function: str, arguments: dict[str, Any], problem: str, fix: str
) -> None:
    with pytest.raises((RuntimeError, TypeError, ValueError)) as caught:
        getattr(prng, function)(**arguments, key=KEY)
    assert (caught.value.problem, caught.value.fix) == (problem, fix)
