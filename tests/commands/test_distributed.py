"""Ranks that draw their own windows draw, together, what one process draws."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import pytest
from tests.prng.random_calls import raw

from mlx_keys import prng

#: What each rank draws its rows of, none of whose number its rank divides.
DRAWS = {
    "bits": {"shape": (7, 3), "width": 1},
    "uniform": {"shape": (1001,), "high": 9.0},
    "normal": {"shape": (100, 3)},
    "bernoulli": {"shape": (10,)},
    "randint": {"shape": (8, 2, 2), "low": -5, "high": 99},
}
RANK = f"""
import mlx.core as mx
from mlx_keys import prng

world = mx.distributed.init(strict=True, backend="ring")
rank, size = world.rank(), world.size()
for function, arguments in {DRAWS!r}.items():
    rows = arguments["shape"][0]
    window = slice(rows * rank // size, rows * (rank + 1) // size)
    part = getattr(prng, function)(**arguments, key=prng.key(2**40 + 7), window=window)
    mx.save(f"{{function}}-{{rank}}.npy", part)
mx.eval(mx.distributed.all_sum(mx.array(1), stream=mx.cpu))
"""


def free_ports(count: int) -> int:
    for port in range(12_000 + os.getpid() % 700 * 10, 20_000, 10):
        try:
            for each in range(port, port + count):
                socket.create_server(("127.0.0.1", each)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


@pytest.mark.parametrize("ranks", [2, 3])
def test_windows_of_ranks_joined_are_one_draw(ranks: int, tmp_path: Path) -> None:
    program = tmp_path / "rank.py"
    program.write_text(RANK)
    launch = Path(sys.executable).with_name("mlx.launch")
    options = ["-n", str(ranks), "--backend", "ring", "--starting-port", str(free_ports(ranks))]
    done = subprocess.run(
        [sys.executable, launch, *options, sys.executable, program],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path)},  # mlx.launch leaves files there
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert done.stderr == ""
    for function, arguments in DRAWS.items():
        parts = [mx.load(str(tmp_path / f"{function}-{rank}.npy")) for rank in range(ranks)]
        whole = getattr(prng, function)(**arguments, key=prng.key(2**40 + 7))
        assert raw(mx.concatenate(parts)) == raw(whole), function
