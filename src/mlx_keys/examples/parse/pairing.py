"""From the blocks of a page to its examples: what pairs with what, and what is misplaced.

:mod:`.markdown` and :mod:`.rst` read a page into :class:`PageBlock`; what follows is the same for
both languages.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.model import Output, is_blank, normalize
from mlx_keys.examples.page_example import Form, PageExample

from .options import read_options

#: What a block is to examples.
BlockRole = Literal["example", "output", "other"]

#: The directives that matter here.
DIRECTIVE_NAMES = ("example", "output")

#: Directives whose content is shown, not parsed: an example in there is only talked about.
LITERAL_DIRECTIVES = {*DIRECTIVE_NAMES, "code", "code-block", "code-cell", "literalinclude"}
LITERAL_DIRECTIVES |= {"math", "parsed-literal", "raw", "sourcecode"}


@dataclass(frozen=True)
class PageBlock:
    """A block of a page, as far as examples are concerned.

    Attributes:
        role: What it is to them.
        start: Its first line, counted from 0.
        stop: The line after its last, counted from 0.
        form: How it is written.
        options: The option lines of an example, each with its line number, counted from 1.
        first: The line of its content's first line, counted from 0.
        content: The lines inside, without options and without blank lines at both ends.
        problem: Why it cannot be an example or an output, or None.
        fix: What to do about the problem.
    """

    role: BlockRole
    start: int
    stop: int
    form: Form = Form.MYST
    options: tuple[tuple[int, str], ...] = ()
    first: int = 0
    content: tuple[str, ...] = ()
    problem: str | None = None
    fix: str = "move it out of what holds it, to the beginning of a line"


def strip_blank_lines(lines: list[str], first: int, stop: int) -> tuple[int, tuple[str, ...]]:
    """Lines without blank ones at both ends, and where they begin."""
    while first < stop and is_blank(lines[first]):
        first += 1
    while first < stop and is_blank(lines[stop - 1]):
        stop -= 1
    return first, tuple(lines[first:stop])


def pair_blocks(
    blocks: Iterable[PageBlock], path: str
) -> tuple[list[PageExample], list[KeysError]]:
    """The examples that blocks make, each with its output, and what is wrong."""
    examples: list[PageExample] = []
    faults: list[KeysError] = []
    follows = False  # whether the block before was an example or its output
    for block in blocks:
        followed, follows = follows, False
        if block.problem is not None:
            where = Location(path, block.start + 1)
            faults.append(KeysError(block.problem, where=where, fix=block.fix))
        elif block.role == "example":
            example, wrong = _example(block, path)
            examples.append(example)
            faults += wrong
            follows = True
        elif block.role == "output" and followed and examples[-1].expected is None:
            text = normalize("\n".join(block.content))
            output = Output(text, block.first + 1, (block.start, block.stop))
            examples[-1] = replace(examples[-1], expected=output)
            follows = True
        elif block.role == "output":
            faults.append(_misplaced_output(block, examples, path, second=followed))
            follows = followed
    return examples, faults


def _example(block: PageBlock, path: str) -> tuple[PageExample, list[KeysError]]:
    """The example of a code block, still without its output, and what is wrong with it."""
    location = Location(path, block.start + 1)
    options, faults = read_options(block.options, path)
    if not block.content:
        fix = "write its program, or take it away"
        faults.append(KeysError("this example holds no code", where=location, fix=fix))
    example = PageExample(
        location=location,
        code_line=block.first + 1,
        code="".join(line + "\n" for line in block.content),
        options=options,
        expected=None,
        has_invalid_options=bool(faults),
        form=block.form,
        end=block.stop,
    )
    return example, faults


def _misplaced_output(
    block: PageBlock, examples: list[PageExample], path: str, *, second: bool
) -> KeysError:
    """The fault of an output that no example is waiting for."""
    where = Location(path, block.start + 1)
    if second:
        return KeysError(
            "this example already has an output",
            where=where,
            expected="one output an example",
            found=f"a second one for {examples[-1].location}",
            fix="take one of them away",
        )
    return KeysError(
        "this output belongs to no example",
        where=where,
        expected="the output right after its example, with nothing but blank lines between",
        found=f"the last example is at {examples[-1].location}" if examples else "no example above",
        fix="move it right below its example, or take it away and let it be written anew: "
        f"mlx-keys verify {shlex.quote(path)} --bless",
    )
