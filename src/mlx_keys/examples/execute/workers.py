"""The caller's side of the server: start it, hand a worker its job, end them all."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Literal

from . import wire

Method = Literal["fork", "fresh"]

#: Seconds beyond a job's own time before its worker is given up.
_PATIENCE = 30.0

_CUDA = ("mlx-cuda", "mlx-cuda-12", "mlx-cuda-13")

#: Variables that change what a program prints, and are taken away.
_CHANGING = (
    "FORCE_COLOR",
    "LANGUAGE",
    "PYTHONDEVMODE",
    "PYTHONINSPECT",
    "PYTHONOPTIMIZE",
    "PYTHONSTARTUP",
    "PYTHONVERBOSE",
    "PYTHONWARNINGS",
)

#: Variables that are set, so that the same program prints the same on every machine.
_FIXED = {
    "COLUMNS": "80",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "NO_COLOR": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}


def start_method() -> Method:
    """``fork`` on Linux; ``fresh`` where what MLX loads does not survive a fork: Metal and CUDA."""
    return "fork" if sys.platform == "linux" and not any(map(_installed, _CUDA)) else "fresh"


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def environment(hash_seed: int = 0) -> dict[str, str]:
    """The environment of every child: nothing in it that changes what a program prints.

    Args:
        hash_seed: What the order of a set of strings follows from; a reader's is random.
    """
    env = {name: value for name, value in os.environ.items() if name not in _CHANGING} | _FIXED
    env["PYTHONHASHSEED"] = str(hash_seed)
    if path := env.get("PYTHONPATH"):
        # Children run in directories of their own.
        parts = path.split(os.pathsep)
        env["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in parts)
    return env


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours in a new interpreter, whatever lies around there."""
    return [sys.executable, "-P", "-m", module, *arguments]


class Server:
    """One server process and its workers.

    Args:
        workers: How many jobs it does at once.
        preload: Modules that it imports before it forks.
        method: ``fork`` or ``fresh``.
        scratch: A folder for the jobs' own folders.
        hash_seed: Its own and its workers'.
    """

    def __init__(
        self,
        workers: int,
        preload: Sequence[str],
        method: Method,
        scratch: Path,
        hash_seed: int = 0,
    ) -> None:
        pairs = [socket.socketpair() for _ in range(workers)]
        fds = [their.fileno() for _, their in pairs]
        command = python("mlx_keys.examples.execute.server", "--sockets", ",".join(map(str, fds)))
        command += ["--scratch", str(scratch)]
        command += ["--preload", ",".join(preload)] if method == "fork" else ["--fresh"]
        self.scratch = scratch
        self.free: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            command,
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment(hash_seed),
        )
        for ours, their in pairs:
            their.close()
            self.free.put(ours)

    def do(self, entry: str, payload: Any, timeout: float) -> dict[str, Any] | None:
        """Have a free worker do a job; None where the job took its worker along."""
        connection = self.free.get()
        connection.settimeout(timeout + _PATIENCE)
        job = {
            "entry": entry,
            "payload": payload,
            "timeout": timeout,
            "scratch": str(self.scratch),
        }
        try:
            wire.send(connection, job)
            raw: dict[str, Any] = wire.receive(connection)
        except (EOFError, OSError):
            connection.close()
            return None
        self.free.put(connection)
        return raw

    def close(self) -> None:
        """End the server; its workers end with it, and so do their jobs."""
        while not self.free.empty():
            self.free.get().close()
        self._process.kill()
        self._process.wait()
