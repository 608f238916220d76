"""The kernels on a CUDA device: mlx's own bits, at every size and in every part."""

from __future__ import annotations

import mlx.core as mx
import pytest
from tests.prng.random_calls import FUNCTIONS, calls, raw

from mlx_keys import prng
from mlx_keys.errors import KeysError
from mlx_keys.prng import threefry2x32
from mlx_keys.prng.backends import kernel, kernel_source, ops

pytestmark = pytest.mark.needs_cuda

#: Beyond these many values a result has more than 2**32 bytes.
FAR = 2**30


#: What each kernel draws, by the name of the kernel.
FUSED: dict[str, tuple[str, dict[str, float]]] = {
    "unit": ("uniform", {}),
    "uniform": ("uniform", {"low": -2.5, "high": 7}),
    "normal": ("normal", {}),
    "moved_normal": ("normal", {"loc": -0.3, "scale": 1.7}),
    "laplace": ("laplace", {"scale": 1.7}),
    "moved_laplace": ("laplace", {"loc": -0.3}),
    "gumbel": ("gumbel", {}),
    "truncated_normal": ("truncated_normal", {"lower": -0.4, "upper": 9}),
    "bernoulli": ("bernoulli", {"p": 0.3}),
    "randint": ("randint", {"low": -7, "high": 2**31 - 1}),
}


@pytest.mark.parametrize("seed", [0, 7, 2**40 + 3])
@pytest.mark.parametrize("name", FUSED)
def test_every_size_gives_the_numbers_of_mlx(name: str, seed: int) -> None:
    key = mx.random.key(seed)
    function, arguments = FUSED[name]
    for n in (*range(1, 300), *range(300, 4098, 53), 2**20 + 3, 2**23 + 5, 3 * 2**23 + 2):
        found = getattr(prng, function)(**arguments, shape=(n,), key=key)
        expected = getattr(mx.random, function)(**arguments, shape=(n,), key=key)
        assert raw(found) == raw(expected), n


@pytest.mark.parametrize("name", FUSED)
def test_a_draw_is_made_by_the_kernel_that_is_tested_by_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched = []
    monkeypatch.setattr(kernel, "launch", lambda name, *_: launched.append(name) or mx.zeros(3))
    function, arguments = FUSED[name]
    getattr(prng, function)(**arguments, shape=(3,), key=prng.key(1))
    assert launched == [name]


def test_every_kernel_is_tested() -> None:
    assert {"bits", *FUSED} == set(kernel_source.FINISHES)


@pytest.mark.parametrize("seed", [0, 7, 2**40 + 3])
def test_every_size_gives_the_words_of_mlx(seed: int) -> None:
    key = mx.random.key(seed)
    for n in (*range(2, 300, 2), *range(300, 4098, 26)):
        with prng.using("kernel"):
            found = prng.bits((n,), key=key)
        assert raw(found) == raw(mx.random.split(key, n // 2).reshape(-1)), n


def test_few_words_are_made_by_mlx_and_many_by_a_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    launched = []
    monkeypatch.setattr(kernel, "launch", lambda name, *_: launched.append(name) or mx.zeros(3))
    prng.split(prng.key(1), 3)
    assert launched == []
    prng.split(prng.key(1), 2**21)
    with prng.using("kernel"):
        prng.split(prng.key(1), 3)
    assert launched == ["bits"] * 2


@pytest.mark.parametrize("function", ["normal", "laplace", "uniform"])
def test_float64_is_refused_on_a_gpu_as_mlx_refuses_it(function: str) -> None:
    for module in (mx.random, prng):
        with pytest.raises(ValueError, match="float64") as caught:
            mx.eval(getattr(module, function)(dtype=mx.float64, key=prng.key(1)))
    assert isinstance(caught.value, KeysError)


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "multivariate_normal"])
def test_random_calls_of_the_default_give_the_numbers_of_mlx(function: str) -> None:
    for call in calls(function, 200, seed=3):
        assert raw(call.of(prng)) == raw(call.of(mx.random)), call


def test_a_draw_of_more_than_2_32_bytes_is_complete() -> None:
    key, n = prng.key(7), FAR + 2**20 + 1
    whole = prng.uniform(shape=(n,), key=key)
    assert mx.array_equal(whole, mx.random.uniform(shape=(n,), key=key))
    for start in (0, n // 2 - 3, FAR, n - 9):
        part = prng.uniform(shape=(n,), key=key, window=slice(start, start + 9))
        assert mx.array_equal(part, whole[start : start + 9])


def test_a_window_of_a_draw_beyond_2_33_words_is_that_of_the_reference() -> None:
    shape, row = (2 * 10**9, 8), 8
    for start in (0, 10**9, shape[0] - 1):
        found = prng.bits(shape, key=prng.key(7), window=slice(start, start + 1))
        expected = threefry2x32.words((0, 7), row * shape[0], row * start, row * (start + 1))
        assert found.reshape(-1).tolist() == expected


def test_a_key_that_is_not_contiguous_gives_the_numbers_of_mlx() -> None:
    words = mx.random.split(mx.random.key(5), 4)
    twice = mx.broadcast_to(words[1, 1], (2,))
    for key in (words[:2, 1], words.reshape(-1)[::4], words[1][::-1], words[0, :], twice):
        found = prng.uniform(shape=(7,), key=key)
        row = mx.array(key.tolist(), mx.uint32)  # of the key as it is, mlx reads other memory
        assert raw(found) == raw(mx.random.uniform(shape=(7,), key=row))
        assert raw(prng.split(key)) == raw(mx.random.split(row))
        with prng.using("mlx"):
            assert raw(prng.normal((7,), key=key)) == raw(mx.random.normal((7,), key=row))
        folded = threefry2x32.fold_in(tuple(key.tolist()), 3)
        assert prng.fold_in(key, 3).tolist() == list(folded)


def test_a_chosen_kernel_runs_inside_mx_compile() -> None:
    with prng.using("kernel"):
        draw = mx.compile(lambda key: prng.normal((1001,), key=key))
        for seed in (1, 2):
            key = mx.random.key(seed)
            assert raw(draw(key)) == raw(mx.random.normal((1001,), key=key))


def test_a_chosen_kernel_is_refused_inside_vmap() -> None:
    with prng.using("kernel"), pytest.raises(ValueError, match="vmap"):
        mx.vmap(lambda key: prng.uniform(shape=(3,), key=key))(prng.split(prng.key(1), 2))


def test_a_fold_is_one_block_of_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "block", lambda *_: pytest.fail("made of operations"))
    for data in (0, 10**9, 2**32 - 1, "dropout", mx.array(5)):
        number = data.item() if isinstance(data, mx.array) else data
        expected = threefry2x32.fold_in(threefry2x32.key(7), number)
        assert prng.fold_in(prng.key(7), data).tolist() == list(expected)


def test_a_kernel_is_built_once() -> None:
    kernel.build_kernel.cache_clear()
    for n in (5, 6, 1000):
        with prng.using("kernel"):
            prng.bits((n,), key=prng.key(1))
    assert kernel.build_kernel.cache_info().misses == 1
