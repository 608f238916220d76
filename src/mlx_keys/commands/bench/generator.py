"""Our generator in MLX operations against ``mx.random``, on this machine's default device."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

from mlx_keys.errors import INSTALL_MLX, KeysError

from .timing import Row, in_turn

#: Values a call.
SIZES = (2**16, 2**20, 2**24)


def measure_generator(rounds: int) -> list[Row]:
    """Measure words, uniforms and normals of several sizes, in turn with ``mx.random``'s.

    Args:
        rounds: How often each call is measured, after one that is not.
    """
    if find_spec("mlx") is None:
        raise KeysError("there is no mlx here to measure", mend=INSTALL_MLX)
    import mlx.core as mx

    from mlx_keys import prng

    key = mx.random.key(7)

    def made(draw: Callable[[], mx.array]) -> None:
        mx.eval(draw())
        mx.synchronize()

    rows = []
    for size in SIZES:
        pairs: dict[str, tuple[Callable[[], mx.array], Callable[[], mx.array]]] = {
            "split": (
                partial(mx.random.split, key, size // 2),
                partial(prng.split, key, size // 2),
            ),
            "uniform": (
                partial(mx.random.uniform, shape=(size,), key=key),
                partial(prng.uniform, shape=(size,), key=key),
            ),
            "normal": (
                partial(mx.random.normal, shape=(size,), key=key),
                partial(prng.normal, shape=(size,), key=key),
            ),
        }
        for name, (theirs, ours) in pairs.items():
            with prng.using("ops"):
                acts = {"mx.random": partial(made, theirs), "prng": partial(made, ours)}
                in_turn(acts, 1)
                found = in_turn(acts, rounds)
            base = Row(f"mx.random.{name}, {size:,} words", found["mx.random"])
            rows += [base, Row(f"prng.{name}, {size:,} words", found["prng"], base)]
    return rows
