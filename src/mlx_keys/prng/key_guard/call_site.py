"""Where the user stands: the line of his program that a call came from."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from types import FrameType

from mlx_keys.errors import Location

#: This package, whose lines are not the user's.
_OURS = "mlx_keys.prng"


def ours(frame: FrameType) -> bool:
    """Whether a frame runs code of this package."""
    return _of(frame, _OURS)


def place(frame: FrameType) -> Location:
    """The user's line: past what is of mlx (``mlx.nn``, say) or of ours."""
    outer: FrameType | None = frame
    while outer is not None and _of(outer, _OURS, "mlx"):
        frame, outer = outer, outer.f_back
    frame = outer or frame
    # Path.cwd() would take longer than all the rest of a look.
    return Location(_as_named(frame.f_code.co_filename, os.getcwd()), frame.f_lineno)  # noqa: PTH109


def _of(frame: FrameType, *packages: str) -> bool:
    name = frame.f_globals.get("__name__", "")
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@cache
def _as_named(filename: str, folder: str) -> str:
    """A file's name as the user would write it: relative, where it lies in his folder."""
    path = Path(filename)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else filename
