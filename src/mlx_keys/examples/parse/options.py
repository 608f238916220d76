"""The options of an example: ``:name: value`` lines, read and checked."""

from __future__ import annotations

import math
import re
import signal
from collections.abc import Iterable
from dataclasses import fields

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.model import DEFAULT_TIMEOUT, LONGEST_TIMEOUT, Options

_NAMES = {field.name for field in fields(Options)}
_OPTION = re.compile(r":(?P<name>[A-Za-z_-]+):(?:\s+(?P<value>.*?))?\s*")
_EXCEPTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def read_options(lines: Iterable[tuple[int, str]], path: str) -> tuple[Options, list[KeysError]]:
    """Read options, and say what is wrong with them.

    Args:
        lines: The ``:name: value`` lines, each with its line number, counted from 1.
        path: The page.
    """
    lines = list(lines)
    values: dict[str, str] = {}
    faults = [
        KeysError(
            problem,
            where=Location(path, number),
            expected=", ".join(f":{name}:" for name in sorted(_NAMES)),
            found=line.strip(),
            fix="write an option that an example has, or take the line away",
        )
        for number, line in lines
        if (problem := _read_option(line, values))
    ]
    if "raises" in values and "signal" in values:
        faults += [
            KeysError(
                "an example that is killed raises nothing",
                where=Location(path, min(number for number, _ in lines)),
                expected=":raises: or :signal:, not both",
                fix="take one of them away",
            )
        ]
    timeout = float(values.pop("timeout", DEFAULT_TIMEOUT))
    return Options(timeout=timeout, **values), faults


def _read_option(line: str, values: dict[str, str]) -> str | None:
    """Add the option of a line to the values, or say why it is none."""
    match = _OPTION.fullmatch(line.strip())
    if match is None:
        return "this is not an option of an example"
    name, value = match["name"], match["value"] or ""
    if name not in _NAMES:
        return f"an example has no option {name!r}"
    if name in values:
        return f"the option {name!r} stands here twice"
    problem = _value_problem(name, value)
    if problem is None:
        values[name] = value
    return problem


def _value_problem(name: str, value: str) -> str | None:
    """Why a value does not suit its option, or None."""
    if name == "raises" and not _EXCEPTION.fullmatch(value):
        return ":raises: names an exception, as in ':raises: ValueError'"
    if name == "signal" and value not in signal.Signals.__members__:
        return ":signal: names a signal, as in ':signal: SIGFPE'"
    if name == "varies" and not value:
        return ":varies: says why the numbers vary, as in ':varies: drawn from the clock'"
    if name == "timeout":
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= LONGEST_TIMEOUT:
            return f":timeout: is in seconds, above 0 and up to {LONGEST_TIMEOUT:g}"
    return None
