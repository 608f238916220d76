"""The host: a process between a pool and its children, which starts and watches one for each job.

A pool's caller may be Sphinx, pytest or a notebook; it may have threads, and it may have evaluated
MLX, after which a forked child hangs. So the caller starts this process, and multiprocessing
starts the children from here: on Linux by its fork server, which has imported what most jobs need
and evaluated nothing; elsewhere as fresh interpreters ("spawn").

Nothing that a job does holds the host up. A child out of time, or beyond the limit of output, is
killed with its process group, and so is whatever a job leaves running in that group.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal

from . import child, run_code
from .job import RunResult
from .result import OUTPUT_LIMIT, read_result

Method = Literal["forkserver", "spawn"]

#: Seconds that processes started by a job get to end by themselves after it.
GRACE = 1.0

_TICK = 0.02  # seconds between looks at a job's output
_MOMENT = 0.1  # seconds for a signal, or for the end of a process, to take effect
_SERVER_DIED = 255  # what multiprocessing calls the exit code of a child whose fork server died
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Task:
    """A job as it is sent to the host.

    Attributes:
        call: The function and its payload, pickled: the child alone imports the function's module.
        import_folder: Where that module is imported from; the child may not search there.
        timeout: Seconds.
        program: The file whose lines tell where the job ended, if it is not ``example.py``.
        environment: All environment variables of the child.
    """

    call: bytes
    import_folder: str
    timeout: float
    program: str
    environment: Mapping[str, str]


def main() -> None:
    """Run the tasks that come through standard input, a socket, until it closes or None comes.

    The arguments are a folder for the jobs' own folders, the start method, how many jobs run at
    once, and the modules that the fork server imports first.
    """
    scratch, method, workers, *preload = sys.argv[1:]
    # Orphans come to this process, which can then see whether they have ended.
    child.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    caller = connection.Connection(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # no child is to hold the socket open
    host = Host("forkserver" if method == "forkserver" else "spawn", Path(scratch))
    if method == "forkserver":
        multiprocessing.set_forkserver_preload([*preload, child.__name__, run_code.__name__])
        forkserver.ensure_running()
    sending = threading.Lock()

    def do(number: int, task: Task) -> None:
        result: RunResult | Exception
        try:
            result = host.run(task)
        except Exception as error:  # a full disk, say: the caller raises it
            result = error
        with sending, contextlib.suppress(OSError):  # a caller that is gone
            caller.send((number, result))

    threads = ThreadPoolExecutor(int(workers))
    try:
        while (message := caller.recv()) is not None:
            threads.submit(do, *message)
    except (EOFError, OSError):
        pass  # the caller is gone
    finally:
        host.stop()
        shutil.rmtree(scratch, ignore_errors=True)
        # This process leads its own group, in which the fork server is: it ends with the host.
        os.killpg(0, signal.SIGTERM)


class Host:
    """Runs each task in a child of its own.

    Args:
        method: How children are started.
        scratch: A folder for the jobs' own folders, without links in its path.
    """

    def __init__(self, method: Method, scratch: Path) -> None:
        self._context: ForkServerContext | SpawnContext = (
            multiprocessing.get_context("forkserver")
            if method == "forkserver"
            else multiprocessing.get_context("spawn")
        )
        self._scratch = scratch
        self._running: set[int] = set()
        self._lock = threading.Lock()  # multiprocessing's list of children is not thread-safe

    def stop(self) -> None:
        """Kill all children, and start no more."""
        self._lock.acquire()  # for good
        for pid in list(self._running):
            _kill(pid)

    def run(self, task: Task) -> RunResult:
        """Run a task in a child, and describe how it ended."""
        folder = Path(tempfile.mkdtemp(prefix="job-", dir=self._scratch))
        try:
            (folder / child.WORK).mkdir()
            for name in child.FILES:
                (folder / name).touch()
            return self._run(task, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, task: Task, folder: Path) -> RunResult:
        process = self._context.Process(
            target=child.main,
            args=(str(folder), task.call, task.import_folder, task.environment),
        )
        try:
            with self._lock:
                process.start()  # the first waits for what the fork server imports
                pid = process.pid or 0
                self._running.add(pid)
        except (EOFError, ConnectionError, FileNotFoundError):
            return RunResult("worker_died")  # the fork server died just now
        start = time.monotonic()
        try:
            stopped = self._watch(process, folder, start + task.timeout)
            seconds = time.monotonic() - start
            status = self._end(process, pid)
            if status == _SERVER_DIED and _is_orphan(pid):
                return RunResult("worker_died")
            left = not stopped and _group_outlives(pid)
        finally:
            self._running.discard(pid)
            _kill_group(pid)
        return read_result(folder, task.program, stopped, status, left=left, seconds=seconds)

    def _watch(
        self, process: BaseProcess, folder: Path, deadline: float
    ) -> Literal["timeout", "output_limit"] | None:
        """Wait for a child's end; say why if it is to be stopped instead."""
        while self._exit_code(process) is None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid or 0, child.WHERE_SIGNAL)
                time.sleep(_MOMENT)
                return "timeout"
            if _prints_too_much(folder):
                return "output_limit"
            ready = connection.wait([process.sentinel], min(remaining, _TICK))
            if ready and self._exit_code(process) is None:
                time.sleep(_TICK / 10)  # a spawned job that closed every descriptor goes on
        return "output_limit" if _prints_too_much(folder) else None

    def _end(self, process: BaseProcess, pid: int) -> int:
        """Kill a child that has not ended; give its exit code."""
        limit = time.monotonic() + GRACE
        while (status := self._exit_code(process)) is None and time.monotonic() < limit:
            _kill(pid)
            time.sleep(_TICK / 10)
        return -signal.SIGKILL if status is None else status

    def _exit_code(self, process: BaseProcess) -> int | None:
        with self._lock:
            return process.exitcode


def _prints_too_much(folder: Path) -> bool:
    return any((folder / name).stat().st_size > OUTPUT_LIMIT for name in ("stdout", "stderr"))


def _kill(pid: int) -> None:
    """Kill a child that has not ended, and its group, which it may not lead yet."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def _kill_group(pid: int) -> None:
    """Kill what is left of the group that a child led. Its own number may be another's by now."""
    limit = time.monotonic() + GRACE
    while _group_is_alive(pid) and time.monotonic() < limit:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        time.sleep(_TICK / 10)


def _group_outlives(pid: int) -> bool:
    """Whether something is still running in the group that a child led, after :data:`GRACE`."""
    limit = time.monotonic() + GRACE
    while _group_is_alive(pid):
        if time.monotonic() > limit:
            return True
        time.sleep(_TICK / 2)
    return False


def _group_is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-pid, os.WNOHANG)[0]:  # what has ended there is no longer counted
            pass
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_orphan(pid: int) -> bool:
    """Whether a child has lost its parent, the fork server: it is this process's own then.

    It ends as well, as its parent has died: see :mod:`.child`.
    """
    time.sleep(_MOMENT)
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
