"""What a child did, put together from the files that it leaves and from how it ended."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path
from typing import Any

from . import child, run_code
from .job import Ending, RunResult

#: A job whose standard output or error passes this many bytes is stopped.
OUTPUT_LIMIT = 1 << 20

_SIGNALS = {number.value: number.name for number in signal.Signals}
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+)', re.MULTILINE)


def read_result(
    folder: Path, program: str, stopped: Ending | None, status: int, *, left: bool, seconds: float
) -> RunResult:
    """Put together what a child did.

    Args:
        folder: Its folder, with the files that :mod:`.child` describes.
        program: The file whose lines tell where it ended, if that is not ``example.py``.
        stopped: Why the host stopped it, if it did.
        status: Its exit code; negative for a signal.
        left: Whether processes of its group were still running.
        seconds: How long it took.
    """
    report = _read_report(folder / "report")
    program = program or str(folder / child.WORK / run_code.NAME)
    lines = [line for file, line in report.get("frames", ()) if file == program][-1:]
    crash = _text(_read(folder / "crash"))
    lines += [int(frame["line"]) for frame in _FRAME.finditer(crash) if frame["file"] == program]
    killed = not stopped and status < 0
    stdout = _read(folder / "stdout")
    return RunResult(
        stopped or ("killed" if killed else report.get("ended", "no_report")),
        stdout=_text(stdout),
        stderr=_text(_read(folder / "stderr")),
        result=report.get("result"),
        error=tuple(report.get("error", ())),
        message=report.get("message", ""),
        signal=_SIGNALS.get(-status, f"signal {-status}") if killed else "",
        status=status,
        line=lines[0] if lines else None,
        left_processes=left,
        kept_stdout=report.get("kept_stdout", True),
        utf8=_text(stdout).encode() == stdout,
        seconds=seconds,
    )


def _read(file: Path) -> bytes:
    """The beginning of one of the child's files."""
    with file.open("rb") as opened:
        return opened.read(OUTPUT_LIMIT + 1)


def _read_report(file: Path) -> dict[str, Any]:
    """The child's own report; empty where it did not come whole."""
    try:
        report = json.loads(file.read_text("utf-8"))
    except ValueError:
        return {}
    return report if isinstance(report, dict) and "ended" in report else {}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
