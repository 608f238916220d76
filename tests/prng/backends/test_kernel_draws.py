"""Draws of a machine with a GPU, on one without: its kernels run as C++.

The functions that a compiler brings along (erf, erfinv, log, log1p) return their argument here,
and so do MLX's: a kernel then gives what the operations give, bit for bit, where both call them
with the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlx.core as mx
import pytest
from tests.prng.kernels_as_cxx import cxx_launch
from tests.prng.known_calls import BAD_KEYS, KEY, PLAIN, WINDOWED
from tests.prng.random_calls import raw

from mlx_keys import prng
from mlx_keys.errors import KeysError
from mlx_keys.prng.backends import dispatch, kernel
from mlx_keys.prng.window import Window

ONES = mx.ones((5, 3))

#: Calls of five rows of three: each way to a kernel.
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("uniform", {}),
    ("uniform", {"low": -2.5, "high": 7}),
    ("uniform", {"high": 7}),
    ("uniform", {"low": -1}),
    ("uniform", {"low": ONES}),
    ("uniform", {"low": 2**53 + 1}),
    ("uniform", {"dtype": mx.float16}),
    ("uniform", {"dtype": mx.bfloat16, "high": 7}),
    ("normal", {}),
    ("normal", {"scale": 1.7}),
    ("normal", {"loc": 0}),
    ("normal", {"loc": -0.3, "scale": 1.7}),
    ("normal", {"loc": ONES}),
    ("normal", {"scale": ONES}),
    ("normal", {"dtype": mx.float16}),
    ("laplace", {}),
    ("laplace", {"scale": 1.7}),
    ("laplace", {"loc": -0.3}),
    ("laplace", {"loc": 1, "scale": 2}),
    ("laplace", {"dtype": mx.float16}),
    ("gumbel", {}),
    ("gumbel", {"dtype": mx.float16}),
    ("truncated_normal", {"lower": -0.4, "upper": 9}),
    ("truncated_normal", {"lower": nan, "upper": 9}),
    ("truncated_normal", {"lower": -ONES, "upper": 9}),
    ("truncated_normal", {"lower": -1, "upper": 9, "dtype": mx.float16}),
    ("bernoulli", {}),
    ("bernoulli", {"p": 0.3}),
    ("bernoulli", {"p": ONES}),
    ("randint", {"low": -7, "high": 5}),
    ("randint", {"low": -(2**31) + 1, "high": 2**31 - 1}),
    ("randint", {"low": 0, "high": 2**31}),
    ("randint", {"low": -(2**31), "high": 0}),
    ("randint", {"low": 0, "high": 5, "dtype": mx.int64}),
    ("randint", {"low": 0.5, "high": 5}),
    ("randint", {"low": ONES, "high": 5}),
    ("bits", {}),
]
#: Calls on Metal, whose library has no erfinv, and whose log is not known to be MLX's.
METAL_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("uniform", {"high": 7}),
    ("normal", {}),
    ("normal", {"loc": 1.0}),
    ("laplace", {}),
    ("gumbel", {}),
    ("truncated_normal", {"lower": -0.4, "upper": 9}),
    ("bernoulli", {}),
    ("randint", {"low": -7, "high": 5}),
]


class Gpu:
    """A machine's GPU: what its kernels made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, platform: str) -> None:
        self.made: list[int] = []
        run = cxx_launch(platform, folder)

        def launch(
            name: str, key: mx.array, window: Window, params: tuple[float, ...], _platform: str
        ) -> mx.array:
            self.made.append(window.length)
            return run(name, key, window, params, _platform)

        monkeypatch.setattr(kernel, "launch", launch)
        monkeypatch.setattr(kernel, "gpu_platform", lambda: platform)
        monkeypatch.setattr(mx, "default_device", lambda: SimpleNamespace(type=mx.DeviceType.gpu))


@pytest.fixture(autouse=True)
def on_a_cpu() -> Iterator[None]:
    """MLX's operations run on the CPU, also where there is a GPU: as the kernels do here."""
    with mx.stream(mx.cpu):
        yield


@pytest.fixture
def cuda(kernel_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Gpu:
    """A machine with CUDA, whose functions and MLX's return their argument."""
    for name in ("erf", "erfinv", "log", "log1p"):
        monkeypatch.setattr(mx, name, lambda x: x)
    return Gpu(monkeypatch, kernel_folder, "cuda")


def by_operations(function: str, arguments: dict[str, Any]) -> mx.array:
    with prng.using("ops"):
        return getattr(prng, function)(**arguments, key=KEY)


@pytest.mark.parametrize("window", [None, slice(2, 4)], ids=["full", "window"])
@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=str)
def test_one_launch_makes_the_values_that_are_wanted_and_no_others(
    function: str, arguments: dict[str, Any], window: slice | None, cuda: Gpu
) -> None:
    arguments = arguments | {"shape": (5, 3), "window": window}
    expected = by_operations(function, arguments)
    assert cuda.made == []
    assert raw(getattr(prng, function)(**arguments, key=KEY)) == raw(expected)
    assert cuda.made == [15 if window is None else 6]


