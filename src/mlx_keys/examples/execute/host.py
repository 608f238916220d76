"""The host: a process between a pool and its children. It starts and watches one child per job.

A pool's caller may be Sphinx, pytest or a notebook; it may have threads, and it may have evaluated
MLX, after which a forked child hangs. So the caller starts this process, and multiprocessing
starts the children from here: on Linux by its fork server, which has imported what most jobs need
and evaluated nothing; elsewhere as fresh interpreters ("spawn").

Nothing that a job does blocks the host. A child that exceeds its time or its output limit is killed
with its process group, and so is whatever a job leaves running in that group.
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

_POLL_INTERVAL = 0.02  # seconds between looks at a job's output
_SETTLE_TIME = 0.1  # seconds for a signal, or for the end of a process, to take effect
_SERVER_DIED = 255  # the exit code that multiprocessing reports when a child's fork server died
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Task:
    """A job as it is sent to the host.

    Attributes:
        call: The function and its payload, pickled: the child alone imports the function's module.
        import_folder: Where that module is imported from; the child may not search there.
        timeout: Seconds.
        program: The file whose lines show where the job ended, if it is not ``example.py``.
        environment: All environment variables of the child.
    """

    call: bytes
    import_folder: str
    timeout: float
    program: str
    environment: Mapping[str, str]


def main() -> None:
    """Run the tasks that arrive on standard input, a socket, until it closes or None arrives.

    The arguments are a folder for the jobs' own folders, the start method, how many jobs run at
    once, and the modules that the fork server imports first.
    """
    scratch, method, workers, *preload = sys.argv[1:]
    # Orphaned grandchildren become children of this process, which can then wait for them.
    child.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    caller = connection.Connection(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # so that no child keeps the socket open
    host = Host("forkserver" if method == "forkserver" else "spawn", Path(scratch))
    if method == "forkserver":
        multiprocessing.set_forkserver_preload([*preload, child.__name__, run_code.__name__])
        forkserver.ensure_running()
    send_lock = threading.Lock()

    def run_and_send(number: int, task: Task) -> None:
        result: RunResult | Exception
        try:
            result = host.run(task)
        except Exception as error:  # such as a full disk; raised in the caller
            result = error
        with send_lock, contextlib.suppress(OSError):  # a caller that is gone
            caller.send((number, result))

    threads = ThreadPoolExecutor(int(workers))
    try:
        while (message := caller.recv()) is not None:
            threads.submit(run_and_send, *message)
    except (EOFError, OSError):
        pass  # the caller is gone
    finally:
        host.stop()
        shutil.rmtree(scratch, ignore_errors=True)
        # The fork server is in the process group that this process leads, and ends with it here.
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
        self._lock.acquire()  # never released: no child can start any more
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
                process.start()  # the first one waits until the fork server has imported
                pid = process.pid or 0
                self._running.add(pid)
        except (EOFError, ConnectionError, FileNotFoundError):
            return RunResult("worker_died")  # the fork server died just now
        start = time.monotonic()
        try:
            stop_reason = self._watch(process, folder, start + task.timeout)
            seconds = time.monotonic() - start
            status = self._reap(process, pid)
            if status == _SERVER_DIED and _is_orphan(pid):
                return RunResult("worker_died")
            left = not stop_reason and _group_outlives(pid)
        finally:
            self._running.discard(pid)
            _kill_group(pid)
        return read_result(folder, task.program, stop_reason, status, left=left, seconds=seconds)

    def _watch(
        self, process: BaseProcess, folder: Path, deadline: float
    ) -> Literal["timeout", "output_limit"] | None:
        """Wait until a child ends; return the reason if it has to be stopped."""
        while self._exit_code(process) is None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid or 0, child.WHERE_SIGNAL)
                time.sleep(_SETTLE_TIME)
                return "timeout"
            if _exceeds_output_limit(folder):
                return "output_limit"
            ready = connection.wait([process.sentinel], min(remaining, _POLL_INTERVAL))
            if ready and self._exit_code(process) is None:
                time.sleep(_POLL_INTERVAL / 10)  # its descriptors are closed, it goes on
        return "output_limit" if _exceeds_output_limit(folder) else None

    def _reap(self, process: BaseProcess, pid: int) -> int:
        """Kill a child that is still running; return its exit code."""
        limit = time.monotonic() + GRACE
        while (status := self._exit_code(process)) is None and time.monotonic() < limit:
            _kill(pid)
            time.sleep(_POLL_INTERVAL / 10)
        return -signal.SIGKILL if status is None else status

    def _exit_code(self, process: BaseProcess) -> int | None:
        with self._lock:
            return process.exitcode


def _exceeds_output_limit(folder: Path) -> bool:
    return any((folder / name).stat().st_size > OUTPUT_LIMIT for name in ("stdout", "stderr"))


def _kill(pid: int) -> None:
    """Kill a child that has not ended, and its group, which it might not have created yet."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def _kill_group(pid: int) -> None:
    """Kill what is left of a child's group; not the child, whose pid may be another's by now."""
    limit = time.monotonic() + GRACE
    while _group_is_alive(pid) and time.monotonic() < limit:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        time.sleep(_POLL_INTERVAL / 10)


def _group_outlives(pid: int) -> bool:
    """Whether something is still running in the group that a child led, after :data:`GRACE`."""
    limit = time.monotonic() + GRACE
    while _group_is_alive(pid):
        if time.monotonic() > limit:
            return True
        time.sleep(_POLL_INTERVAL / 2)
    return False


def _group_is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-pid, os.WNOHANG)[0]:  # reap what has ended, or it counts as alive
            pass
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_orphan(pid: int) -> bool:
    """Whether a child has lost its parent, the fork server, and so became a child of this process.

    The death of its parent ends it as well: see :mod:`.child`.
    """
    time.sleep(_SETTLE_TIME)
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
