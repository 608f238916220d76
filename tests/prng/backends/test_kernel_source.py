"""The kernels' text, run as C++: every word at its index, and no thread outside the result."""

from __future__ import annotations

import random
from ctypes import c_uint32, c_void_p
from functools import partial
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from tests.prng.kernels_as_cxx import compiled, cxx_launch
from tests.prng.random_calls import FUNCTIONS, calls, raw

from mlx_keys import prng
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.backends import kernel, kernel_source
from mlx_keys.prng.window import Window, read_window

SEEDS = (0, 7, 2**40 + 3)
LONGEST = 4097


def full(n: int) -> Window:
    return read_window((n,), None)


def words(key: mx.array, n: int) -> np.ndarray:
    """The words of a draw by mlx: an odd one shares all but its middle with the next even one."""
    half, odd = divmod(n, 2)
    drawn = np.array(mx.random.split(key, half + odd)).reshape(-1)
    if odd:
        drawn[half] = threefry2x32.block(tuple(key.tolist()), (half, 0))[0]
    return drawn[:n]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("platform", ["metal", "cuda"])
def test_the_words_of_every_size_are_at_their_indices(
    platform: str, seed: int, kernel_folder: Path
) -> None:
    launch, key = cxx_launch(platform, kernel_folder), mx.random.key(seed)
    for n in range(1, LONGEST + 1):
        found = np.array(launch("bits", key, full(n), (), platform))
        assert np.array_equal(found, words(key, n)), n


@pytest.mark.parametrize("threads", [1, 3, 128, 130])
@pytest.mark.parametrize("platform", ["metal", "cuda"])
def test_a_draw_of_more_values_than_threads_is_made_in_steps_of_the_grid(
    platform: str, threads: int, kernel_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "MOST_THREADS", threads)
    launch, key = cxx_launch(platform, kernel_folder), mx.random.key(7)
    for n in (*range(1, 260), *range(1000, LONGEST + 1, 11)):
        assert kernel.thread_count(full(n)) <= threads
        found = np.array(launch("bits", key, full(n), (), platform))
        assert np.array_equal(found, words(key, n)), n


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("platform", ["metal", "cuda"])
def test_the_uniforms_of_many_sizes_are_those_of_mlx(
    platform: str, seed: int, kernel_folder: Path
) -> None:
    launch, key = cxx_launch(platform, kernel_folder), mx.random.key(seed)
    for n in (*range(1, 300), *range(300, LONGEST + 1, 7)):
        low, high = (0.0, 1.0) if n % 2 else (-2.5, 7.25)
        found = launch("uniform", key, full(n), (low, high, 1 - 2**-24), platform)
        assert mx.array_equal(found, mx.random.uniform(low, high, (n,), key=key)), n


@pytest.mark.parametrize("seed", SEEDS)
def test_the_functions_of_cuda_are_called_with_what_mlx_calls_its_own_with(
    seed: int, kernel_folder: Path
) -> None:
    """The shim's erf, erfinv and logarithms return their argument."""
    key, number = mx.random.key(seed), partial(mx.array, dtype=mx.float32)
    root, scale, mean, low, high = map(number, (2**0.5, 1.7, -0.3, -0.4, 0.9))

    def draw(name: str, *params: float) -> mx.array:
        return cxx_launch("cuda", kernel_folder)(name, key, full(n), params, "cuda")

    for n in (*range(1, 40), 1000, LONGEST):
        unit = mx.random.uniform(shape=(n,), key=key)
        signed = mx.random.uniform(-1 + 2**-24, 1.0, (n,), key=key)
        folded = mx.sign(signed) * -mx.abs(signed)
        start, end = low / root, high / root
        inner = root * ((end - start) * unit + start)
        assert mx.array_equal(draw("normal", 2**0.5, 1.7), root * scale * signed), n
        moved = draw("moved_normal", 2**0.5, 1.7, -0.3)
        assert mx.array_equal(moved, mean + root * scale * signed), n
        assert mx.array_equal(draw("gumbel"), unit), n
        assert mx.array_equal(draw("laplace", 1.7), scale * folded), n
        assert mx.array_equal(draw("moved_laplace", 1.7, -0.3), mean + scale * folded), n
        cut = mx.maximum(mx.minimum(high, inner), low)
        assert mx.array_equal(draw("truncated_normal", -0.4, 0.9, 2**0.5), cut), n


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("platform", ["metal", "cuda"])
def test_bernoulli_and_integers_are_those_of_mlx(
    platform: str, seed: int, kernel_folder: Path
) -> None:
    launch, key = cxx_launch(platform, kernel_folder), mx.random.key(seed)
    for n in (*range(1, 40), 1000, LONGEST):
        for p in (0.0, 0.3, 1.0):
            found = launch("bernoulli", key, full(n), (p,), platform)
            assert mx.array_equal(found, mx.random.bernoulli(p, (n,), key=key)), (n, p)
        for low, high in ((0, 10), (-5, -5), (7, 3), (-(2**30), 2**30)):
            found = launch("randint", key, full(n), (low, high), platform)
            assert mx.array_equal(found, mx.random.randint(low, high, (n,), key=key)), (n, low)