@pytest.mark.parametrize(("function", "arguments"), METAL_CALLS, ids=str)
def test_one_launch_on_metal_makes_what_its_library_can(
    function: str,
    arguments: dict[str, Any],
    kernel_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metal = Gpu(monkeypatch, kernel_folder, "metal")
    arguments = arguments | {"shape": (5, 3)}
    with prng.using("kernel"):
        found = getattr(prng, function)(**arguments, key=KEY)
    assert raw(found) == raw(by_operations(function, arguments))
    assert metal.made == [15]


def test_complex_numbers_are_drawn_as_pairs(cuda: Gpu) -> None:
    arguments = {"shape": (5, 3), "dtype": mx.complex64, "window": slice(1, 2)}
    found = prng.normal(**arguments, key=KEY)
    assert raw(found) == raw(by_operations("normal", arguments))
    assert cuda.made == [6]


@pytest.mark.parametrize(
    ("function", "arguments", "made"),
    [
        ("permutation", {"x": 7}, 7),
        ("permutation", {"x": mx.arange(15).reshape(5, 3), "axis": 1}, 3),
        ("categorical", {"logits": ONES}, 15),
        ("categorical", {"logits": ONES[0], "num_samples": 4}, 4),
        ("split", {"num": 3}, 6),
        ("truncated_normal", {"lower": -1, "upper": 1}, 1),
        ("truncated_normal", {"lower": -ONES, "upper": 1}, 15),
    ],
    ids=str,
)
def test_one_launch_makes_what_a_function_without_a_shape_needs(
    function: str, arguments: dict[str, Any], made: int, cuda: Gpu
) -> None:
    expected = by_operations(function, arguments)
    with prng.using("kernel"):
        found = getattr(prng, function)(**arguments, key=KEY)
    assert raw(found) == raw(expected)
    assert cuda.made == [made]


def test_a_fold_is_one_block_of_a_kernel(cuda: Gpu, monkeypatch: pytest.MonkeyPatch) -> None:
    counters = []
    monkeypatch.setattr(kernel, "block", lambda _, counter: counters.append(counter))
    prng.fold_in(KEY, 5)
    prng.fold_in(KEY, mx.array(-1))
    assert counters == [(0, 5), (0, 2**32 - 1)]
    assert cuda.made == []


@pytest.mark.parametrize(
    ("shape", "window", "by_mlx"),
    [
        ((6,), None, True),
        ((5,), None, False),
        ((6,), slice(0, 4), False),
        ((2**22 - 2,), None, True),
        ((2**22,), None, False),
        ((0,), None, True),
    ],
    ids=str,
)
def test_a_few_words_in_pairs_are_made_by_mlx(
    shape: tuple[int, ...], window: slice | None, by_mlx: bool, cuda: Gpu
) -> None:
    drawn = prng.bits(shape, key=KEY, window=window)
    assert (cuda.made == []) is by_mlx
    if by_mlx:
        assert mx.array_equal(drawn, mx.random.split(KEY, shape[0] // 2).reshape(shape))
    with prng.using("kernel"):
        prng.bits((6,), key=KEY)
    assert len(cuda.made) == 2 - by_mlx


def test_the_backend_is_that_of_the_device_and_of_the_key(
    cuda: Gpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolved(key: mx.array) -> str:
        return dispatch.resolve_backend(key).name

    assert resolved(KEY) == "kernel"
    traced = []
    mx.vmap(lambda key: traced.append(resolved(key)) or key)(KEY[None])
    assert traced == ["mlx"]
    monkeypatch.setattr(kernel, "gpu_platform", lambda: "metal")
    assert resolved(KEY) == "ops"
    with prng.using("reference"):
        assert resolved(KEY) == "reference"
    assert cuda.made == []


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
@pytest.mark.parametrize("function", sorted({*PLAIN} - {"multivariate_normal"}))
def test_a_bad_key_is_refused_before_any_launch(function: str, key: object, cuda: Gpu) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{function}: key ") as caught:
        getattr(prng, function)(**PLAIN[function], key=key)
    assert isinstance(caught.value, KeysError)
    assert cuda.made == []


@pytest.mark.parametrize("function", ["uniform", "normal", "laplace", "gumbel", "truncated_normal"])
@pytest.mark.usefixtures("cuda")
def test_a_gpu_draws_no_float64(function: str) -> None:
    with pytest.raises(ValueError, match=f"^{function}: MLX has no float64 on a GPU") as caught:
        getattr(prng, function)(**PLAIN[function], dtype=mx.float64, key=KEY)
    assert isinstance(caught.value, KeysError)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": (5, -3)}, "shape has a negative side"),
        ({"shape": 5}, "shape must be"),
        ({"shape": (5,), "window": 3}, "window must be a slice"),
    ],
    ids=str,
)
@pytest.mark.parametrize("function", WINDOWED)
@pytest.mark.usefixtures("cuda")
def test_a_bad_shape_or_window_is_refused_in_the_name_of_the_call(
    function: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{function}: {message}"):
        getattr(prng, function)(**WINDOWED[function], **arguments, key=KEY)


@pytest.mark.parametrize(
    ("size", "start", "most"), [(2**33 - 2, 0, 2**33 - 2), (2**34, 5, 2**32 - 1)], ids=str
)
def test_a_launch_numbers_values_to_the_last_that_32_bits_count(
    size: int, start: int, most: int, cuda: Gpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "launch", lambda *_: cuda.made.append(most))
    kernel.draw("bits", KEY, Window((most,), size, start, start + most, 1))
    assert cuda.made == [most]
    size += size == most
    with pytest.raises(RuntimeError, match=f"expected: at most {most}\n  found: {most + 1}, of"):
        kernel.draw("bits", KEY, Window((most + 1,), size, start, start + most + 1, 1))
