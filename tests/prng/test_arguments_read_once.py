"""A draw validates its key, resolves its backend and asks for the device once each."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import pytest
from tests.prng.call_counts import count_calls
from tests.prng.known_calls import KEY, MATRIX, PLAIN, WINDOWED

from mlx_keys import prng

KERNEL = pytest.param("kernel", marks=pytest.mark.needs_cuda)

#: Each way through a function that takes a window.
WINDOW_CALLS: list[tuple[str, dict[str, Any]]] = [
    *WINDOWED.items(),
    ("bits", {"width": 1}),
    ("uniform", {"low": mx.zeros(3), "high": 2, "dtype": mx.float16}),
    ("normal", {"loc": mx.zeros(3), "scale": 2.0}),
    ("normal", {"dtype": mx.float16}),
    ("normal", {"dtype": mx.complex64}),
    ("laplace", {"dtype": mx.float16, "loc": 1.0}),
    ("gumbel", {"dtype": mx.bfloat16}),
    ("truncated_normal", {"lower": -mx.ones(3), "upper": 1}),
    ("bernoulli", {"p": mx.ones(3)}),
    ("randint", {"low": mx.zeros(3), "high": 9, "dtype": mx.int64}),
]
#: Each way through the others.
OTHER_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("split", {}),
    ("fold_in", {"data": 5}),
    ("fold_in", {"data": mx.array(5)}),
    ("multivariate_normal", PLAIN["multivariate_normal"] | {"stream": mx.cpu}),
    ("permutation", {"x": 5}),
    ("permutation", {"x": MATRIX}),
    ("categorical", {"logits": MATRIX}),
    ("categorical", {"logits": MATRIX[0], "num_samples": 3}),
]


def assert_read_once(function: str, arguments: dict[str, Any], source: str) -> None:
    draw = getattr(prng, function)
    with prng.using(source):
        counts = count_calls(lambda: draw(**arguments, key=KEY))
    assert counts["arguments.read_key"] == 1
    assert counts["backends.dispatch.resolve_backend"] == 1
    assert counts["backends.dispatch.on_gpu"] == 1


@pytest.mark.parametrize("source", ["mlx", "ops", "reference", KERNEL])
@pytest.mark.parametrize(("function", "arguments"), WINDOW_CALLS, ids=str)
def test_a_draw_with_a_window_reads_its_key_and_resolves_its_backend_once(
    function: str, arguments: dict[str, Any], source: str
) -> None:
    assert_read_once(function, arguments | {"shape": (5, 3), "window": slice(2, 4)}, source)


@pytest.mark.parametrize("source", ["ops", "reference", KERNEL])
@pytest.mark.parametrize(("function", "arguments"), OTHER_CALLS, ids=str)
def test_every_other_call_reads_its_key_and_resolves_its_backend_once(
    function: str, arguments: dict[str, Any], source: str
) -> None:
    if (function, source) == ("multivariate_normal", "kernel"):
        return  # it is drawn on the CPU, where there are no kernels
    assert_read_once(function, arguments, source)


def test_no_function_that_draws_is_left_out() -> None:
    called = {function for function, _ in (*WINDOW_CALLS, *OTHER_CALLS)}
    assert called == {*PLAIN, "bits", "fold_in"}
