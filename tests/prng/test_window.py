"""A window of a draw is that part of the full draw, and costs no more than itself."""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.prng.known_calls import WINDOWED
from tests.prng.random_calls import raw

from mlx_keys import prng
from mlx_keys.errors import KeysError

KERNEL = pytest.param("kernel", marks=pytest.mark.needs_cuda)
ROW = mx.array([0.5, 0.25, 0.75])

#: Calls that draw a word, or two, for each value; all of five rows of three.
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("bits", {}),
    ("bits", {"width": 1}),
    ("bits", {"width": 2}),
    ("uniform", {}),
    ("uniform", {"low": -2, "high": 5.5, "dtype": mx.float16}),
    ("uniform", {"low": mx.arange(5.0)[:, None], "high": ROW + 9, "dtype": mx.bfloat16}),
    ("uniform", {"low": ROW[None], "high": mx.array([[9]])}),
    ("normal", {}),
    ("normal", {"loc": 3, "scale": 0.1}),
    ("normal", {"loc": mx.arange(15.0).reshape(5, 3), "scale": ROW}),
    ("normal", {"dtype": mx.complex64, "scale": mx.arange(5.0)[:, None]}),
    ("laplace", {"loc": 1.0}),
    ("gumbel", {"dtype": mx.float16}),
    ("truncated_normal", {"lower": -mx.arange(5.0)[:, None], "upper": ROW}),
    ("bernoulli", {}),
    ("bernoulli", {"p": mx.arange(15).reshape(5, 3) / 15}),
    ("randint", {"low": 0, "high": 1000}),
    ("randint", {"low": mx.arange(5)[:, None], "high": 1000, "dtype": mx.int64}),
]
WINDOWS = [
    slice(0, 5), slice(0, 2), slice(2, 3), slice(3, 5), slice(1, 4), slice(-2, None), slice(4, 99),
    slice(3, 3), slice(4, 1), slice(None),
]  # fmt: skip


@pytest.mark.parametrize("source", ["mlx", "ops", "reference", KERNEL])
@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=str)
def test_a_window_is_that_part_of_the_full_draw(
    function: str, arguments: dict[str, Any], source: str
) -> None:
    draw, key = getattr(prng, function), prng.key(2**35 + 11)
    with prng.using(source):
        full = draw(**arguments, shape=(5, 3), key=key)
        for window in WINDOWS:
            part = draw(**arguments, shape=(5, 3), key=key, window=window)
            assert raw(part) == raw(full[window]), window


@pytest.mark.parametrize("source", ["mlx", "ops", "reference", KERNEL])
@pytest.mark.parametrize("function", WINDOWED)
def test_a_window_of_a_draw_without_values_has_its_own_rows(function: str, source: str) -> None:
    arguments = WINDOWED[function] | {"shape": (5, 0), "key": prng.key(1)}
    with prng.using(source):
        found = getattr(prng, function)(**arguments, window=slice(1, 4))
    assert found.shape == (3, 0)


@pytest.mark.parametrize("source", ["mlx", "ops"])
def test_bounds_of_a_draw_without_values_are_cut_to_its_window(source: str) -> None:
    rows = mx.zeros((5, 1))
    with prng.using(source):
        given = {"shape": (5, 0), "key": prng.key(1), "window": slice(1, 4)}
        assert prng.uniform(rows, rows + 1, **given).shape == (3, 0)
        assert prng.bernoulli(rows, **given).shape == (3, 0)


@settings(max_examples=60)
@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 80), st.sampled_from([1, 2, 4]))
def test_a_window_anywhere_holds_the_values_of_its_rows(n: int, a: int, b: int, width: int) -> None:
    key = prng.key(n)
    with prng.using("ops"):
        part = prng.bits((n,), width, key=key, window=slice(a, b))
        assert raw(part) == raw(prng.bits((n,), width, key=key)[a:b])


@pytest.mark.parametrize("source", ["mlx", "ops", KERNEL])
def test_windows_joined_are_the_full_draw(source: str) -> None:
    key, shape = prng.key(3), (1001, 2)
    with prng.using(source):
        parts = [
            prng.normal(shape, key=key, window=slice(at, at + 143)) for at in range(0, 1001, 143)
        ]
        assert raw(mx.concatenate(parts)) == raw(prng.normal(shape, key=key))


@pytest.mark.parametrize(("function", "arguments"), [("uniform", {}), ("bits", {"width": 2})])
@pytest.mark.parametrize("source", ["mlx", "ops", KERNEL])
def test_a_window_at_10_9_takes_the_memory_of_one_at_1(
    source: str, function: str, arguments: dict[str, Any]
) -> None:
    draw, key = getattr(prng, function), prng.key(5)
    mx.eval(key)

    def peak(start: int) -> int:
        mx.synchronize()
        mx.clear_cache()
        before = mx.get_active_memory()
        mx.reset_peak_memory()
        window = slice(start, start + 1000)
        mx.eval(draw(**arguments, shape=(2 * 10**9,), key=key, window=window))
        return mx.get_peak_memory() - before

    with prng.using(source):
        assert max(peak(1), peak(10**9)) < 2**18  # the full draw is 4 GB or 8


@pytest.mark.parametrize("source", ["ops", "reference", KERNEL])
def test_a_window_far_out_is_that_of_the_reference(source: str) -> None:
    from mlx_keys.prng import threefry2x32

    for n in (2 * 10**9 + 1, 2**31 - 2):
        for start in (0, n // 2 - 4, n // 2 + 1, n - 5):
            with prng.using(source):
                found = prng.bits((n,), key=prng.key(9), window=slice(start, start + 5))
            assert found.tolist() == threefry2x32.words((0, 9), n, start, start + 5)


def test_a_window_goes_through_vmap() -> None:
    keys = prng.split(prng.key(1), 3)

    def one(key: mx.array, window: slice | None = None) -> mx.array:
        return prng.uniform(shape=(7,), key=key, window=window)

    part = mx.vmap(lambda key: one(key, slice(2, 5)))(keys)
    assert raw(part) == raw(mx.vmap(one)(keys)[:, 2:5])


@pytest.mark.parametrize(
    ("arguments", "expected", "message"),
    [
        ({"window": 3}, TypeError, "window must be a slice\n.*\n.*int 3\n  fix: window=slice"),
        ({"window": (1, 2)}, TypeError, "window must be a slice"),
        ({"window": slice(0.0, 2)}, TypeError, "window must be a slice of integers"),
        ({"window": slice(0, 4, 2)}, ValueError, "a window has no step"),
        ({"window": slice(0, 4, 0)}, ValueError, "a window has no step"),
        ({"window": slice(4, 0, -1)}, ValueError, "a window has no step"),
        ({"window": slice(0, 1), "shape": ()}, ValueError, "this draw has none"),
    ],
    ids=str,
)
def test_an_invalid_window_is_refused(
    arguments: dict[str, Any], expected: type[Exception], message: str
) -> None:
    for function in ("bits", "uniform", "normal", "laplace", "gumbel", "bernoulli"):
        with pytest.raises(expected, match=f"^{function}: (.*\n)*?.*{message}") as caught:
            getattr(prng, function)(**({"shape": (5,)} | arguments), key=prng.key(1))
        assert isinstance(caught.value, KeysError)


def test_a_window_of_a_repeated_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="normal: a window is of the draw, and loc or scale"):
        prng.normal((3,), loc=mx.zeros((2, 3)), key=prng.key(1), window=slice(0, 1))
