"""A gallery script, split into its blocks and run as the gallery runs it, without Sphinx.

Prose stands in the docstring and in comments under a line ``# %%``; the code between is a block.
What a block prints, and what its last expression shows through ``_repr_html_``, is what the
gallery's page shows under it; figures are named by their text alternative and then closed.

:func:`perform` belongs in a child process: it changes the working folder and runs the script.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import io
import os
import re
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlx_keys.examples import picture
from mlx_keys.examples.golden import Block, Part, label, settle

#: A line that ends a code block; the comment lines right below it are prose.
_RULE = re.compile(r"# ?%%|#{20,}")

#: What a block turns on for those below it: ``from __future__ import annotations``.
_FUTURE = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]


@dataclass(frozen=True)
class Code:
    """One code block of a script.

    Attributes:
        line: Where it begins, counted from 1: the line after the prose above it.
        source: Its text, as it stands.
    """

    line: int
    source: str

    @property
    def first_line(self) -> int:
        """Its first line that is not empty."""
        lines = self.source.splitlines()
        return self.line + next(i for i, line in enumerate(lines) if line.strip())


def split(text: str) -> tuple[Code, ...]:
    """The code blocks of a script, as the gallery splits it.

    Args:
        text: The script, which begins with a docstring.
    """
    lines = text.splitlines(keepends=True)
    try:
        first = ast.parse(text).body[:1]
    except SyntaxError:
        first = []
    documented = bool(first) and isinstance(first[0], ast.Expr)
    start = (first[0].end_lineno or 0) if documented else 0
    blocks: list[Code] = []
    code_from, in_prose = start, False
    for index in [*range(start, len(lines)), len(lines)]:
        line = lines[index] if index < len(lines) else None
        if in_prose and line is not None and line.startswith("#"):
            continue
        if in_prose:
            code_from, in_prose = index, False
        if line is None or _RULE.match(line):
            source = "".join(lines[code_from:index])
            if source.strip():
                blocks.append(Code(code_from + 1, source))
            in_prose = True
    return tuple(blocks)


@dataclass(frozen=True)
class Failure:
    """Why a script did not reach its end.

    Attributes:
        line: The script's line that failed, or None where nobody can know.
        what: What happened, in a line.
    """

    line: int | None
    what: str


@dataclass(frozen=True)
class Showing:
    """What a run of a script showed.

    Attributes:
        blocks: Each code block that ran, with what it shows.
        failure: Why it stopped, or None where it reached its end.
    """

    blocks: tuple[Block, ...]
    failure: Failure | None = None


def perform(path: str) -> Showing:
    """Run a script block by block, in this process.

    Args:
        path: The script.
    """
    file = Path(path).resolve()
    os.environ.setdefault("MPLBACKEND", "agg")
    main = types.ModuleType("__main__")
    main.__dict__["__doc__"] = ""
    sys.modules["__main__"] = main
    sys.argv = [str(file)]
    sys.path.append(str(file.parent))
    os.chdir(file.parent)
    blocks: list[Block] = []
    flags = 0
    for code in split(file.read_text(encoding="utf-8")):
        try:
            parts, flags = _run(code, file, main.__dict__, flags)
        except BaseException as error:
            return Showing(tuple(blocks), Failure(line_of(error, file), describe(error)))
        blocks.append(Block(label(code.source), parts, code.line))
    return Showing(tuple(blocks))


def _run(code: Code, file: Path, names: dict[str, Any], flags: int) -> tuple[tuple[Part, ...], int]:
    """Run one block; what it shows in the page's order, and the flags for the blocks below."""
    tree = ast.parse("\n" * (code.line - 1) + code.source, str(file))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        body = compile(tree, str(file), "exec", flags, dont_inherit=True)
        flags |= sum(flag for flag in _FUTURE if body.co_flags & flag)
        exec(body, names)  # noqa: S102 - running the script is what this module is for
        if isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            value = eval(compile(expression, str(file), "eval", flags, dont_inherit=True), names)  # noqa: S307
    parts = [Part("picture", text) for text in _figures()]
    if text := settle(printed.getvalue()):
        parts.append(Part("text", text))
    show = getattr(value, "_repr_html_", None)
    if callable(show) and not isinstance(value, type):
        parts.append(Part("picture", picture.of_html(str(show()))))
    return tuple(parts), flags


def _figures() -> list[str]:
    """The text alternatives of the figures that are open, which this closes."""
    plt = sys.modules.get("matplotlib.pyplot")
    if plt is None:
        return []
    said = [picture.of_figure(plt.figure(number)) for number in plt.get_fignums()]
    plt.close("all")
    return said


def line_of(error: BaseException, file: Path) -> int | None:
    """The line of a script from which an error came, or None where it came from elsewhere."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def describe(error: BaseException) -> str:
    """What happened, as a person would say it, in a line."""
    if isinstance(error, SystemExit):
        return f"it called sys.exit({error.code!r})"
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
