"""Means, widths and covariances: the draws that they repeat, and the dtype that they count in."""

from __future__ import annotations

from inspect import signature
from typing import Any

import mlx.core as mx
import pytest
from tests.prng.known_calls import KEY, PLAIN
from tests.prng.random_calls import raw

from mlx_keys import prng
from mlx_keys.prng.key_guard.interpose import PARAMETERS

WIDE = mx.arange(1.0, 7.0).reshape(2, 3)
COV = mx.array([[2.0, 0.5], [0.5, 1.0]])


@pytest.mark.parametrize("source", ["mlx", "ops"])
@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("normal", {"shape": (3,), "scale": WIDE}),
        ("normal", {"shape": (3,), "loc": WIDE}),
        ("normal", {"shape": (3,), "scale": WIDE, "dtype": mx.float16}),
        ("normal", {"shape": (3,), "scale": WIDE, "dtype": mx.complex64}),
        ("laplace", {"shape": (3,), "scale": 2.0}),
        ("laplace", {"shape": (3,), "loc": 0.1, "scale": 0.1, "dtype": mx.bfloat16}),
    ],
    ids=str,
)
def test_a_mean_and_a_width_repeat_a_draw_as_they_do_in_mlx(
    source: str, function: str, arguments: dict[str, Any]
) -> None:
    with prng.using(source):
        found = getattr(prng, function)(**arguments, key=KEY)
    assert raw(found) == raw(getattr(mx.random, function)(**arguments, key=KEY))


def test_a_plain_mean_and_width_are_read_in_float64_where_that_is_drawn() -> None:
    arguments: dict[str, Any] = {"loc": 0.1, "scale": 0.3, "shape": (5,), "dtype": mx.float64}
    with prng.using("ops"), mx.stream(mx.cpu):
        found = raw(prng.normal(**arguments, key=KEY))
        assert found == raw(mx.random.normal(**arguments, key=KEY))


@pytest.mark.parametrize("name", ["loc", "scale"])
def test_the_refusal_of_a_window_of_a_repeated_draw_gives_the_shape_that_holds_it(
    name: str,
) -> None:
    with pytest.raises(ValueError, match=r"^normal: a window") as caught:
        prng.normal((3,), **{name: WIDE}, key=KEY, window=slice(0, 1))
    assert caught.value.found == "shape (3,), a result of shape (2, 3)"
    assert caught.value.fix == "shape=(2, 3), or no window"


@pytest.mark.parametrize(
    ("mean", "cov", "shape"),
    [
        (mx.zeros(2), mx.stack([COV, 2 * COV, 3 * COV]), ()),
        (mx.arange(4.0).reshape(2, 1, 2), mx.stack([COV, 2 * COV, 3 * COV]), ()),
        (mx.arange(4.0).reshape(2, 2), COV, (3, 2)),
        (mx.zeros(2), COV.astype(mx.float16), (3,)),
    ],
    ids=lambda given: str(getattr(given, "shape", given)),
)
def test_means_and_covariances_make_a_batch_as_they_do_in_mlx(
    mean: mx.array, cov: mx.array, shape: tuple[int, ...]
) -> None:
    given: dict[str, Any] = {"shape": shape, "key": KEY, "stream": mx.cpu}
    found = prng.multivariate_normal(mean, cov, **given)
    assert raw(found) == raw(mx.random.multivariate_normal(mean, cov, **given))


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"dtype": mx.float16}, "dtype float32"),
        ({"mean": mx.array(0.0)}, "mean of one dimension or more"),
        ({"cov": mx.zeros(2)}, "cov of two dimensions or more"),
        ({"cov": mx.zeros((3, 2))}, "cov with its last two sides equal"),
        ({"cov": mx.zeros((2, 4, 3, 3))}, "mean and cov with equal last sides"),
    ],
    ids=str,
)
def test_a_mean_and_a_covariance_that_do_not_fit_are_refused_with_the_rule(
    arguments: dict[str, Any], rule: str
) -> None:
    given: dict[str, Any] = {"mean": mx.zeros(2), "cov": COV, "dtype": mx.float32} | arguments
    with pytest.raises(ValueError, match=r"^multivariate_normal: ") as caught:
        prng.multivariate_normal(**given, key=KEY)
    shapes = f"mean {given['mean'].shape}, cov {given['cov'].shape}, {given['dtype']}"
    assert (caught.value.expected, caught.value.found) == (rule, shapes)


@pytest.mark.parametrize("source", ["mlx", "ops", "reference"])
@pytest.mark.parametrize(
    "logits",
    [
        [float("inf"), 0.0],
        [0.0, float("inf"), float("inf")],
        [-float("inf")] * 3,
        [0.0, -float("inf"), 1.0],
    ],
    ids=str,
)
def test_infinite_logits_are_drawn_from_as_in_mlx(logits: list[float], source: str) -> None:
    arguments: dict[str, Any] = {"logits": mx.array(logits), "num_samples": 20}
    with prng.using(source):
        found = prng.categorical(**arguments, key=KEY)
    assert raw(found) == raw(mx.random.categorical(**arguments, key=KEY))


@pytest.mark.parametrize("function", [name for name in PARAMETERS if name in PLAIN])
def test_the_guard_knows_the_arguments_of_mlx_in_their_order(function: str) -> None:
    """Ours have the same, and a window besides."""
    names = [name for name in signature(getattr(prng, function)).parameters if name != "window"]
    assert list(PARAMETERS[function]) == names
