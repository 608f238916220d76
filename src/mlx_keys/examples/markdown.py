"""Examples in Markdown pages.

Two forms, both at column 0 and both with the output right after the code:

- in MyST, an ``{example}`` fence and an ``{output}`` fence;
- in plain Markdown that a code host shows, an ordinary ``python`` fence under the invisible
  marker ``<!-- example -->`` (which may hold options), and a ``text`` fence.

A fence inside a fence of another kind is text *about* examples, and is left alone; inside an
admonition or a list it is a fault, as the copied lines would not be what ran.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlx_keys.errors import KeysError, Place

from .example import Example, Form, Output, normal, read_options

#: Directives whose content is shown, not parsed: an example in there is only talked about.
LITERAL = frozenset(
    {
        "code",
        "code-block",
        "code-cell",
        "sourcecode",
        "parsed-literal",
        "math",
        "raw",
        "literalinclude",
        "example",
        "output",
        "mermaid",
    }
)

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r"\{(?P<name>[^}\s]+)\}\s*(?P<argument>.*)")
_MARKER = re.compile(r"<!--\s*example\b(?P<options>.*?)-->\s*", re.DOTALL)
_COLONS = re.compile(r"(?P<colons>:{3,})(?P<name>\{[^}]*\})?")
_CODE_OPTION = re.compile(r":[A-Za-z_-]+:")


@dataclass(frozen=True)
class _Block:
    """A block of the page, as far as examples are concerned.

    Attributes:
        kind: ``example``, ``output``, ``marker``, ``python``, ``text`` or ``other``.
        start: Its first line, counted from 0.
        stop: The line after its last.
        info: What stands after the fence's name, or the marker's options.
        trouble: Why it can not be used where it stands, or None.
    """

    kind: str
    start: int
    stop: int
    info: str = ""
    trouble: str | None = None


def blocks(text: str, path: str) -> tuple[list[Example], list[KeysError]]:
    """The examples of a Markdown page, and its faults."""
    lines = _LINE_END.split(text)
    examples: list[Example] = []
    faults: list[KeysError] = []
    taken: Form | None = None  # the form of the example that the block before this one ended
    marker: _Block | None = None
    for block in _blocks(text, lines):
        before, taken = taken, None
        if marker is not None and block.kind != "python":
            faults.append(
                KeysError(
                    "no python fence follows this marker",
                    where=Place(path, marker.start + 1),
                    expected="```python on the next line",
                )
            )
            marker = None
        if block.trouble is not None:
            faults.append(KeysError(block.trouble, where=Place(path, block.start + 1)))
        elif block.kind == "marker":
            marker = block
        elif block.kind == "example" or (block.kind == "python" and marker is not None):
            example, wrong = _example(block, marker, lines, path)
            faults += wrong
            examples.append(example)
            taken, marker = example.form, None
        elif block.kind == "output" or (block.kind == "text" and before is Form.MARKER):
            if before is None or (before is Form.MYST) != (block.kind == "output"):
                faults.append(_lone_output(block, examples, path))
            elif examples[-1].expected is not None:
                faults.append(_second_output(block, examples[-1], path))
                taken = before
            else:
                output = Output(
                    normal("\n".join(lines[block.start + 1 : block.stop - 1])),
                    block.start + 2,
                    (block.start, block.stop),
                )
                examples[-1] = replace(examples[-1], expected=output)
                taken = before if block.kind == "output" else None
    if marker is not None:
        faults.append(
            KeysError(
                "no python fence follows this marker",
                where=Place(path, marker.start + 1),
                expected="```python on the next line",
            )
        )
    return examples, faults


def _lone_output(block: _Block, examples: list[Example], path: str) -> KeysError:
    return KeysError(
        "this {output} belongs to no example",
        where=Place(path, block.start + 1),
        expected="the {output} right after its {example}, with nothing but blank lines between",
        found=f"the last example is at {examples[-1].place}" if examples else "no example above",
    )


def _second_output(block: _Block, example: Example, path: str) -> KeysError:
    return KeysError(
        "this example already has an {output}",
        where=Place(path, block.start + 1),
        expected="one {output} an example",
        found=f"a second one for {example.place}",
    )


def _example(
    block: _Block, marker: _Block | None, lines: list[str], path: str
) -> tuple[Example, list[KeysError]]:
    """The example in a fence, with its options taken off."""
    first, last = block.start + 1, block.stop - 1
    options: list[tuple[int, str]] = []
    if marker is not None:
        for offset, line in enumerate(marker.info.split("\n")):
            # Options may stand on the marker's own line, several in a row.
            for option in re.split(r"(?<=\S)\s+(?=:[A-Za-z_-]+:)", line.strip()):
                if option:
                    options.append((marker.start + 1 + offset, option))
    else:
        while first < last and _CODE_OPTION.match(lines[first]):
            options.append((first + 1, lines[first]))
            first += 1
    while first < last and not lines[first].strip():
        first += 1
    while first < last and not lines[last - 1].strip():
        last -= 1
    read, faults = read_options(options, path)
    place = Place(path, block.start + 1)
    if first == last:
        faults.append(KeysError("this example holds no code", where=place))
    code = "".join(line + "\n" for line in lines[first:last])
    form = Form.MYST if marker is None else Form.MARKER
    return Example(place, first + 1, code, read, None, form, block.stop), faults


def _blocks(text: str, lines: list[str]) -> Iterator[_Block]:
    """What the page consists of, in its order."""
    depth = 0  # of ::: fences, which CommonMark takes for text
    for token in MarkdownIt("commonmark").parse(text):
        if token.map is None:
            continue
        start, stop = token.map
        if token.type == "inline":
            for line in token.content.split("\n"):
                if colons := _COLONS.match(line.strip()):
                    depth = depth + 1 if colons["name"] else max(depth - 1, 0)
        elif token.type == "fence":
            inside = token.level > 0 or depth > 0
            yield from _fence(token, lines, inside=inside)
        elif token.type == "html_block" and (marker := _MARKER.fullmatch(token.content)):
            trouble = "a marker stands at column 0, outside lists" if token.level else None
            yield _Block("marker", start, stop, marker["options"], trouble)
        elif token.type == "code_block" and re.search(
            r"^ *`{3,}\{(example|output)\}", token.content, re.MULTILINE
        ):
            yield _Block(
                "other",
                start,
                stop,
                trouble="an indented example is only text: examples and outputs stand at column 0",
            )
        elif token.nesting >= 0:
            yield _Block("other", start, stop)


def _fence(token: Token, lines: list[str], *, inside: bool) -> Iterator[_Block]:
    """A fence as one block; the trouble with one that holds or is a misplaced example."""
    assert token.map is not None  # noqa: S101 - for the type checker
    start, stop = token.map
    directive = _DIRECTIVE.fullmatch(token.info.strip())
    name = directive["name"] if directive else ""
    if name in ("example", "output"):
        closed = lines[stop - 1].strip().startswith(token.markup) and stop - start > 1
        argument = directive["argument"] if directive else ""
        trouble = None
        if inside:
            trouble = f"an {{{name}}} stands at column 0, outside lists and other directives"
        elif not lines[start].startswith("`"):
            trouble = f"an {{{name}}} is fenced with backticks at column 0"
        elif argument:
            trouble = f"an {{{name}}} has nothing after its name on the first line"
        elif not closed:
            trouble = f"this {{{name}}} is never closed"
        yield _Block(name, start, stop, trouble=trouble)
    elif directive and name not in LITERAL:
        nested = [
            block
            for block in _blocks(
                "\n".join(lines[start + 1 : stop - 1]), lines[start + 1 : stop - 1]
            )
            if block.kind in ("example", "output") or block.trouble is not None
        ]
        for block in nested:
            yield _Block(
                "other",
                start + 1 + block.start,
                start + 1 + block.stop,
                trouble=f"an {{{block.kind}}} stands at column 0, outside lists and "
                "other directives",
            )
        if not nested:
            yield _Block("other", start, stop)
    else:
        word = token.info.strip().split(" ")[0]
        kind = word if word in ("python", "text") and not inside else "other"
        usable = lines[start].startswith("`")
        yield _Block(kind if usable else "other", start, stop)