@pytest.mark.parametrize("platform", ["metal", "cuda"])
@pytest.mark.parametrize("name", kernel_source.FINISHES)
def test_a_window_of_a_draw_is_that_part_of_the_full_draw(
    platform: str, name: str, kernel_folder: Path
) -> None:
    if platform == "metal" and not kernel_source.FINISHES[name].on_metal:
        return  # Metal's library has not got its functions
    launch, choose = cxx_launch(platform, kernel_folder), random.Random(name)  # noqa: S311
    params = (-1, 3, 1)[: len(kernel_source.FINISHES[name].params)]
    key = mx.random.key(5)
    for n in range(2, 300):
        start, stop = sorted(choose.sample(range(n + 1), 2))
        if (start, stop) == (0, n):
            continue
        values = launch(name, key, full(n), params, platform)
        window = launch(name, key, read_window((n,), slice(start, stop)), params, platform)
        assert raw(window) == raw(values[start:stop]), (n, start, stop)


@pytest.mark.parametrize("platform", ["metal", "cuda"])
def test_a_window_far_out_is_reached_with_64_bits(platform: str, kernel_folder: Path) -> None:
    launch, key = cxx_launch(platform, kernel_folder), mx.random.key(5)
    # Beyond 2**33 words there are more counters than 32 bits count, and they wrap around.
    for n in (2**33 - 3, 2**33 - 1, 2**33 + 8, 2**36 + 5):
        for start in (0, 2**31 - 5, 2**32 - 5, n // 2 - 4, n // 2 + 2**32 - 4, n - 9):
            window = read_window((n,), slice(start, start + 9))
            found = launch("bits", key, window, (), platform).tolist()
            assert found == threefry2x32.words((0, 5), n, window.start, window.stop), (n, start)


@pytest.mark.parametrize("shape", [(2**17, 2**17), (2**16, 2**17 - 1)], ids=str)
def test_more_values_than_a_launch_can_number_are_refused(
    shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "launch", lambda *_: "launched")
    whole = read_window(shape, None)
    if whole.size < 2**33:
        assert kernel.draw("bits", mx.random.key(5), whole) == "launched"
    else:
        with pytest.raises(RuntimeError, match="at most 8589934590\n  found: 17179869184"):
            kernel.draw("bits", mx.random.key(5), whole)
    window = read_window(shape, slice(1, None))
    with pytest.raises(RuntimeError, match="expected: at most 4294967295"):
        kernel.draw("bits", mx.random.key(5), window)


@pytest.mark.parametrize("platform", ["metal", "cuda"])
def test_one_block_is_that_of_the_reference(platform: str, kernel_folder: Path) -> None:
    """Each lane of a block of threads is run, and one of them writes."""
    run = compiled("bits", "block", platform, kernel_folder)
    for key, counter in (((0, 0), (0, 0)), ((2**32 - 1, 7), (2**32 - 1, 3))):
        out, given = np.zeros(2, np.uint32), np.array(key, np.uint32)
        strides = np.array((*counter, 0, 0, 0, 0, 0, 0, 1), np.int64)
        run(*(a.ctypes.data_as(c_void_p) for a in (given, strides, out)), c_uint32(4))
        assert tuple(out.tolist()) == threefry2x32.block(key, counter)


def test_the_arguments_of_a_kernel_are_the_numbers_of_a_draw_and_the_bits_of_its_parameters() -> (
    None
):
    window = read_window((3, 5), slice(1, 2))
    assert kernel.kernel_arguments("bits", window, ()) == (8, 7, 8, 5, 5, 0, 0, 0, 1)
    assert kernel.kernel_arguments("randint", window, (-1, 2)) == (
        8,
        7,
        8,
        5,
        5,
        2**32 - 1,
        2,
        0,
        1,
    )
    beyond = kernel.kernel_arguments("uniform", window, (-1e300, 1e300, 1.0))
    bits = mx.array([-float("inf"), float("inf"), 1.0]).view(mx.uint32)
    assert beyond[5:8] == tuple(bits.tolist())


@pytest.fixture
def kernels_here(kernel_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this machine had a GPU: its kernels run as C++, but for those of erfinv and log."""
    monkeypatch.setattr(kernel, "launch", cxx_launch("cuda", kernel_folder))
    monkeypatch.setattr(kernel, "require", lambda: None)
    monkeypatch.setattr(kernel, "gpu_platform", lambda: "cuda")
    # Those of the C library are not MLX's on a CPU.
    monkeypatch.setattr(kernel, "has", lambda name: kernel_source.FINISHES[name].on_metal)


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "multivariate_normal"])
@pytest.mark.usefixtures("kernels_here")
def test_random_calls_of_the_kernels_give_what_mlx_gives(function: str) -> None:
    for call in calls(function, 30, seed=2):
        with prng.using("kernel"):
            found = call.of(prng)
        assert raw(found) == raw(call.of(mx.random)), call


@pytest.mark.usefixtures("kernels_here")
def test_float16_and_plain_bounds_go_through_one_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    launched = []
    launch = kernel.launch
    monkeypatch.setattr(
        kernel, "launch", lambda *given: launched.append(given[0]) or launch(*given)
    )
    key = prng.key(1)
    with prng.using("kernel"):
        prng.uniform(-1, 2, (5,), key=key)
        prng.uniform(shape=(5,), dtype=mx.float16, key=key)
        prng.bits((5,), key=key)
        prng.uniform(2**53 + 1, 2**54, (5,), key=key)
    assert launched == ["uniform", "unit", "bits", "unit"]


def test_where_there_is_no_gpu_the_kernels_say_so() -> None:
    with (
        mx.stream(mx.cpu),
        prng.using("kernel"),
        pytest.raises(RuntimeError, match="uniform: the kernels run on a GPU"),
    ):
        prng.uniform(key=prng.key(1))
