"""What can't be drawn is refused in the name of the function that was called, whatever it calls."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import pytest

from mlx_keys import prng
from test_prng_refusals import KEY, MATRIX, PLAIN

#: Every way through a function that draws, each under another dtype or choice.
WAYS: list[tuple[str, dict[str, Any]]] = [
    *PLAIN.items(),
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
def test_a_key_without_words_is_refused_in_the_name_of_the_call(
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
