"""The accepted output of a gallery script: its text format, read and written.

``gallery/CHAPTER/golden/SCRIPT.txt`` holds what ``gallery/CHAPTER/SCRIPT.py`` shows, block by
block, in a form to be read in a diff::

    What plot_split.py shows, block by block. `make bless` writes this file.

    >>> print(prng.split(prng.key(7)))
        array([[966301609, 989289821],
               [1948237315, 1058547403]], dtype=uint32)

    >>> tree
      picture:
        The key of seed 7, split in two.

Only blocks that show something stand here, each under the statement that ends it, so that prose
and silent code may change, and lines may move, without a word of this file changing. A picture is
held to its text alternative, never to its pixels. The statements are for the reader: they align a
script that gained or lost a block with what was accepted, and are not compared.

Pure: values in, values out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mlx_keys.errors import KeysError, Place

_HEAD = "What {name} shows, block by block. `make bless` writes this file."
_BLOCK = ">>> "
_PICTURE = "  picture:"
_INDENT = "    "
_LABEL_WIDTH = 90

#: Terminal colours and the like, which neither a page nor a golden file keeps.
_ANSI = re.compile(r"\x1B(?:[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])")


@dataclass(frozen=True)
class Part:
    """One thing that a block shows.

    Attributes:
        kind: Printed text, or a picture by its text alternative.
        text: The text, as :func:`settle` leaves it.
        line: Where it begins in the golden file, counted from 1; 0 for what was just shown.
    """

    kind: Literal["text", "picture"]
    text: str
    line: int = 0


@dataclass(frozen=True)
class Block:
    """What one code block shows.

    Attributes:
        label: The statement that ends the block, on one line.
        parts: What it shows, in order; empty for a block that shows nothing.
        line: Where the block begins: in the script for what was shown, in the golden file for
            what was accepted.
    """

    label: str
    parts: tuple[Part, ...]
    line: int


def settle(text: str) -> str:
    """Printed text without what no reader sees: colours, trailing blanks, outer empty lines."""
    lines = [line.rstrip() for line in _ANSI.sub("", text).expandtabs().splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def label(code: str) -> str:
    """The statement that ends a block, on one line, cut where it grows long.

    Args:
        code: The block's source.
    """
    try:
        body = ast.parse(code).body
    except SyntaxError:
        body = []
    last = (ast.get_source_segment(code, body[-1]) or "") if body else code
    line = " ".join(last.split())
    return line if len(line) <= _LABEL_WIDTH else line[: _LABEL_WIDTH - 1].rstrip() + "…"


def render(name: str, blocks: Iterable[Block]) -> str:
    """The golden file of a script.

    Args:
        name: The script's file name.
        blocks: What its code blocks show; those that show nothing are left out.
    """
    lines = [_HEAD.format(name=name)]
    for block in blocks:
        if not block.parts:
            continue
        lines += ["", _BLOCK + block.label]
        for part in block.parts:
            lines += [_PICTURE] if part.kind == "picture" else []
            lines += [(_INDENT + line).rstrip() for line in part.text.splitlines()]
    return "\n".join(lines) + "\n"


def parse(text: str, path: str) -> tuple[Block, ...]:
    """The blocks that a golden file accepts.

    Args:
        text: The file's text.
        path: Its name, for messages.

    Raises:
        KeysError: A line that :func:`render` would not have written.
    """
    blocks: list[Block] = []
    head: tuple[str, int] | None = None
    parts: list[Part] = []

    def close() -> None:
        if head is not None:
            settled = [Part(part.kind, settle(part.text), part.line) for part in parts]
            blocks.append(Block(head[0], tuple(settled), head[1]))
        parts.clear()

    for number, line in enumerate(text.splitlines()[1:], start=2):
        if line.startswith(_BLOCK):
            close()
            head = (line[len(_BLOCK) :], number)
        elif head is not None and line == _PICTURE:
            parts.append(Part("picture", "", number + 1))
        elif head is not None and line.startswith(_INDENT):
            if not parts:
                parts.append(Part("text", "", number))
            parts[-1] = _longer(parts[-1], line[len(_INDENT) :])
        elif not line.strip():
            if parts:
                parts[-1] = _longer(parts[-1], "")
        else:
            raise KeysError(
                "a line that no golden file holds",
                where=Place(path, number),
                expected=f"{_BLOCK}STATEMENT, then what it shows, indented by {len(_INDENT)}",
                found=line,
                mend="make bless",
            )
    close()
    return tuple(blocks)


def _longer(part: Part, line: str) -> Part:
    """A part with one more line."""
    # The line that opens a part is never empty, so an empty text means that none was read yet.
    text = f"{part.text}\n{line}" if part.text else line
    return Part(part.kind, text, part.line)
