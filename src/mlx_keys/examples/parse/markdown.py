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

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlx_keys.examples.page_example import Form

from .pairing import DIRECTIVE_NAMES, LITERAL_DIRECTIVES, BlockRole, PageBlock, strip_blank_lines

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r"\{(?P<name>[^}\s]+)\}\s*(?P<argument>.*)")
_MARKER = re.compile(r"<!--\s*example\b(?P<options>.*?)-->\s*", re.DOTALL)
_COLONS = re.compile(r":{3,}(?P<name>\{[^}]*\})?")
_OPTION = re.compile(r":[A-Za-z_-]+:")
_FENCED = re.compile(r"^ *`{3,}\{(example|output)\}", re.MULTILINE)

_ALONE = "no ```python follows this"
_FOLLOW = "begin a ```python fence on the next line, or take the comment away"
_PLACE = "stands at column 0, outside lists and other directives"


def parse_markdown_blocks(text: str) -> Iterator[PageBlock]:
    """The blocks of a Markdown page."""
    lines = _LINE_END.split(text)
    marker: PageBlock | None = None
    waiting = False  # whether a text fence here would be the output of a marked example
    for token, inside in _tokens(text):
        start, stop = token.map or (0, 0)
        word = token.info.strip().partition(" ")[0]
        plain = token.type == "fence" and not inside and lines[start].startswith("`")
        if marker is not None and not (plain and word == "python"):
            yield PageBlock("other", marker.start, marker.stop, problem=_ALONE, fix=_FOLLOW)
            marker = None
        if token.type == "html_block" and (found := _MARKER.fullmatch(token.content)):
            marker = PageBlock(
                "other", start, stop, options=tuple(_marked(found["options"], start))
            )
        elif marker is not None:
            yield _content("example", Form.MARKER, lines, (start, stop), marker.options)
            marker, waiting = None, True
            continue
        elif plain and word == "text" and waiting:
            yield _content("output", Form.MARKER, lines, (start, stop))
        elif token.type == "fence":
            yield from _fence(token, lines, inside=inside)
        elif token.type == "code_block" and _FENCED.search(token.content):
            yield PageBlock("other", start, stop, problem=f"an example {_PLACE}: this is only text")
        else:
            yield PageBlock("other", start, stop)
        waiting = False
    if marker is not None:
        yield PageBlock("other", marker.start, marker.stop, problem=_ALONE, fix=_FOLLOW)


#: Only blocks are asked for: what stands in a line would cost as much again.
_BLOCKS = MarkdownIt("commonmark").disable(["inline", "text_join"])


def _tokens(text: str) -> Iterator[tuple[Token, bool]]:
    """The tokens that begin a block, each with whether it is inside another one."""
    depth = 0  # of ::: fences, which CommonMark takes for text
    for token in _BLOCKS.parse(text):
        if token.type == "inline":
            for line in token.content.split("\n"):
                if colons := _COLONS.match(line.strip()):
                    depth = depth + 1 if colons["name"] else max(depth - 1, 0)
        elif token.map is not None:
            yield token, token.level > 0 or depth > 0


def _fence(token: Token, lines: list[str], *, inside: bool) -> Iterator[PageBlock]:
    """A fence as one block; where it is a directive, the misplaced examples inside it."""
    start, stop = token.map or (0, 0)
    directive = _DIRECTIVE.fullmatch(token.info.strip())
    name = directive["name"] if directive else ""
    if directive and name in DIRECTIVE_NAMES:
        closed = stop - start > 1 and lines[stop - 1].strip().startswith(token.markup)
        problem, fix = None, PageBlock.fix
        if inside or not lines[start].startswith("`"):
            problem = f"an {{{name}}} {_PLACE}, fenced with backticks"
        elif directive["argument"]:
            problem = f"an {{{name}}} has nothing after its name on the first line"
            fix = "begin its content on the line below"
        elif not closed:
            problem = f"this {{{name}}} is never closed"
            fix = "end it with a line of the backticks that it begins with"
        if problem is not None:
            yield PageBlock("other", start, stop, problem=problem, fix=fix)
            return
        role: BlockRole = "output" if name == "output" else "example"
        first = start + 1
        options = []
        while role == "example" and _OPTION.match(lines[first]):
            options.append((first + 1, lines[first]))
            first += 1
        yield _content(role, Form.MYST, lines, (start, stop), tuple(options))
        return
    yield PageBlock("other", start, stop)
    if directive and name not in LITERAL_DIRECTIVES:
        for block in parse_markdown_blocks("\n".join(lines[start + 1 : stop - 1])):
            if block.role != "other" or block.problem is not None:
                at = start + 1 + block.start
                yield PageBlock("other", at, at + 1, problem=f"an example with its output {_PLACE}")


def _content(
    role: BlockRole,
    form: Form,
    lines: list[str],
    span: tuple[int, int],
    options: tuple[tuple[int, str], ...] = (),
) -> PageBlock:
    """A fence with what stands in it, below its options."""
    start, stop = span
    above = len(options) if form is Form.MYST else 0
    first, content = strip_blank_lines(lines, start + 1 + above, stop - 1)
    return PageBlock(role, start, stop, form, options, first, content)


def _marked(options: str, line: int) -> Iterator[tuple[int, str]]:
    """The options of a marker, which may stand on its own line, several in a row."""
    for offset, text in enumerate(_LINE_END.split(options)):
        for option in re.split(r"(?<=\S)\s+(?=:[A-Za-z_-]+:)", text.strip()):
            if option:
                yield line + 1 + offset, option
