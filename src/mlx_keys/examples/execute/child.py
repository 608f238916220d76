"""Inside the child: make it a process of its own, call the job's function, report how it ended.

The child writes four files in its folder: ``stdout`` and ``stderr``; ``report``, how the job ended,
as JSON; and ``crash``, where :mod:`faulthandler` writes the line of a fatal signal or of a
time-out. A child that was killed, or that left by ``os._exit``, writes no report.
"""

from __future__ import annotations

import atexit
import ctypes
import faulthandler
import io
import json
import os
import pickle
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

#: The files in a child's folder, and the name of the folder in there in which the job works.
FILES = ("stdout", "stderr", "report", "crash")
WORK = "work"

#: This signal makes the child write to ``crash`` which line it is at.
WHERE_SIGNAL = signal.SIGUSR2

#: No file may grow beyond this many bytes. The host stops a job far earlier for its output, but
#: looks at it only now and then.
_FILE_LIMIT = 1 << 30

_PR_SET_PDEATHSIG = 1


def main(folder: str, call: bytes, import_folder: str, environment: Mapping[str, str]) -> NoReturn:
    """Turn this process into the job, from its descriptors to its exit.

    Args:
        folder: Where the files go; the job works in :data:`WORK` in there.
        call: The function and its payload, pickled.
        import_folder: The folder that the function's module is imported from.
        environment: All environment variables.
    """
    os.setsid()
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(environment)
    report = _redirect(folder)
    stdout = os.fstat(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_LIMIT, _FILE_LIMIT))
    work = os.path.join(folder, WORK)  # noqa: PTH118 - pathlib may not be imported yet
    os.chdir(work)
    sys.path.insert(0, work)
    if import_folder not in sys.path:
        sys.path.append(import_folder)
    _forget_multiprocessing()

    ending = _call(call)
    try:
        sys.stdout.flush()
        now = os.fstat(1)
        kept = (now.st_dev, now.st_ino) == (stdout.st_dev, stdout.st_ino)
    except (OSError, ValueError):
        kept = False
    try:
        sys.stderr.flush()
        with os.fdopen(report, "w", encoding="utf-8") as file:
            json.dump(ending | {"kept_stdout": kept}, file)
    finally:
        os._exit(0)  # where the job closed the report's descriptor, there is no report


def prctl(option: int, value: int) -> None:
    """Call Linux's ``prctl(2)``; other systems have none."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _redirect(folder: str) -> int:
    """Point the standard streams and faulthandler at the folder's files; give the report's."""
    stdout, stderr, report, crash = (
        os.open(f"{folder}/{name}", os.O_WRONLY | os.O_APPEND) for name in FILES
    )
    null = os.open(os.devnull, os.O_RDONLY)
    for fd, standard in ((null, 0), (stdout, 1), (stderr, 2)):
        os.dup2(fd, standard)
        os.close(fd)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _text(1, "strict")
    sys.stderr = _text(2, "backslashreplace")
    faulthandler.enable(crash, all_threads=False)
    faulthandler.register(WHERE_SIGNAL, crash, all_threads=False)
    return report


def _text(fd: int, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(fd, "w", closefd=False)), encoding="utf-8", errors=errors
    )


def _forget_multiprocessing() -> None:
    """Let the job import multiprocessing anew.

    As it stands, its state says that this process is a child, called ``Process-1``, with a start
    method that can't be chosen any more: not what holds in a program that someone starts.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "multiprocessing"]:
        del sys.modules[name]


def _call(call: bytes) -> dict[str, Any]:
    """Call the function and end as an interpreter would: wait for threads, then exit functions."""
    ending: dict[str, Any] = {"ended": "done"}
    try:
        function: Callable[[Any], Any]
        function, payload = pickle.loads(call)  # noqa: S301 - the caller's own
        ending["result"] = function(payload)
        json.dumps(ending["result"])
    except SystemExit as stop:
        ending |= {"ended": "exited", **_described(stop)}
    except BaseException as error:  # whatever a job raises is its ending
        ending |= {"ended": "raised", **_described(error)}
    try:
        # As multiprocessing does in its own forked children; there is no public name for it.
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException as error:
        ending |= {"ended": "raised", **_described(error)}
    return ending


def _described(error: BaseException) -> dict[str, Any]:
    """Describe an exception: its names, its last traceback line, and the frames it came through."""
    kind = type(error)
    frames = [[frame.filename, frame.lineno] for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        text = f"{kind.__name__}: {error.msg}"
        if error.filename is not None:
            frames.append([error.filename, error.lineno])
    else:
        last = traceback.TracebackException.from_exception(error)
        text = "".join(last.format_exception_only())
    return {
        "error": [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__],
        "message": text.rstrip("\n"),
        "frames": frames,
    }
