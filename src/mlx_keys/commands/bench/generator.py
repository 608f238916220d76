"""Our generator against ``mx.random``, plain and compiled, and against others that are here.

On MLX's default device. What draws the same is measured in turn, so that ratios hold within a run;
a call is measured as a user makes it, from the call until the values are there, after one like it.
Where a GPU is to be filled, calls in a row that are waited for once are measured too: what starting
and waiting cost says nothing about the rate at which values are made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .draws import ARGUMENTS, drawn
from .peers import peers
from .timing import Row, in_turn

#: Values a call, on a CPU and on a GPU.
SIZES = (2, 2**10, 2**20)
GPU_SIZES = (2, 2**20, 2**28)

#: The calls in a row that are waited for once, by the values of each.
IN_A_ROW = {2**28: 8}

#: Small calls take many turns at a measurement, alone: in a row, one of them would have the machine
#: to itself while another shares it. On a GPU no call takes long.
_TURNS = 64
_VALUES = 2**16
_TURNS_ON_A_GPU = 4

#: What each draw is compared with first.
BASE = "mx.random"


def measure_generator(rounds: int) -> list[Row]:
    """Measure every draw in several sizes.

    Args:
        rounds: How often each call is measured.
    """
    import mlx.core as mx

    on_gpu = mx.default_device().type == mx.DeviceType.gpu
    return [
        row
        for size in (GPU_SIZES if on_gpu else SIZES)
        for name in ("split", *ARGUMENTS)
        for in_a_row in (1, *([IN_A_ROW[size]] if on_gpu and size in IN_A_ROW else []))
        for row in _measured(name, size, rounds, in_a_row, on_gpu=on_gpu)
    ]


def _measured(name: str, size: int, rounds: int, in_a_row: int = 1, *, on_gpu: bool) -> list[Row]:
    draw = drawn(name, size)
    acts: dict[str, Callable[[int], object]] = {BASE: draw.theirs, "prng": draw.ours}
    if on_gpu:
        # Under mx.compile, a CPU has g++ build what it fuses: that is not what is asked here.
        acts |= {} if name == "split" else {f"compiled {BASE}": draw.compiled}
        acts |= peers(name, size)
    turns = _TURNS if size <= _VALUES else _TURNS_ON_A_GPU if on_gpu and in_a_row == 1 else 1
    in_turn({who: partial(act, 1) for who, act in acts.items()}, 1)  # what is built at first
    base: Row | None = None
    rows = []
    measured = {who: partial(act, in_a_row) for who, act in acts.items()}
    for who, seconds in in_turn(measured, rounds, turns, before=1).items():
        facts: dict[str, object] = {"draw": name, "who": who, "values": draw.values}
        if in_a_row > 1:
            facts["in_a_row"] = in_a_row
        if who == "prng":
            facts["equal"] = draw.equal
        ours = who == "prng" or who.endswith(BASE)
        label = f"{who}.{name}" if ours else who
        many = f", {in_a_row} in a row" if in_a_row > 1 else ""
        each = tuple(one / in_a_row for one in seconds)
        row = Row(f"{label}, {draw.values:,} values{many}", each, base, draw.size, facts)
        base = base or row
        rows.append(row)
    return rows
