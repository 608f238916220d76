"""Run functions in children that nothing can hold up: a pool over hosts of children.

Nothing runs in the calling process, and no child is forked from it.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, as_completed
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Self

from . import host
from .host import Method, Task
from .interpreter import environment, python
from .job import Job, RunResult

#: What children of a fork server have imported already.
PRELOAD = ("mlx.core", "numpy")

_CUDA = ("mlx-cuda", "mlx-cuda-12", "mlx-cuda-13")
_CLOSE_TIMEOUT = 10.0  # seconds for a host to end its children


def start_method() -> Method:
    """``forkserver`` on Linux; ``spawn`` where what MLX loads survives no fork: Metal and CUDA."""
    linux = sys.platform == "linux" and not any(map(_installed, _CUDA))
    return "forkserver" if linux else "spawn"


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


class Pool:
    """Children for jobs, several at once.

    Args:
        workers: How many run at once of jobs with the same preload; by default the cores.
        preload: Modules that a fork server imports first.
        method: ``forkserver`` or ``spawn``; by default what suits this system.
        hash_seed: ``PYTHONHASHSEED`` in every child.
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
        self._hosts: dict[tuple[str, ...], _Host] = {}
        self._lock = threading.Lock()
        self._alone = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all hosts, and with them whatever still runs."""
        with self._lock:
            self._closed = True
            for running in self._hosts.values():
                running.close()
            self._hosts.clear()

    def run(
        self,
        jobs: Iterable[Job],
        done: Callable[[Job, RunResult], None] = lambda _job, _result: None,
    ) -> list[RunResult]:
        """Run jobs, and give the result of each in their order.

        A job can kill the process that watches it, and with it the jobs that run beside it. Those
        without a result run again at the end, one by one, which shows which of them does so.

        Args:
            jobs: The jobs.
            done: Called after each, in the calling thread.
        """
        waiting = list(jobs)
        results: dict[int, RunResult] = {}
        try:
            futures = {self._submit(job): number for number, job in enumerate(waiting)}
            for future in as_completed(futures):
                number = futures[future]
                results[number] = future.result()
                if results[number].ended != "worker_died":
                    done(waiting[number], results[number])
            for number, result in sorted(results.items()):
                if result.ended == "worker_died":
                    with self._alone:
                        results[number] = self._submit(waiting[number]).result()
                    done(waiting[number], results[number])
        except BaseException:  # an interrupt, say: nothing is waited for
            self.close()
            raise
        return [results[number] for number in range(len(waiting))]

    def _submit(self, job: Job) -> Future[RunResult]:
        """Send a job to the host that has imported what it needs, which is started if need be."""
        env = environment(self.hash_seed)
        preload = tuple(dict.fromkeys((*self.preload, *job.preload)))
        call = pickle.dumps((job.function, job.payload))
        folder = _import_folder(job.function)
        key = (env.get("PYTHONPATH", ""), *preload)
        with self._lock:
            if self._closed:
                return _died()
            running = self._hosts.get(key)
            if running is None or running.ended:
                if running is not None:
                    running.close()
                running = self._hosts[key] = _Host(self.workers, preload, self.method, env)
        return running.submit(Task(call, folder, job.timeout, job.program, env))


def _import_folder(function: Callable[[Any], Any]) -> str:
    """The folder that a function's module, or the package around it, is imported from."""
    name = function.__module__
    file = Path(sys.modules[name].__file__ or "").resolve()
    return str(file.parents[name.count(".") + (file.name == "__init__.py")])


class _Host:
    """The caller's side of a :mod:`.host`.

    Args:
        workers: How many jobs it runs at once.
        preload: Modules that its fork server imports.
        method: ``forkserver`` or ``spawn``.
        env: Its environment.
    """

    def __init__(
        self, workers: int, preload: Sequence[str], method: Method, env: dict[str, str]
    ) -> None:
        self.ended = False
        self._scratch = Path(tempfile.mkdtemp(prefix="mlx-keys-")).resolve()
        self._connection, theirs = multiprocessing.Pipe()
        self._process = subprocess.Popen(
            python(host.__name__, str(self._scratch), method, str(workers), *preload),
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            env=env,
            cwd=self._scratch,
            start_new_session=True,  # an interrupt from the terminal is the caller's alone
        )
        theirs.close()
        self._numbers = itertools.count()
        self._futures: dict[int, Future[RunResult]] = {}
        self._lock = threading.Lock()
        # As a daemon it holds up no interpreter that ends for another reason.
        threading.Thread(target=self._receive, daemon=True).start()

    def submit(self, task: Task) -> Future[RunResult]:
        """Send a task; its result comes later."""
        with self._lock:
            try:
                number = next(self._numbers)
                self._futures[number] = future = Future[RunResult]()
                self._connection.send((number, task))
            except OSError:
                self.ended = True
            return _died() if self.ended else future

    def close(self) -> None:
        """End the host, its children and what they have left in their folders."""
        try:
            with self._lock:
                self._connection.send(None)
            self._process.wait(_CLOSE_TIMEOUT)
        except (OSError, subprocess.TimeoutExpired):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _receive(self) -> None:
        """Hand out the results until the host has ended."""
        try:
            while True:
                number, result = self._connection.recv()
                future = self._futures.pop(number)
                if isinstance(result, RunResult):
                    future.set_result(result)
                else:
                    future.set_exception(result)
        except (EOFError, OSError):
            with self._lock:
                self.ended = True
                self._connection.close()
                for future in self._futures.values():
                    future.set_result(RunResult("worker_died"))


def _died() -> Future[RunResult]:
    """The result of a job that no host could take."""
    future: Future[RunResult] = Future()
    future.set_result(RunResult("worker_died"))
    return future


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
