"""Examples in reStructuredText pages: ``.. example::`` and ``.. output::`` at column 0.

Lines are read, not parsed: enough to tell a directive from one that is only shown. What stands
in a literal block, a comment or a directive such as ``code-block`` is text about examples.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mlx_keys.errors import KeysError, Place

from .example import Example, Form, Output, normal, read_options
from .markdown import LITERAL

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r"(?P<indent> *)\.\. (?P<name>[A-Za-z][\w:-]*?)::(?P<argument>.*)")
_COMMENT = re.compile(r"(?P<indent> *)\.\.(?!\S)(?! [\w:-]+::)(?! _)(?! \[)(?! \|).*")
_OPTION = re.compile(r"\s*:[A-Za-z_-]+:")


def blocks(text: str, path: str) -> tuple[list[Example], list[KeysError]]:
    """The examples of a reStructuredText page, and its faults."""
    lines = _LINE_END.split(text)
    examples: list[Example] = []
    faults: list[KeysError] = []
    after_example = False
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            continue
        stop = _block_end(lines, at)
        match = _DIRECTIVE.fullmatch(line)
        name = match["name"] if match else ""
        place = Place(path, at + 1)
        if name in ("example", "output"):
            if line.startswith(" "):
                faults.append(
                    KeysError(f"'.. {name}::' stands at column 0, outside all else", where=place)
                )
            elif match and match["argument"].strip():
                faults.append(
                    KeysError(f"'.. {name}::' has nothing after it on its line", where=place)
                )
            elif name == "example":
                example, wrong = _example(lines, at, stop, path)
                examples.append(example)
                faults += wrong
                after_example = True
                at = stop
                continue
            elif not after_example:
                faults.append(
                    KeysError(
                        "this output belongs to no example",
                        where=place,
                        expected="'.. output::' right after its '.. example::'",
                    )
                )
            elif examples[-1].expected is not None:
                faults.append(
                    KeysError(
                        "this example already has an output",
                        where=place,
                        expected="one '.. output::' an example",
                        found=f"a second one for {examples[-1].place}",
                    )
                )
                at = stop
                continue
            else:
                first, shown = _content(lines, at + 1, stop)
                output = Output(normal("\n".join(shown)), first + 1, (at, stop))
                examples[-1] = replace(examples[-1], expected=output)
                at = stop
                continue
            at = stop
        elif name in LITERAL or _COMMENT.fullmatch(line):
            at = stop
        elif line.rstrip().endswith("::"):
            at = _block_end(lines, at)
        else:
            at += 1
        after_example = False
    return examples, faults


def _block_end(lines: list[str], start: int) -> int:
    """The line after the block that a line opens: itself and all that is indented below it."""
    indent = len(lines[start]) - len(lines[start].lstrip())
    stop = start + 1
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        if len(line) - len(line.lstrip()) <= indent:
            break
        stop = number + 1
    return stop


def _content(lines: list[str], start: int, stop: int) -> tuple[int, list[str]]:
    """The first line of what is indented in there, counted from 0, and the lines dedented."""
    while start < stop and not lines[start].strip():
        start += 1
    kept = lines[start:stop]
    indent = min((len(line) - len(line.lstrip()) for line in kept if line.strip()), default=0)
    return start, [line[indent:] for line in kept]


def _example(lines: list[str], at: int, stop: int, path: str) -> tuple[Example, list[KeysError]]:
    """The example of a directive, with its options taken off."""
    first = at + 1
    options = []
    while first < stop and _OPTION.match(lines[first]):
        options.append((first + 1, lines[first]))
        first += 1
    first, kept = _content(lines, first, stop)
    read, faults = read_options(options, path)
    place = Place(path, at + 1)
    if not kept:
        faults.append(KeysError("this example holds no code", where=place))
    code = "".join(line.rstrip(" ") + "\n" if not line.strip() else line + "\n" for line in kept)
    return Example(place, first + 1, code, read, None, Form.RST, stop), faults
