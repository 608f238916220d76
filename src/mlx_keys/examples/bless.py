"""Write down what examples print, as their author accepts it. Everything else stays as it is.

Pure but for :func:`write`: :func:`blessed` takes a page's text and gives the new one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import write_atomic

from . import compare
from .check import CheckedExample, exit_diagnostics, output
from .execute.pool import RunResult
from .gallery import script_example
from .model import Example, Form
from .parse.extract import extract
from .verify import Report, sort_by_location

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def luck(example: Example, first: RunResult, second: RunResult) -> KeysError | None:
    """The fault of an example that two fresh children saw end differently, or None."""
    if example.options.varies is not None:
        return None
    one, other = output(example, first), output(example, second)
    if (
        one == other
        and exit_diagnostics(example, first) == []
        and exit_diagnostics(example, second) == []
    ):
        return None
    if one == other:
        return next(iter([*exit_diagnostics(example, first), *exit_diagnostics(example, second)]))
    ours, theirs = one.split("\n"), other.split("\n")
    numbers = [
        number + 1
        for number in range(max(len(ours), len(theirs)))
        if ours[number : number + 1] != theirs[number : number + 1]
    ]
    shown = ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")  # noqa: PLR2004
    return KeysError(
        "what this example prints depends on luck, so it cannot be accepted",
        where=example.location_of(1),
        found=f"line {shown} of its output differed between two runs\n"
        + compare.diff(one, other, "first run", "second run"),
        fix="seed what it draws from, sort what has no order"
        + ("" if example.form is Form.SCRIPT else ", or say why it varies: :varies: REASON"),
    )


def refusing(report: Report, refused: Mapping[int, RunResult]) -> Report:
    """A report where each example that luck decides has that one fault, at its line by now.

    Args:
        report: What verifying found after blessing.
        refused: What another run did of examples that were not accepted, by their number.
    """
    instead = {
        n: fault
        for n, again in refused.items()
        if (fault := luck(report.checked[n].example, report.checked[n].run, again))
    }
    checked = tuple(
        replace(one, faults=(instead[n],)) if n in instead else one
        for n, one in enumerate(report.checked)
    )
    replaced = [id(fault) for n in instead for fault in report.checked[n].faults]
    faults = [fault for fault in report.faults if id(fault) not in replaced]
    return replace(report, checked=checked, faults=sort_by_location([*faults, *instead.values()]))


def stale(checked: CheckedExample) -> bool:
    """Whether a page would hold if it showed what its example printed.

    A float that another backend prints a little differently is no reason: it stays as accepted.
    """
    if not checked.faults or exit_diagnostics(checked.example, checked.run):
        return False
    shown = checked.example.expected
    return shown is None or checked.example.normalize(shown.text) != checked.printed


def write(path: Path, outputs: Sequence[CheckedExample]) -> None:
    """Write what examples of one page, or one gallery script, print to where it is held.

    Args:
        path: The page or the script.
        outputs: Its examples, checked.

    Raises:
        KeysError: Where the page is not as it was when its examples were read, or cannot be
            written.
    """
    if outputs[0].example.form is Form.SCRIPT:
        write_atomic(script_example.golden_path(path), outputs[0].printed + "\n")
        return
    text = path.read_bytes().decode("utf-8")
    if not {one.example for one in outputs} <= set(extract(text, str(path)).examples):
        raise KeysError(
            "this page changed while its examples ran, so nothing was written to it",
            where=Location(str(path)),
            fix="mlx-keys verify --bless, once more",
        )
    write_atomic(path, blessed(text, [(one.example, one.printed) for one in outputs]))


def blessed(text: str, outputs: Iterable[tuple[Example, str]]) -> str:
    """A page's text with outputs written in.

    Args:
        text: The page, with its own line ends.
        outputs: Examples of this very text, each with what it prints. An empty output takes the
            block away.
    """
    lines = _LINES.findall(text)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    unended = bool(lines) and not lines[-1].endswith(("\r", "\n"))
    for example, printed in sorted(outputs, key=lambda one: one[0].end, reverse=True):
        start, stop = example.expected.block if example.expected else (example.end, example.end)
        if start and not lines[start - 1].endswith(("\r", "\n")):
            lines[start - 1] += end
        new = [line + end for line in block(example, printed)] if printed else []
        if new and unended and stop == len(lines):
            new[-1] = new[-1].removesuffix(end)
        lines[start:stop] = new
    return "".join(lines)


def block(example: Example, printed: str) -> Sequence[str]:
    """The lines of an output block."""
    shown = printed.split("\n")
    if example.form is Form.RST:
        gap = [] if example.expected else [""]
        return [*gap, ".. output::", "", *(f"   {line}" if line else "" for line in shown)]
    longest = max((len(run) for run in re.findall(r"`+", printed)), default=0)
    fence = "`" * max(3, longest + 1)
    name = "{output}" if example.form is Form.MYST else "text"
    return [f"{fence}{name}", *shown, fence]
