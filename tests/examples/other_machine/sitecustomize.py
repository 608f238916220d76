"""On the path of an interpreter, this makes of it a machine whose float functions are others.

A quarter of what ``log``, ``erfinv`` and their like give is moved by up to seven in the last
place, as between two C libraries or two GPUs; and the draws of ``mx.random`` that are made with
them follow. Words, uniform draws, and all that is made of those alone stay what they are.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

FUNCTIONS = ("cos", "erf", "erfinv", "exp", "expm1", "log", "log1p", "log2", "sigmoid", "sin")
REDUCTIONS = ("logsumexp", "mean", "softmax", "std", "sum", "var")
DRAWS = ("gumbel", "laplace", "normal", "truncated_normal")


def make_another_machine() -> None:
    """Replace the functions, in this process and in those forked from it."""
    import mlx.core as mx

    def moved(value: Any) -> Any:
        if not isinstance(value, mx.array) or value.dtype != mx.float32:
            return value
        words = mx.stop_gradient(value).view(mx.uint32)
        settled = (mx.abs(value) < 1e-30) | (mx.abs(value) == 1)  # no library errs there
        some = mx.isfinite(value) & ~settled & ((words >> 3) % 4 == 0)
        other = mx.where(some, (words ^ 7).view(mx.float32), mx.stop_gradient(value))
        # So near each other the two differ exactly: the sum is the other, with the gradient of one.
        return value + mx.stop_gradient(mx.where(some, other - mx.stop_gradient(value), 0.0))

    def moving(original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def function(*args: Any, **kwargs: Any) -> Any:
            return moved(original(*args, **kwargs))

        return function

    def drawn(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def draw(*args: Any, **kwargs: Any) -> Any:
            from mlx_keys import prng
            from mlx_keys.prng.key_guard.interpose import PARAMETERS

            ours = getattr(prng, name)
            as_here = original(*args, **kwargs)  # with its refusals
            given = dict(zip(PARAMETERS[name], args, strict=False)) | kwargs
            if (
                given.get("key") is None
                or not given.keys() <= inspect.signature(ours).parameters.keys()
            ):
                return as_here
            with prng.using("ops"):
                return ours(**given)

        draw.__nb_signature__ = original.__nb_signature__  # type: ignore[attr-defined]
        return draw

    for name in DRAWS:
        setattr(mx.random, name, drawn(name, getattr(mx.random, name)))
    for name in (*FUNCTIONS, *REDUCTIONS):
        setattr(mx, name, moving(getattr(mx, name)))


make_another_machine()
