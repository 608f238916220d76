"""Inside the child: make it a process of its own, call the job's function, say how it ended.

On Linux the child is forked from a worker that has everything imported; elsewhere it is a fresh
interpreter, started with ``python -m mlx_keys.examples.execute.child``. It tells its worker how it
ended through one pipe. A second one receives the lines where a crash or a time-out happened, as
written by :mod:`faulthandler`.
"""

from __future__ import annotations

import atexit
import faulthandler
import io
import json
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

#: The worker sends this when the time is up: it makes the child say where it hangs.
WHERE_ARE_YOU = signal.SIGUSR2


def become(job: dict[str, Any], stdout: int, stderr: int, report: int, crash: int) -> NoReturn:
    """Turn this process into the job, from file descriptors to exit.

    Args:
        job: ``entry`` as ``module:function``, its ``payload``, and the ``directory`` to run in.
        stdout: Becomes descriptor 1.
        stderr: Becomes descriptor 2.
        report: Where the ending goes, as JSON.
        crash: Where :mod:`faulthandler` writes.
    """
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    for fd in {null, stdout, stderr} - {0, 1, 2}:
        os.close(fd)
    mine = os.fstat(1)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _text(1, "strict")
    sys.stderr = _text(2, "backslashreplace")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(job["directory"])
    sys.path.insert(0, job["directory"])
    faulthandler.enable(crash, all_threads=False)
    faulthandler.register(WHERE_ARE_YOU, crash, all_threads=False)

    ending = _run(job["entry"], job["payload"])
    try:
        sys.stdout.flush()
        now = os.fstat(1)
        kept = (now.st_dev, now.st_ino) == (mine.st_dev, mine.st_ino)
    except (OSError, ValueError):
        kept = False
    ending["kept_stdout"] = kept
    try:
        sys.stderr.flush()
        with os.fdopen(report, "w", encoding="utf-8") as pipe:
            json.dump(ending, pipe)
    except (OSError, ValueError):
        os._exit(0)  # the job closed the pipe: the worker finds no report, which says it all
    os._exit(0)


def _text(fd: int, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(fd, "w", closefd=False)), encoding="utf-8", errors=errors
    )


def _run(entry: str, payload: Any) -> dict[str, Any]:
    """Call the function and end as an interpreter would: wait for threads, then exit functions."""
    module, _, name = entry.partition(":")
    ending: dict[str, Any] = {"ended": "done"}
    try:
        function: Callable[[Any], Any] = getattr(import_module(module), name)
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
    """An exception: its names, its last traceback line, and the frames it came through."""
    kind = type(error)
    frames = [
        [frame.filename, frame.lineno, frame.name]
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename is not None:
        frames.append([error.filename, error.lineno, "<module>"])
    last = traceback.TracebackException.from_exception(error)
    text = (
        "".join(last.format_exception_only())
        if not isinstance(error, SyntaxError)
        else (f"{kind.__name__}: {error.msg}")
    )
    return {
        "error": [f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__],
        "message": text.rstrip("\n"),
        "frames": frames,
    }


def main() -> NoReturn:
    """Be a fresh interpreter's job: the descriptors and the job's file come as arguments."""
    job_file, stdout, stderr, report, crash = sys.argv[1:]
    become(
        json.loads(Path(job_file).read_text("utf-8")),
        int(stdout),
        int(stderr),
        int(report),
        int(crash),
    )


if __name__ == "__main__":
    main()
