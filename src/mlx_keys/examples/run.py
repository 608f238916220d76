"""Run functions in children that nothing can hold up: a pool over the server's workers.

Nothing runs in the calling process, and no child is forked from it, so a caller may be Sphinx,
may have evaluated MLX, and may have threads.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Literal, Self

from mlx_keys.errors import KeysError

from . import script, wire

#: What children of a forking server have imported already.
PRELOAD = ("mlx.core", "numpy", "matplotlib.pyplot")

#: How a job ended. ``vanished``: it left no report, as after ``os._exit``; ``lost``: it took its
#: worker along.
Ending = Literal["done", "raised", "exited", "killed", "timeout", "flood", "vanished", "lost"]

_PATIENCE = 30.0  # seconds beyond a job's own time before its worker is given up
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+)', re.MULTILINE)


@dataclass(frozen=True)
class Job:
    """A function to call in a child.

    Attributes:
        entry: ``module:function``; the function takes the payload and returns JSON.
        payload: Anything that JSON holds.
        timeout: Seconds.
        program: The file whose lines tell where the job ended; the example's own unless said.
    """

    entry: str
    payload: Any
    timeout: float = 30.0
    program: str = ""


@dataclass(frozen=True)
class Observed:
    r"""What a job did.

    Attributes:
        ended: How.
        stdout: What it printed, bytes that are not UTF-8 shown as ``\xNN``.
        stderr: What it wrote to standard error.
        result: What the function returned.
        error: The names of the exception's class and of its bases, most special first.
        message: The last line of the traceback, or lines where the message has several.
        signal: The name of the signal that killed it, such as ``SIGFPE``.
        status: The exit status of one that exited or vanished.
        line: The line of the program where it ended, where that is known.
        left: Whether processes that it had started were still running after it.
        kept_stdout: False where it closed or replaced descriptor 1.
        utf8: Whether all that it printed was UTF-8.
        seconds: How long it took.
    """

    ended: Ending
    stdout: str = ""
    stderr: str = ""
    result: Any = None
    error: tuple[str, ...] = ()
    message: str = ""
    signal: str = ""
    status: int = 0
    line: int | None = None
    left: bool = False
    kept_stdout: bool = True
    utf8: bool = True
    seconds: float = field(default=0.0, compare=False)


def start_method() -> Literal["fork", "fresh"]:
    """``fork`` on Linux; ``fresh`` where what MLX loads does not survive a fork: Metal and CUDA."""
    cuda = any((found.name or "").startswith(("mlx-cuda", "mlx_cuda")) for found in distributions())
    return "fork" if sys.platform == "linux" and not cuda else "fresh"


def environment() -> dict[str, str]:
    """The environment of every child: nothing in it that changes what a program prints."""
    changing = (
        "PYTHONSTARTUP",
        "PYTHONWARNINGS",
        "PYTHONOPTIMIZE",
        "PYTHONDEVMODE",
        "PYTHONINSPECT",
        "PYTHONVERBOSE",
        "FORCE_COLOR",
        "LANGUAGE",
    )
    env = {name: value for name, value in os.environ.items() if name not in changing}
    env |= {
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "NO_COLOR": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }
    if path := env.get("PYTHONPATH"):
        # Children run in directories of their own.
        env["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in path.split(":"))
    return env


class Pool:
    """Children for jobs, several at once.

    Args:
        workers: How many; as many as there are cores unless said.
        preload: Modules that a forking server imports first.
        method: ``fork`` or ``fresh``; what suits this system unless said.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        preload: Sequence[str] = PRELOAD,
        method: Literal["fork", "fresh"] | None = None,
    ) -> None:
        self.workers = (
            workers or len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else workers or os.cpu_count() or 1
        )
        self.preload = tuple(preload)
        self.method = method or start_method()
        self._scratch = Path(tempfile.mkdtemp(prefix="mlx-keys-"))
        self._free: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._servers: list[subprocess.Popen[bytes]] = []
        self._started = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and its workers."""
        while not self._free.empty():
            self._free.get().close()
        for server in self._servers:
            server.kill()  # its workers die with it, and their children with them
            server.wait()
        self._servers.clear()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def run(
        self, jobs: Iterable[Job], done: Callable[[Job, Observed], None] | None = None
    ) -> list[Observed]:
        """Run jobs, and give what was seen of each in their order.

        Args:
            jobs: The jobs.
            done: Called after each, from one thread at a time.
        """
        waiting = list(jobs)
        if not waiting:
            return []
        self._start(min(self.workers, len(waiting)))
        results: list[Observed | None] = [None] * len(waiting)
        numbers = iter(range(len(waiting)))
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                seen = self._do(waiting[number])
                with lock:
                    results[number] = seen
                    if done is not None:
                        done(waiting[number], seen)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(self._started)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [seen for seen in results if seen is not None]

    def _start(self, count: int) -> None:
        """Have at least so many workers."""
        with self._lock:
            missing = count - self._started
            if missing > 0:
                self._servers.append(self._server(missing))
                self._started += missing

    def _server(self, workers: int) -> subprocess.Popen[bytes]:
        pairs = [socket.socketpair() for _ in range(workers)]
        theirs = [pair[1] for pair in pairs]
        command = [
            sys.executable,
            "-P",
            "-m",
            "mlx_keys.examples.server",
            "--sockets",
            ",".join(str(end.fileno()) for end in theirs),
            "--preload",
            ",".join(self.preload),
        ]
        if self.method == "fresh":
            command.append("--fresh")
        server = subprocess.Popen(
            command,
            pass_fds=[end.fileno() for end in theirs],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment(),
        )
        for ours, their in pairs:
            their.close()
            self._free.put(_Worker(ours, self._scratch))
        return server

    def _do(self, job: Job) -> Observed:
        """One job on the next free worker; a worker that is lost is replaced."""
        worker = self._free.get()
        try:
            seen = worker.do(job)
        except (EOFError, TimeoutError):
            worker.close()
            with self._lock:
                self._servers.append(self._server(1))
            return Observed("lost")
        self._free.put(worker)
        return seen


class _Worker:
    """The caller's end of one worker."""

    def __init__(self, connection: socket.socket, scratch: Path) -> None:
        self.connection = connection
        self.scratch = scratch

    def do(self, job: Job) -> Observed:
        self.connection.settimeout(job.timeout + _PATIENCE)
        try:
            wire.send(
                self.connection,
                {
                    "entry": job.entry,
                    "payload": job.payload,
                    "timeout": job.timeout,
                    "scratch": str(self.scratch),
                },
            )
        except ConnectionError as error:
            raise EOFError from error
        return _observed(wire.receive(self.connection), job.program)

    def close(self) -> None:
        self.connection.close()


