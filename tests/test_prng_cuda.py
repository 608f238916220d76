"""The kernels on a CUDA device: mlx's own bits, at every size and in every part."""

from __future__ import annotations

import mlx.core as mx
import pytest

from mlx_keys import prng
from mlx_keys.prng import kernel
from random_calls import FUNCTIONS, calls, raw

pytestmark = pytest.mark.needs_cuda

#: Beyond these many values a result has more than 2**32 bytes.
FAR = 2**30


@pytest.mark.parametrize("seed", [0, 7, 2**40 + 3])
def test_every_size_gives_the_numbers_of_mlx(seed: int) -> None:
    key = mx.random.key(seed)
    for n in (*range(1, 300), *range(300, 4098, 13)):
        with prng.using("kernel"):
            words = prng.bits((n,), key=key)
            reals, normals = (draw(shape=(n,), key=key) for draw in (prng.uniform, prng.normal))
            moved = prng.normal((n,), loc=-0.3, scale=1.7, key=key)
        if n % 2 == 0:
            assert raw(words) == raw(mx.random.split(key, n // 2).reshape(-1)), n
        assert raw(reals) == raw(mx.random.uniform(shape=(n,), key=key)), n
        assert raw(normals) == raw(mx.random.normal((n,), key=key)), n
        assert raw(moved) == raw(mx.random.normal((n,), loc=-0.3, scale=1.7, key=key)), n


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name != "multivariate_normal"])
def test_random_calls_of_the_default_give_the_numbers_of_mlx(function: str) -> None:
    for call in calls(function, 200, seed=3):
        assert raw(call.of(prng)) == raw(call.of(mx.random)), call


def test_a_draw_of_more_than_2_32_bytes_is_whole() -> None:
    key, n = prng.key(7), FAR + 2**20 + 1
    whole = prng.uniform(shape=(n,), key=key)
    assert mx.array_equal(whole, mx.random.uniform(shape=(n,), key=key))
    for start in (0, n // 2 - 3, FAR, n - 9):
        part = prng.uniform(shape=(n,), key=key, window=slice(start, start + 9))
        assert mx.array_equal(part, whole[start : start + 9])


def test_a_kernel_runs_inside_mx_compile_where_it_is_asked_for() -> None:
    with prng.using("kernel"):
        draw = mx.compile(lambda key: prng.normal((1001,), key=key))
        for seed in (1, 2):
            key = mx.random.key(seed)
            assert raw(draw(key)) == raw(mx.random.normal((1001,), key=key))


def test_a_kernel_asked_for_inside_vmap_is_refused() -> None:
    with prng.using("kernel"), pytest.raises(ValueError, match="vmap"):
        mx.vmap(lambda key: prng.uniform(shape=(3,), key=key))(prng.split(prng.key(1), 2))


def test_a_kernel_is_built_once() -> None:
    kernel.built.cache_clear()
    for n in (5, 6, 1000):
        with prng.using("kernel"):
            prng.bits((n,), key=prng.key(1))
    assert kernel.built.cache_info().misses == 1
