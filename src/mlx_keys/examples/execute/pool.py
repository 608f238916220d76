"""Run functions in children that nothing can hold up: a pool over the server's workers.

Nothing runs in the calling process, and no child is forked from it, so a caller may be Sphinx,
may have evaluated MLX, and may have threads.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from . import run_code
from .workers import Method, Server, start_method

#: What children of a forking server have imported already.
PRELOAD = ("mlx.core", "numpy")

#: What those have that draw: a child with pyplot costs several times one without.
PLOTTING = ("matplotlib.pyplot",)

#: How a job ended. ``vanished``: it left no report, as after ``os._exit``; ``lost``: it took its
#: worker along.
Ending = Literal["done", "raised", "exited", "killed", "timeout", "flood", "vanished", "lost"]

_PATIENCE = 30.0  # seconds beyond a job's own time before its worker is given up
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+)', re.MULTILINE)


@dataclass(frozen=True)
class Job:
    """A function to call in a child.

    Attributes:
        function: What is called with the payload. It is found by its name in its module, so it
            is defined at the top of one that a child can import; what it returns is JSON.
        payload: Anything that JSON holds.
        timeout: Seconds.
        program: The file whose lines tell where the job ended; the example's own unless said.
        preload: Modules beyond the pool's that are better imported before its child is forked.
    """

    function: Callable[[Any], Any]
    payload: Any
    timeout: float = 30.0
    program: str = ""
    preload: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunResult:
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


class Pool:
    """Children for jobs, several at once.

    Args:
        workers: How many; as many as there are cores unless said.
        preload: Modules that a forking server imports first.
        method: ``fork`` or ``fresh``; what suits this system unless said.
        hash_seed: What hashes of strings follow from in every child.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        preload: Sequence[str] = PRELOAD,
        method: Method | None = None,
        hash_seed: int = 0,
    ) -> None:
        self.workers = workers or _cores()
        self.preload = tuple(preload)
        self.method = method or start_method()
        self.hash_seed = hash_seed
        self._scratch = Path(tempfile.mkdtemp(prefix="mlx-keys-"))
        self._servers: dict[tuple[str, ...], Server] = {}
        self._lost: list[Server] = []
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all servers, and with them whatever still runs."""
        with self._lock:
            self._closed = True
            for server in (*self._servers.values(), *self._lost):
                server.close()
            self._servers.clear()
            self._lost.clear()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def run(
        self, jobs: Iterable[Job], done: Callable[[Job, RunResult], None] | None = None
    ) -> list[RunResult]:
        """Run jobs, and give what was seen of each in their order.

        Args:
            jobs: The jobs.
            done: Called after each, in the calling thread.
        """
        waiting = list(jobs)
        seen: dict[int, RunResult] = {}
        left = iter(range(len(waiting)))
        ended: queue.SimpleQueue[tuple[int, RunResult | BaseException]] = queue.SimpleQueue()

        def work() -> None:
            for number in left:  # a step of an iterator over a range is one for all threads
                try:
                    ended.put((number, self._do(waiting[number])))
                except BaseException as error:
                    ended.put((number, error))

        try:
            # As daemons they hold up no interpreter that ends for another reason.
            for _ in range(min(self.workers, len(waiting))):
                threading.Thread(target=work, daemon=True).start()
            while len(seen) < len(waiting):
                number, what = ended.get()
                if isinstance(what, BaseException):
                    raise what
                seen[number] = what
                if done is not None:
                    done(waiting[number], what)
        except BaseException:  # an interrupt, say: nothing is waited for
            self.close()
            raise
        return [seen[number] for number in range(len(waiting))]

    def _do(self, job: Job) -> RunResult:
        """One job; where it took its worker along, the server is replaced for those to come."""
        preload = tuple(dict.fromkeys((*self.preload, *job.preload)))
        with self._lock:
            if self._closed:
                return RunResult("lost")
            if preload not in self._servers:
                self._servers[preload] = Server(
                    self.workers, preload, self.method, self._scratch, self.hash_seed
                )
            server = self._servers[preload]
        raw = server.do(
            f"{job.function.__module__}:{job.function.__qualname__}", job.payload, job.timeout
        )
        if raw is not None:
            return _observed(raw, job.program)
        with self._lock:
            if self._servers.get(preload) is server:
                self._lost.append(self._servers.pop(preload))
        return RunResult("lost")


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _observed(raw: dict[str, Any], program: str) -> RunResult:
    """What the worker saw and what the child reported, as one."""
    report, known = _report(raw)
    program = program or str(Path(raw["directory"]) / run_code.NAME)
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
    return RunResult(
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
