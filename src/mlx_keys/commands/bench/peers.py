"""The generators of torch, CuPy and JAX, where they are installed and see the GPU.

Each draws as many 32-bit values as ours does, into memory of its own library. Their numbers differ
from ours; their times show what the chip can do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from typing import Any

#: The label of torch's ``zero_``, which computes nothing and writes as many bytes.
WRITE_LIMIT = "torch zero_, the write limit"


def peers(name: str, values: int) -> dict[str, Callable[[int], object]]:
    """The calls that draw like ``name`` (``split``, ``uniform`` or ``normal``), by their labels.

    A call takes the batch: how many draws it makes before it waits for them.
    """
    calls: dict[str, Callable[[int], object]] = {}
    for library in (_torch, _cupy, _jax):
        if find_spec(library.__name__[1:]) is not None:
            calls |= library(name, values)
    return calls


def versions() -> dict[str, str]:
    """The versions of the libraries that are here."""
    installed = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"].lower()
        if name in ("torch", "jax", "jaxlib") or name.startswith("cupy"):
            installed[name] = distribution.version
    return dict(sorted(installed.items()))


def _torch(name: str, values: int) -> dict[str, Callable[[int], object]]:
    import torch  # type: ignore[import-not-found,unused-ignore]

    if not torch.cuda.is_available():
        return {}
    draws: dict[str, tuple[str, Callable[..., Any]]] = {
        "split": (WRITE_LIMIT, lambda: torch.empty(values, device="cuda").zero_()),
        "uniform": ("torch.rand", lambda: torch.rand(values, device="cuda")),
        "normal": ("torch.randn", lambda: torch.randn(values, device="cuda")),
    }
    if name not in draws:
        return {}
    label, draw = draws[name]
    return {label: partial(_and_wait, draw, torch.cuda.synchronize)}


def _cupy(name: str, values: int) -> dict[str, Callable[[int], object]]:
    import cupy  # type: ignore[import-not-found,unused-ignore]

    calls: dict[str, Callable[[int], object]] = {}
    for kind, label in (("Philox4x3210", "CuPy Philox"), ("XORWOW", "CuPy XORWOW")):
        generator = cupy.random.Generator(getattr(cupy.random, kind)(7))
        draws: dict[str, Callable[..., Any]] = {
            "uniform": partial(generator.random, size=values, dtype="float32"),
            "normal": partial(generator.standard_normal, size=values, dtype="float32"),
        }
        if name in draws:
            wait = cupy.cuda.Device().synchronize
            calls[label] = partial(_and_wait, draws[name], wait)
    return calls


def _and_wait(draw: Callable[[], Any], wait: Callable[[], Any], batch: int) -> None:
    results = [draw() for _ in range(batch)]  # kept until all are there
    wait()
    del results


def _jax(name: str, values: int) -> dict[str, Callable[[int], object]]:
    # As it is, JAX takes three quarters of the GPU's memory when it starts.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax  # type: ignore[import-not-found,unused-ignore]

    draws: dict[str, Callable[..., Any]] = {
        "split": jax.random.bits,
        "uniform": jax.random.uniform,
        "normal": jax.random.normal,
    }
    if jax.default_backend() != "gpu" or name not in draws:
        return {}
    compiled = jax.jit(partial(draws[name], shape=(values,)))
    key = jax.random.PRNGKey(7)

    def call(batch: int) -> None:
        jax.block_until_ready([compiled(key) for _ in range(batch)])

    return {f"jax.random.{draws[name].__name__}": call}
