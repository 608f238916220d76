"""Split a gallery script into its blocks, and run it as the gallery runs it, without Sphinx.

Prose is in the docstring and in comments under a line ``# %%``; the code between is a block.
What a block prints, and what its last expression shows through ``_repr_html_``, is what the
gallery's page shows under it; figures are named by their text alternative and then closed.

:func:`run_blocks` belongs in a child process: it changes the working folder and runs the script.
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
import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from mlx_keys.examples.execute.job import RunResult

from . import alt_text
from .golden_file import ShownBlock, ShownPart, normalize_shown_text

#: A line that ends a code block; the comment lines right below it are prose.
_BLOCK_END = re.compile(r"# ?%%|#{20,}")

#: What a block turns on for those below it: ``from __future__ import annotations``.
_FUTURE = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]

#: A statement longer than this is cut where it is only a name for its block.
_LONGEST_LABEL = 90

#: Written by a child to both its streams before each block that it runs, with the line of the
#: block's last statement; and to standard error where what follows is not the block's doing.
BEGIN = "\x1emlx-keys block "
END = "\x1emlx-keys end\n"
_ANNOUNCED = re.compile(f"{BEGIN}([0-9]+)\n")


@dataclass(frozen=True)
class CodeBlock:
    """One code block of a script.

    Attributes:
        line: Where it begins, counted from 1: the line after the prose above it.
        source: Its text, unchanged.
    """

    line: int
    source: str

    @cached_property
    def last_statement(self) -> tuple[int, str]:
        """The statement that ends the block: its line, and its text on one line, cut if long."""
        try:
            body = ast.parse(self.source).body
        except SyntaxError:
            body = []
        text = (ast.get_source_segment(self.source, body[-1]) if body else None) or self.source
        line = " ".join(text.split())
        if len(line) > _LONGEST_LABEL:
            line = line[: _LONGEST_LABEL - 1].rstrip() + "…"
        return self.line + (body[-1].lineno - 1 if body else 0), line


def split_blocks(text: str) -> tuple[CodeBlock, ...]:
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
    blocks: list[CodeBlock] = []
    code_from, in_prose = start, False
    for index in [*range(start, len(lines)), len(lines)]:
        line = lines[index] if index < len(lines) else None
        if in_prose and line is not None and line.startswith("#"):
            continue
        if in_prose:
            code_from, in_prose = index, False
        if line is None or _BLOCK_END.match(line):
            source = "".join(lines[code_from:index])
            if source.strip():
                blocks.append(CodeBlock(code_from + 1, source))
            in_prose = True
    return tuple(blocks)


def run_blocks(payload: dict[str, str]) -> list[Any]:
    """Run a script block by block, in this process.

    Args:
        payload: ``path``, the script, and ``device``, empty for MLX's default.

    Returns:
        What :func:`read_shown_blocks` reads.
    """
    file = Path(payload["path"])
    if payload["device"]:
        import mlx.core as mx

        mx.set_default_device(mx.Device(getattr(mx, payload["device"])))
    # A script ends in plt.show() for those who download it; here nobody looks.
    warnings.filterwarnings("ignore", message=".*non-interactive", category=UserWarning)
    main = types.ModuleType("__main__")
    main.__dict__["__doc__"] = ""
    sys.modules["__main__"] = main
    sys.argv = [str(file)]
    sys.path.append(str(file.parent))
    os.chdir(file.parent)
    flags = 0
    blocks = []
    for code in split_blocks(file.read_text(encoding="utf-8")):
        line, label = code.last_statement
        announce_block(line, sys.stdout)
        parts, flags = _run(code, file, main.__dict__, flags)
        blocks.append([label, line, [[part.kind, part.text] for part in parts]])
    return blocks


def read_shown_blocks(blocks: list[Any]) -> tuple[ShownBlock, ...]:
    """The blocks that :func:`run_blocks` returned in a child, as values again."""
    return tuple(
        ShownBlock(label, tuple(ShownPart(kind, text) for kind, text in parts), line)
        for label, line, parts in blocks
    )


def announce_block(line: int, out: TextIO) -> None:
    """Write a block's line to standard error and to the standard output of the process."""
    for stream in (out, sys.stderr):
        print(f"{BEGIN}{line}", file=stream, flush=True)


def with_block_line(run: RunResult) -> RunResult:
    """A script's run, with the line of a block where no other line is known.

    That is the first block that wrote to standard error in a script that reached its end, else the
    last that began. What blocks before it printed is left out.
    """
    wrote, stderr = None, ""
    pieces = _ANNOUNCED.split(run.stderr)
    for line, text in zip(pieces[1::2], pieces[2::2], strict=True):
        if stderr := text.partition(END)[0].strip():
            wrote = line
            break
    # The pieces end in the last block's line and its output; before the first block, in no line.
    *_, last, stdout = ["", *_ANNOUNCED.split(run.stdout)]
    block = wrote if wrote and run.ended == "done" else last
    return replace(
        run, line=run.line or (int(block) if block else None), stdout=stdout, stderr=stderr
    )


def _run(
    code: CodeBlock, file: Path, names: dict[str, Any], flags: int
) -> tuple[tuple[ShownPart, ...], int]:
    """Run one block: what it shows, in the page's order, and the flags for the blocks below."""
    tree = ast.parse("\n" * (code.line - 1) + code.source, str(file))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    value = None
    printed = _Tee()
    with contextlib.redirect_stdout(printed):
        body = compile(tree, str(file), "exec", flags, dont_inherit=True)
        flags |= sum(flag for flag in _FUTURE if body.co_flags & flag)
        exec(body, names)  # noqa: S102 - running the script is what this module is for
        if isinstance(last, ast.Expr):
            expression = ast.Expression(last.value)
            value = eval(compile(expression, str(file), "eval", flags, dont_inherit=True), names)  # noqa: S307
    parts = [ShownPart("picture", text) for text in _close_figures()]
    if text := normalize_shown_text(printed.getvalue()):
        parts.append(ShownPart("text", text))
    show = getattr(value, "_repr_html_", None)
    if callable(show) and not isinstance(value, type):
        parts.append(ShownPart("picture", alt_text.html_alt_text(str(show()))))
    return tuple(parts), flags


class _Tee(io.StringIO):
    """Keeps what is printed, and prints it too, so that output without end is noticed outside."""

    def __init__(self) -> None:
        super().__init__()
        self._out = sys.stdout

    def write(self, text: str) -> int:
        self._out.write(text)
        return super().write(text)


def _close_figures() -> list[str]:
    """Close the figures that are open, and return their text alternatives."""
    plt = sys.modules.get("matplotlib.pyplot")
    if plt is None:
        return []
    texts = [alt_text.figure_alt_text(plt.figure(number)) for number in plt.get_fignums()]
    plt.close("all")
    return texts
