"""Examples in reStructuredText pages: ``.. example::`` and ``.. output::`` at column 0.

Lines are read, not parsed: enough to tell a directive from one that is only shown. The content
of a literal block, a comment or a directive such as ``code-block`` is text about examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlx_keys.examples.model import dedent, is_blank
from mlx_keys.examples.page_example import Form

from .pairing import DIRECTIVE_NAMES, LITERAL_DIRECTIVES, BlockRole, PageBlock, strip_blank_lines

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r" *\.\. (?P<name>[A-Za-z][\w:-]*?)::(?P<argument>.*)")
_COMMENT = re.compile(r" *\.\.(?: (?!\S+::)(?![_[|]).*)?")
_OPTION = re.compile(r"\s*:[A-Za-z_-]+:")


def parse_rst_blocks(text: str) -> Iterator[PageBlock]:
    """The blocks of a reStructuredText page."""
    lines = _LINE_END.split(text)
    at = 0
    while at < len(lines):
        line, start = lines[at], at
        match = _DIRECTIVE.fullmatch(line)
        name = match["name"] if match else ""
        literal = name in LITERAL_DIRECTIVES or (not name and line.rstrip().endswith("::"))
        at = _block_end(lines, at) if literal or _COMMENT.fullmatch(line) else at + 1
        if match and name in DIRECTIVE_NAMES:
            yield _directive(name, match["argument"], lines, start, at)
        elif not is_blank(line):
            yield PageBlock("other", start, at)


def _directive(name: str, argument: str, lines: list[str], start: int, stop: int) -> PageBlock:
    """An ``example`` or an ``output``, or what is wrong with it."""
    if lines[start].startswith(" "):
        problem = f"'.. {name}::' stands at column 0, outside all else"
        return PageBlock("other", start, stop, problem=problem)
    if argument.strip():
        problem = f"'.. {name}::' has nothing after it on its line"
        fix = "begin its content on the line below"
        return PageBlock("other", start, stop, problem=problem, fix=fix)
    role: BlockRole = "output" if name == "output" else "example"
    line = start + 1
    options = []
    while role == "example" and line < stop and _OPTION.match(lines[line]):
        options.append((line + 1, lines[line]))
        line += 1
    first, content = strip_blank_lines(lines, line, stop)
    return PageBlock(role, start, stop, Form.RST, tuple(options), first, tuple(dedent(content)))


def _block_end(lines: list[str], start: int) -> int:
    """The line after the block that a line opens: itself and all that is indented below it."""
    indent = _indent(lines[start])
    stop = start + 1
    for number in range(start + 1, len(lines)):
        if not is_blank(lines[number]):
            if _indent(lines[number]) <= indent:
                break
            stop = number + 1
    return stop


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
