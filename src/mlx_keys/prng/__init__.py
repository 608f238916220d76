"""Keyed random numbers on MLX: Threefry-2x32, MLX's own numbers, and no global state.

The way of a number is ``key -> words -> values``; :mod:`mlx_keys.prng.draw` has a type alias for
each of the three. A public function of :mod:`.distributions` or :mod:`.keys` reads its arguments
and begins a draw; one of :mod:`.backends` makes the words; the function turns them into values.

:mod:`mlx_keys.prng.threefry2x32` is the reference on plain integers and needs no MLX; every other
module is imported at its first use, and MLX with it.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mlx_keys.errors import INSTALL_MLX, KeysError

if TYPE_CHECKING:
    from .backends.dispatch import using
    from .distributions.continuous import gumbel, laplace, normal, truncated_normal
    from .distributions.discrete import bernoulli, categorical, permutation, randint
    from .distributions.multivariate import multivariate_normal
    from .distributions.uniforms import uniform
    from .key_guard.errors import GuardError
    from .key_guard.interpose import guard
    from .keys import bits, fold_in, key, split
    from .state import load_state, save_state

__all__ = [
    "GuardError",
    "bernoulli",
    "bits",
    "categorical",
    "fold_in",
    "guard",
    "gumbel",
    "key",
    "laplace",
    "load_state",
    "multivariate_normal",
    "normal",
    "permutation",
    "randint",
    "save_state",
    "split",
    "truncated_normal",
    "uniform",
    "using",
]

_HOMES = {
    "backends.dispatch": ("using",),
    "distributions.continuous": ("gumbel", "laplace", "normal", "truncated_normal"),
    "distributions.discrete": ("bernoulli", "categorical", "permutation", "randint"),
    "distributions.multivariate": ("multivariate_normal",),
    "distributions.uniforms": ("uniform",),
    "key_guard.errors": ("GuardError",),
    "key_guard.interpose": ("guard",),
    "keys": ("bits", "fold_in", "key", "split"),
    "state": ("load_state", "save_state"),
}


def __getattr__(name: str) -> Any:
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if name in ("seed", "state"):
        raise AttributeError(
            f"prng has no {name}, as nothing here is implicit: key=prng.key(seed) for each draw; "
            "prng.save_state() and load_state() for the state of mx.random"
        )
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if find_spec("mlx") is None:
        raise KeysError(
            f"prng.{name} needs mlx, which is not installed",
            fix=f"{INSTALL_MLX}; mlx_keys.prng.threefry2x32 works without it",
        )
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value  # the next look-up does not come here
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
