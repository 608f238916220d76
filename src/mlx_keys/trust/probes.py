"""Draws whose bytes tell whether a release of mlx still gives the same numbers.

Run as a program, with the release to measure on the import path, this prints one JSON object:
the release, and for each function a digest of each of its probes. It imports nothing of this
project, so that it runs beside any release of mlx that Python can load.
"""

from __future__ import annotations

import hashlib
import json
import sys
from importlib.metadata import version
from typing import Any

#: By function of ``mlx.core.random``: calls, in which ``r`` is that module and ``k`` is ``key(7)``.
PROBES: dict[str, tuple[str, ...]] = {
    "key": ("r.key(0)", "r.key(2**32 + 5)", "r.key(2**64 - 1)"),
    "seed": ("(r.seed(7), r.uniform(shape=(5,)))[1]",),
    "split": ("r.split(k)", "r.split(k, 3)", "r.split(k, 1001)"),
    "uniform": (
        "r.uniform(key=k)",
        "r.uniform(shape=(3,), key=k)",
        "r.uniform(-2, 5, (1000,), key=k)",
        "r.uniform(shape=(1001,), dtype=mx.float16, key=k)",
        "r.uniform(shape=(1001,), dtype=mx.bfloat16, key=k)",
    ),
    "normal": (
        "r.normal((1000,), key=k)",
        "r.normal((7, 11), loc=3.0, scale=0.5, key=k)",
        "r.normal((1000,), dtype=mx.float16, key=k)",
    ),
    "bernoulli": ("r.bernoulli(0.3, (1000,), key=k)", "r.bernoulli(mx.array([0.1, 0.9]), key=k)"),
    "randint": ("r.randint(0, 10, (1000,), key=k)", "r.randint(-5, 2**20, (1000,), key=k)"),
    "truncated_normal": ("r.truncated_normal(-2.0, 2.0, (1000,), key=k)",),
    "gumbel": ("r.gumbel((1000,), key=k)",),
    "laplace": ("r.laplace((1000,), key=k)",),
    "permutation": (
        "r.permutation(1001, key=k)",
        "r.permutation(mx.arange(60).reshape(6, 10), key=k)",
    ),
    "categorical": (
        "r.categorical(mx.log(mx.array([0.1, 0.2, 0.7])), num_samples=100, key=k)",
        "r.categorical(mx.zeros((1000,)), key=k)",
        "r.categorical(mx.zeros((1, 1000)), key=k)",
        "r.categorical(mx.array([[0.0, 1.0, 2.0], [3.0, 1.0, 0.0]]), num_samples=50, key=k)",
    ),
    "multivariate_normal": (
        "r.multivariate_normal(mx.zeros((2,)), mx.array([[1.0, 0.5], [0.5, 2.0]]), (50,), key=k,"
        " stream=mx.cpu)",
    ),
}


def array_digest(array: Any) -> str:
    """Sixteen hex digits over an array's dtype, shape and bytes."""
    import mlx.core as mx
    import numpy as np

    if array.dtype == mx.bfloat16:
        array = array.view(mx.uint16)
    plain = np.array(array)
    head = f"{plain.dtype}{plain.shape}".encode()
    return hashlib.sha256(head + plain.tobytes()).hexdigest()[:16]


def measure_probes() -> dict[str, Any]:
    """The digests of all probes with the mlx that this process has loaded."""
    import mlx.core as mx

    mx.set_default_device(mx.cpu)
    functions = {}
    for function, calls in PROBES.items():
        scope = {"mx": mx, "r": mx.random, "k": mx.random.key(7)}
        # The calls are the constants above, run in a process of their own.
        functions[function] = [array_digest(eval(call, scope)) for call in calls]  # noqa: S307
    return {"mlx": version("mlx"), "functions": functions}


if __name__ == "__main__":
    json.dump(measure_probes(), sys.stdout)
