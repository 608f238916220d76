"""The server: imports what examples need, evaluates nothing, and gives each job a fresh child.

MLX hangs in a child forked from a process that has evaluated something, while one forked from a
process that has only imported it is sound, and costs milliseconds where an interpreter that
imports pyplot costs half a second. So one process imports, forks a worker for each core, and each
worker forks a child a job. It never runs a job itself.

With ``--fresh`` (macOS, whose frameworks do not survive a fork, and GPU machines) nothing is
imported and each job is a fresh interpreter.

Started by :class:`mlx_keys.examples.execute.pool.Pool` as ``python -m
mlx_keys.examples.execute.server``.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from . import child, wire
from .watch import watch

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_MOMENT = 1.0  # seconds
_STREAMS = ("stdout", "stderr", "report", "crash")


def main() -> None:
    """Import, fork the workers, wait for them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sockets", required=True, help="descriptors, one a worker, with commas")
    parser.add_argument("--preload", default="", help="modules to import, with commas")
    parser.add_argument("--fresh", action="store_true", help="a fresh interpreter a job")
    parser.add_argument("--scratch", required=True, help="the folder that the caller gave jobs")
    options = parser.parse_args()
    caller = os.getppid()
    connections = [socket.socket(fileno=int(fd)) for fd in options.sockets.split(",")]
    if not options.fresh:
        for name in filter(None, options.preload.split(",")):
            _preload(name)
        # What is there now is never garbage: collecting it in children would copy its pages.
        gc.collect()
        gc.freeze()
    workers = []
    for connection in connections:
        pid = os.fork()
        if pid == 0:
            for other in connections:
                if other is not connection:
                    other.close()
            _work(connection, fresh=options.fresh)
        workers.append(pid)
    for connection in connections:
        connection.close()
    for pid in workers:
        os.waitpid(pid, 0)
    if _died(caller):
        shutil.rmtree(options.scratch, ignore_errors=True)


def _died(caller: int) -> bool:
    """Whether the caller is gone: its connections close a moment before its end is known."""
    limit = time.monotonic() + _MOMENT
    while os.getppid() == caller and time.monotonic() < limit:
        time.sleep(_MOMENT / 20)
    return os.getppid() != caller


def _preload(name: str) -> None:
    """Import a module that examples are likely to use; one that is absent is not our business."""
    with contextlib.suppress(ImportError):
        importlib.import_module(name)


def adopt_orphans() -> None:
    """On Linux: orphans among the descendants come to this process, which dies with its parent."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _work(connection: socket.socket, *, fresh: bool) -> None:
    """Do the jobs that come in, one after the other, until the caller goes."""
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides when to stop
    while True:
        try:
            job = wire.receive(connection)
        except EOFError:
            os._exit(0)
        directory = tempfile.mkdtemp(prefix="job-", dir=job["scratch"])
        job["directory"] = os.path.realpath(directory)
        try:
            wire.send(connection, _do(job, connection, fresh=fresh))
        except OSError:
            os._exit(0)
        finally:
            shutil.rmtree(directory, ignore_errors=True)


def _do(job: dict[str, Any], connection: socket.socket, *, fresh: bool) -> dict[str, Any]:
    """One job in one child."""
    reading, writing = {}, {}
    for name in _STREAMS:
        reading[name], writing[name] = os.pipe()
    start = _start_fresh if fresh else _fork
    pid = start(job, writing, [connection.fileno(), *reading.values()])
    for fd in writing.values():
        os.close(fd)
    seen = watch(pid, reading, job["timeout"], connection)
    return {
        "status": seen.status,
        "stopped": seen.stopped,
        "left": seen.left,
        "seconds": seen.seconds,
        "directory": job["directory"],
        **{name: data.decode("utf-8", "surrogateescape") for name, data in seen.streams.items()},
    }


def _fork(job: dict[str, Any], writing: dict[str, int], ours: list[int]) -> int:
    with warnings.catch_warnings():
        # Python warns of forking with threads; a library's idle pool is safe, as measured.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        for fd in ours:
            os.close(fd)
        child.become(job, *(writing[name] for name in _STREAMS))
    finally:
        os._exit(70)


def _start_fresh(job: dict[str, Any], writing: dict[str, int], ours: list[int]) -> int:
    del ours  # closed by exec
    file = Path(job["directory"] + ".json")
    file.write_text(json.dumps(job), encoding="utf-8")
    fds = [writing[name] for name in _STREAMS]
    started = subprocess.Popen(
        [sys.executable, "-P", "-m", child.__name__, str(file), *map(str, fds)],
        pass_fds=fds,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    started.returncode = 0  # the watcher waits for it, not subprocess
    return started.pid


if __name__ == "__main__":
    main()
