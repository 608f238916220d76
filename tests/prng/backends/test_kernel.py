"""How a kernel is built and launched: what mlx is given, and what is refused before."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

import mlx.core as mx
import pytest
from tests.prng.known_calls import KEY

from mlx_keys import prng
from mlx_keys.prng.backends import kernel, kernel_source
from mlx_keys.prng.window import Window


class Mlx:
    """What ``mx.fast`` was given: the builds, and the launches of what it built."""

    def __init__(self) -> None:
        self.builds: list[tuple[str, dict[str, Any]]] = []
        self.launches: list[dict[str, Any]] = []

    def builder(self, platform: str) -> Any:
        """The function of ``mx.fast`` that builds kernels for a platform."""

        def build(**arguments: Any) -> Any:
            self.builds.append((platform, arguments))
            return lambda **launch: self.launches.append(launch) or [mx.zeros(3)]

        return build


@pytest.fixture
def mlx(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mlx]:
    """An mlx that builds kernels for both platforms."""
    recorded = Mlx()
    for platform in ("cuda", "metal"):
        monkeypatch.setattr(mx.fast, f"{platform}_kernel", recorded.builder(platform))
    kernel.build_kernel.cache_clear()
    yield recorded
    kernel.build_kernel.cache_clear()


def strides(launch: dict[str, Any]) -> list[int]:
    """The strides of the numbers that a launch is given beside the key, in words."""
    key, numbers = launch["inputs"]
    assert key.tolist() == KEY.tolist()
    mx.eval(numbers)
    return [stride // 4 for stride in memoryview(numbers).strides]


def test_a_launch_is_in_blocks_of_threads_and_gets_its_numbers_as_strides(mlx: Mlx) -> None:
    kernel.launch("unit", KEY, Window((3, 3), 9, 0, 9, 2), (0.5,), "cuda", verbose=True)
    kernel.launch("randint", KEY, Window((1, 3), 9, 3, 6, 2), (1, 2), "metal")
    kernel.block(KEY, (7, 9), "metal")
    full, window, block = mlx.launches
    assert (full["grid"], full["threadgroup"]) == ((2, 1, 1), (kernel.THREADS, 1, 1))
    assert (full["output_shapes"], full["output_dtypes"]) == ([(3, 3)], [mx.float32])
    assert full["verbose"] is True
    assert (window["grid"], window["threadgroup"]) == ((1, 1, 1), (kernel.THREADS, 1, 1))
    assert (window["output_shapes"], window["output_dtypes"]) == ([(1, 3)], [mx.int32])
    # The numbers of the draw, the parameters as bits, and 1.
    assert strides(full) == [5, 4, 8, 0, 9, 0x3F000000, 0, 0, 1]
    assert strides(window) == [5, 4, 4, 3, 3, 1, 2, 0, 1]
    assert strides(block) == [7, 9, 0, 0, 0, 0, 0, 0, 1]
    assert (block["grid"], block["threadgroup"]) == ((1, 1, 1), (1, 1, 1))
    assert (block["output_shapes"], block["output_dtypes"]) == ([(2,)], [mx.uint32])


@pytest.mark.parametrize("platform", ["cuda", "metal"])
def test_a_kernel_is_built_once_for_its_platform_under_its_own_name(
    platform: str, mlx: Mlx
) -> None:
    for start in (6, 3):
        kernel.launch("unit", KEY, Window((3,), 9, start, start + 3, 1), (0.5,), platform)
    header, source = kernel_source.kernel_text("unit", "window", platform)
    build = {
        "name": "mlx_keys_unit_window",
        "input_names": ["key", "numbers"],
        "output_names": ["out"],
        "source": source,
        "header": header,
    }
    assert mlx.builds == [(platform, build)]


@pytest.mark.parametrize(
    ("cuda", "metal", "expected"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "metal"), (False, False, None)],
)
def test_the_platform_is_that_of_the_gpu_that_mlx_has(
    cuda: bool, metal: bool, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mx.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(mx.metal, "is_available", lambda: metal)
    assert kernel.gpu_platform.__wrapped__() == expected


def test_a_kernel_chosen_on_a_cpu_is_refused_with_where_it_runs() -> None:
    with prng.using("kernel"), mx.stream(mx.cpu), pytest.raises(RuntimeError) as caught:
        prng.bits((3,), key=KEY)
    assert caught.value.problem == "bits: the kernels run on a GPU"
    assert caught.value.found == "Device(cpu, 0)"
    assert "stream=mx.gpu" in caught.value.fix


def test_a_kernel_of_no_values_is_not_launched(mlx: Mlx) -> None:
    window = Window((0, 3), 15, 6, 6, 2)
    for name in kernel_source.FINISHES:
        drawn = kernel.draw(name, KEY, window)
        assert (drawn.shape, drawn.dtype) == ((0, 3), kernel_source.FINISHES[name].dtype)
    assert mlx.launches == []


@pytest.mark.parametrize(
    ("size", "start", "stop", "threads"),
    [(1, 0, 1, 1), (8, 0, 8, 1), (9, 0, 9, 2), (16, 0, 16, 2), (17, 3, 7, 1), (17, 3, 8, 2)],
)
def test_a_thread_makes_four_counters_of_a_full_draw_and_four_values_of_a_window(
    size: int, start: int, stop: int, threads: int
) -> None:
    assert kernel.thread_count(Window((stop - start,), size, start, stop, 1)) == threads


def test_a_parameter_beyond_float32_becomes_infinity() -> None:
    window = Window((1,), 1, 0, 1, 1)
    arguments = kernel.kernel_arguments("uniform", window, (1e300, -1e300, 0.1))
    params = mx.array(arguments[5:8], mx.uint32).view(mx.float32)
    assert params.tolist() == [inf, -inf, mx.array(0.1).item()]