def _observed(raw: dict[str, Any], program: str) -> Observed:
    """What the worker saw and what the child reported, as one."""
    report, known = _report(raw)
    program = program or str(Path(raw["directory"]) / script.NAME)
    frames = [line for file, line, _ in report.get("frames", ()) if file == program]
    crash = [int(m["line"]) for m in _FRAME.finditer(raw["crash"]) if m["file"] == program]
    status = raw["status"]
    name = ""
    ended: Ending
    if raw["stopped"]:
        ended = raw["stopped"]
    elif status < 0:
        ended, name = "killed", _signal(-status)
    elif known:
        ended = report["ended"]
    else:
        ended = "vanished"
    return Observed(
        ended,
        stdout=_readable(raw["stdout"]),
        stderr=_readable(raw["stderr"]),
        result=report.get("result"),
        error=tuple(report.get("error", ())),
        message=report.get("message", ""),
        signal=name,
        status=status,
        line=frames[-1] if frames else crash[0] if crash else None,
        left=raw["left"],
        kept_stdout=report.get("kept_stdout", True),
        utf8=raw["stdout"].isprintable() or not re.search("[\udc80-\udcff]", raw["stdout"]),
        seconds=raw["seconds"],
    )


def _report(raw: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The child's own report, and whether it came whole."""
    import json

    try:
        report = json.loads(raw["report"])
    except ValueError:
        return {}, False
    return (report, True) if isinstance(report, dict) and "ended" in report else ({}, False)


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _signal(number: int) -> str:
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def need(seen: Observed, what: str) -> Any:
    """The result of a job of our own.

    Raises:
        KeysError: Where it did not end well.
    """
    if seen.ended != "done":
        raise KeysError(
            f"{what} failed: {seen.ended}",
            found=seen.message or seen.signal or seen.stderr or None,
        )
    return seen.result
