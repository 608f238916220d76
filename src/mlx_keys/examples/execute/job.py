"""What a child is to do, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

#: What jobs that draw need: a child that has imported pyplot costs several times one that has not.
PLOTTING = ("matplotlib.pyplot",)

#: How a job ended. ``no_report``: its process ended without a report, as after ``os._exit``.
#: ``worker_died``: the process that watched it ended with it.
Ending = Literal[
    "done", "raised", "exited", "killed", "timeout", "output_limit", "no_report", "worker_died"
]


@dataclass(frozen=True)
class Job:
    """A function to call in a child.

    Attributes:
        function: What is called with the payload. The child finds it by its module and its name,
            so it is defined at the top of a module; what it returns is JSON.
        payload: Its argument; anything that pickle can send.
        timeout: Seconds.
        program: The file whose lines tell where the job ended; by default ``example.py`` in the
            job's own folder.
        preload: Modules beyond the pool's that are imported before its child is forked.
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
        ended: How it ended.
        stdout: What it printed, bytes that are not UTF-8 shown as ``\xNN``.
        stderr: What it wrote to standard error.
        result: What the function returned.
        error: The names of the exception's class and of its bases, the class first.
        message: The last line of the traceback, or lines where the message has several.
        signal: The name of the signal that killed it, such as ``SIGFPE``.
        status: The exit status where there is no report; negative for a signal.
        line: The line of the program where it ended, where that is known.
        left_processes: Whether processes that it had started were still running after it.
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
    left_processes: bool = False
    kept_stdout: bool = True
    utf8: bool = True
    seconds: float = field(default=0.0, compare=False)
