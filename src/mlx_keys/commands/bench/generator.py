"""Our generator against ``mx.random``, plain and compiled, and against others that are here.

On MLX's default device; each size is measured in turn, so that ratios hold within a run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

from .timing import Row, in_turn

#: Values a call, on a CPU and on a GPU.
SIZES = (2**16, 2**20, 2**24)
GPU_SIZES = (2**20, 2**28)

#: What each draw is compared with first.
BASE = "mx.random"


def measure_generator(rounds: int) -> list[Row]:
    """Measure words, uniforms and normals of several sizes.

    Args:
        rounds: How often each call is measured, after one that is not.
    """
    import mlx.core as mx

    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    rows = []
    for size in GPU_SIZES if on_gpu else SIZES:
        for name, draws in _draws(size, compiled=on_gpu).items():
            acts = {f"{who}.{name}": act for who, act in draws.items()}
            if on_gpu:
                acts |= _peers(name, size)
            in_turn(acts, 1)
            found = in_turn(acts, rounds)
            seconds = found.pop(f"{BASE}.{name}")
            base = Row(f"{BASE}.{name}, {size:,} words", seconds, size=4 * size)
            others = (Row(f"{who}, {size:,} words", s, base, 4 * size) for who, s in found.items())
            rows += [base, *others]
    return rows


def _draws(size: int, *, compiled: bool) -> dict[str, dict[str, Callable[[], None]]]:
    """The calls of MLX and of ours, by what they draw and whose they are."""
    import mlx.core as mx

    from mlx_keys import prng

    key = mx.random.key(7)

    def made(draw: Callable[..., mx.array], *given: mx.array) -> None:
        mx.eval(draw(*given))
        mx.synchronize()

    calls: dict[str, dict[str, Callable[[mx.array], mx.array]]] = {
        "split": {
            BASE: lambda k: mx.random.split(k, size // 2),
            "prng": lambda k: prng.split(k, size // 2),
        },
        "uniform": {
            BASE: lambda k: mx.random.uniform(shape=(size,), key=k),
            "prng": lambda k: prng.uniform(shape=(size,), key=k),
        },
        "normal": {
            BASE: lambda k: mx.random.normal((size,), key=k),
            "prng": lambda k: prng.normal((size,), key=k),
        },
    }
    acts: dict[str, dict[str, Callable[[], None]]] = {
        name: {who: partial(made, call, key) for who, call in both.items()}
        for name, both in calls.items()
    }
    for name, both in calls.items():
        # Under mx.compile, a CPU has g++ build what it fuses: that is not what is asked here.
        if compiled and name != "split":
            acts[name]["compiled mx.random"] = partial(made, mx.compile(both[BASE]), key)
    return acts


def _peers(name: str, size: int) -> dict[str, Callable[[], None]]:
    """The generators of other libraries, where they are installed and see the GPU."""
    acts: dict[str, Callable[[], None]] = {}
    for library in (_torch, _cupy, _jax):
        if find_spec(library.__name__[1:]) is not None:
            acts |= library(name, size)
    return acts


def _torch(name: str, size: int) -> dict[str, Callable[[], None]]:
    import torch  # type: ignore[import-not-found,unused-ignore]

    if not torch.cuda.is_available():
        return {}
    out = torch.empty(size, device="cuda")
    fills: dict[str, Callable[[], Any]] = {
        "split": out.zero_,  # the write limit
        "uniform": out.uniform_,
        "normal": out.normal_,
    }

    def made() -> None:
        fills[name]()
        torch.cuda.synchronize()

    labels = {"split": "torch zero_, the write limit", "uniform": "torch uniform_"}
    return {labels.get(name, "torch normal_"): made}


def _cupy(name: str, size: int) -> dict[str, Callable[[], None]]:
    import cupy  # type: ignore[import-not-found,unused-ignore]

    found: dict[str, Callable[[], None]] = {}
    for kind in ("Philox4x3210", "XORWOW"):
        generator = cupy.random.Generator(getattr(cupy.random, kind)(7))
        draws: dict[str, Callable[..., Any]] = {
            "uniform": partial(generator.random, dtype="float32"),
            "normal": partial(generator.standard_normal, dtype="float32"),
        }
        if name in draws:
            found[f"cupy {kind} {name}"] = partial(_and_wait, draws[name], size, cupy.cuda.Device())
    return found


def _and_wait(draw: Callable[..., Any], size: int, device: Any) -> None:
    draw(size=size)
    device.synchronize()


def _jax(name: str, size: int) -> dict[str, Callable[[], None]]:
    import jax  # type: ignore[import-not-found,unused-ignore]

    if jax.default_backend() != "gpu":
        return {}
    draws: dict[str, Callable[..., Any]] = {
        "split": jax.random.bits,
        "uniform": jax.random.uniform,
        "normal": jax.random.normal,
    }
    compiled = jax.jit(partial(draws[name], shape=(size,)))
    key = jax.random.PRNGKey(7)
    return {f"jax.random.{draws[name].__name__}": lambda: compiled(key).block_until_ready()}
