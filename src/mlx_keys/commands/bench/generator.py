"""Our generator against ``mx.random``, plain and compiled, and against others that are here.

On MLX's default device. What draws the same is measured in turn, so that ratios hold within a run;
a call is measured as a user makes it, from the call until the values are there, after one like it.
"""

from __future__ import annotations

from .draws import ARGUMENTS, drawn
from .peers import peers
from .timing import Row, in_turn

#: Values a call, on a CPU and on a GPU.
SIZES = (2, 2**10, 2**20)
GPU_SIZES = (2, 2**20, 2**28)

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
        for row in _measured(name, size, rounds, on_gpu=on_gpu)
    ]


def _measured(name: str, size: int, rounds: int, *, on_gpu: bool) -> list[Row]:
    draw = drawn(name, size)
    acts = {BASE: draw.theirs, "prng": draw.ours}
    if on_gpu:
        # Under mx.compile, a CPU has g++ build what it fuses: that is not what is asked here.
        acts |= {} if name == "split" else {f"compiled {BASE}": draw.compiled}
        acts |= peers(name, size)
    turns = _TURNS if size <= _VALUES else _TURNS_ON_A_GPU if on_gpu else 1
    in_turn(acts, 1)  # what is built at the first call
    base: Row | None = None
    rows = []
    for who, seconds in in_turn(acts, rounds, turns, before=1).items():
        facts = {"draw": name, "who": who, "values": draw.values}
        if who == "prng":
            facts["equal"] = draw.equal
        ours = who == "prng" or who.endswith(BASE)
        label = f"{who}.{name}" if ours else who
        row = Row(f"{label}, {draw.values:,} values", seconds, base, draw.size, facts)
        base = base or row
        rows.append(row)
    return rows
