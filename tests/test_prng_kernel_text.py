"""The kernels' text, run as C++: every word in its place, and no thread outside the result."""

from __future__ import annotations

import random
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from kernels_as_cxx import compiled, launched
from mlx_keys import prng
from mlx_keys.prng import kernel, threefry2x32
from mlx_keys.prng.window import Part, read_part
from random_calls import FUNCTIONS, calls, raw

SEEDS = (0, 7, 2**40 + 3)
LONGEST = 4097


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kernels")


def stand_in(where: str, folder: Path):
    """A ``kernel.launch`` that runs the text as C++."""

    def launch(
        name: str, key: mx.array, part: Part, params: tuple[float, ...], _where: str
    ) -> mx.array:
        run = compiled(name, part.whole, where, folder)
        block = kernel.THREADS if where == "cuda" else 1  # CUDA launches whole blocks
        drawn = launched(run, np.array(key, np.uint32), part, params, block)
        return mx.array(drawn).view(kernel.FINISHES[name].dtype)

    return launch


def all_of(n: int) -> Part:
    return read_part("test", (n,), None)


def words(key: mx.array, n: int) -> np.ndarray:
    """The words of a draw by mlx: an odd one shares all but its middle with the next even one."""
    half, odd = divmod(n, 2)
    drawn = np.array(mx.random.split(key, half + odd)).reshape(-1)
    if odd:
        drawn[half] = threefry2x32.block(tuple(key.tolist()), (half, 0))[0]
    return drawn[:n]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("where", ["metal", "cuda"])
def test_the_words_of_every_size_are_in_their_places(where: str, seed: int, folder: Path) -> None:
    launch, key = stand_in(where, folder), mx.random.key(seed)
    for n in range(1, LONGEST + 1):
        found = np.array(launch("bits", key, all_of(n), (), where))
        assert np.array_equal(found, words(key, n)), n


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("where", ["metal", "cuda"])
def test_the_uniforms_of_many_sizes_are_those_of_mlx(where: str, seed: int, folder: Path) -> None:
    launch, key = stand_in(where, folder), mx.random.key(seed)
    for n in (*range(1, 300), *range(300, LONGEST + 1, 7)):
        low, high = (0.0, 1.0) if n % 2 else (-2.5, 7.25)
        found = launch("uniform", key, all_of(n), (low, high, 1 - 2**-24), where)
        assert mx.array_equal(found, mx.random.uniform(low, high, (n,), key=key)), n


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("where", ["metal", "cuda"])
def test_what_normal_feeds_to_erfinv_is_what_mlx_feeds_to_it(
    where: str, seed: int, folder: Path
) -> None:
    """The shim's erfinv hands back what it is given; the product and the sum are judged too."""
    launch, key = stand_in(where, folder), mx.random.key(seed)
    root, scale, mean = mx.array(2**0.5), mx.array(1.7), mx.array(-0.3)
    for n in (*range(1, 40), 1000, LONGEST):
        signed = mx.random.uniform(-1 + 2**-24, 1.0, (n,), key=key)
        found = launch("normal", key, all_of(n), (2**0.5, 1.7), where)
        assert mx.array_equal(found, root * scale * signed), n
        found = launch("moved_normal", key, all_of(n), (2**0.5, 1.7, -0.3), where)
        assert mx.array_equal(found, mean + root * scale * signed), n


@pytest.mark.parametrize("name", kernel.FINISHES)
@pytest.mark.parametrize("where", ["metal", "cuda"])
def test_a_part_of_a_draw_is_that_part_of_the_whole(where: str, name: str, folder: Path) -> None:
    launch, choose = stand_in(where, folder), random.Random(name)  # noqa: S311
    params = {"bits": (), "uniform": (-1.0, 3.0, 1 - 2**-24)}.get(name, (2.0, 0.5, 1.0))
    key = mx.random.key(5)
    for n in range(2, 300):
        start, stop = sorted(choose.sample(range(n + 1), 2))
        if (start, stop) == (0, n):
            continue
        whole = launch(name, key, all_of(n), params, where)
        part = launch(name, key, read_part("test", (n,), slice(start, stop)), params, where)
        assert mx.array_equal(part, whole[start:stop]), (n, start, stop)


@pytest.mark.parametrize("where", ["metal", "cuda"])
def test_a_part_far_out_is_reached_with_64_bits(where: str, folder: Path) -> None:
    launch, key, n = stand_in(where, folder), mx.random.key(5), 2**33 - 3
    for start in (0, 2**31 - 5, 2**32 - 5, n - 9):  # around the middle word, and at the end
        part = read_part("test", (n,), slice(start, start + 9))
        found = launch("bits", key, part, (), where).tolist()
        assert found == threefry2x32.words((0, 5), n, start, start + 9)


@pytest.fixture
def kernels_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this machine had a GPU: its kernels run as C++, but for normal's erfinv."""
    monkeypatch.setattr(kernel, "launch", stand_in("cuda", folder))
    monkeypatch.setattr(kernel, "require", lambda function: None)
    monkeypatch.setattr(kernel, "backend", lambda: "cuda")
    monkeypatch.setattr(kernel, "has_normal", lambda: False)


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "multivariate_normal"])
@pytest.mark.usefixtures("kernels_here")
def test_random_calls_of_the_kernels_give_what_mlx_gives(function: str) -> None:
    for call in calls(function, 30, seed=2):
        with prng.using("kernel"):
            found = call.of(prng)
        assert raw(found) == raw(call.of(mx.random)), call


@pytest.mark.usefixtures("kernels_here")
def test_float16_and_plain_bounds_go_through_one_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    launch = kernel.launch
    monkeypatch.setattr(kernel, "launch", lambda *given: asked.append(given[0]) or launch(*given))
    key = prng.key(1)
    with prng.using("kernel"):
        prng.uniform(-1, 2, (5,), key=key)
        prng.uniform(shape=(5,), dtype=mx.float16, key=key)
        prng.bits((5,), key=key)
        prng.uniform(2**53 + 1, 2**54, (5,), key=key)
    assert asked == ["uniform", "uniform", "bits", "uniform"]


def test_where_there_is_no_gpu_the_kernels_say_so() -> None:
    with (
        mx.stream(mx.cpu),
        prng.using("kernel"),
        pytest.raises(RuntimeError, match="uniform: the kernels run on a GPU"),
    ):
        prng.uniform(key=prng.key(1))
