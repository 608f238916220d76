"""Where a call came from: the line of the user's program."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from types import FrameType

from mlx_keys.errors import Location

#: This package, whose lines are not the user's.
_THIS_PACKAGE = "mlx_keys.prng"


def is_internal(frame: FrameType) -> bool:
    """Whether a frame runs code of this package."""
    return _is_of(frame, _THIS_PACKAGE)


def caller_location(frame: FrameType) -> Location:
    """Find the user's line: the first one outwards that is neither of mlx (``mlx.nn``) nor ours."""
    outer: FrameType | None = frame
    while outer is not None and _is_of(outer, _THIS_PACKAGE, "mlx"):
        frame, outer = outer, outer.f_back
    frame = outer or frame
    # Path.cwd() would take longer than all the rest of a check.
    folder = os.getcwd()  # noqa: PTH109
    return Location(_display_path(frame.f_code.co_filename, folder), frame.f_lineno)


def _is_of(frame: FrameType, *packages: str) -> bool:
    name = frame.f_globals.get("__name__", "")
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@cache
def _display_path(filename: str, folder: str) -> str:
    """A file's path as the user would write it: relative, where it lies in his folder."""
    path = Path(filename)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else filename
