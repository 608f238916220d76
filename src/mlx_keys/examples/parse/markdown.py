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
from functools import partial
from itertools import islice, takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlx_keys.examples.page_example import Form

from .pairing import DIRECTIVE_NAMES, LITERAL_DIRECTIVES, BlockRole, PageBlock, strip_blank_lines

_LINE_END = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(r"\{(?P<name>[^}\s]+)\}\s*(?P<argument>.*)")
_MARKER = re.compile(r"<!--\s*example\b(?P<options>.*?)-->\s*", re.DOTALL)
_COLON_FENCE = re.compile(r":{3,}(?P<name>\{[^}]*\})?")
_OPTION = re.compile(r":[A-Za-z_-]+:")
_INDENTED_FENCE = re.compile(r"^ *`{3,}\{(example|output)\}", re.MULTILINE)

_NO_CODE = "no ```python follows this"
_NO_CODE_FIX = "begin a ```python fence on the next line, or take the comment away"
_TOP_LEVEL = "stands at column 0, outside lists and other directives"


def parse_markdown_blocks(text: str) -> Iterator[PageBlock]:
    """The blocks of a Markdown page.

    A marker is remembered until the next block says whether it is the code that it marks.
    """
    lines = _LINE_END.split(text)
    marker: PageBlock | None = None
    after_marked = False  # whether a text fence here is the output of a marked example
    for token, inside in _tokens(text):
        start, stop = token.map or (0, 0)
        word = token.info.strip().partition(" ")[0]
        plain = token.type == "fence" and not inside and lines[start].startswith("`")
        if marker is not None and not (plain and word == "python"):
            yield PageBlock("other", marker.start, marker.stop, problem=_NO_CODE, fix=_NO_CODE_FIX)
            marker = None
        if token.type == "html_block" and (match := _MARKER.fullmatch(token.content)):
            options = tuple(_marker_options(match["options"], start))
            marker = PageBlock("other", start, stop, options=options)
        elif marker is not None:
            yield _content("example", Form.MARKER, lines, (start, stop), marker.options)
            marker, after_marked = None, True
            continue
        elif plain and word == "text" and after_marked:
            yield _content("output", Form.MARKER, lines, (start, stop))
        elif token.type == "fence":
            yield from _fence(token, lines, inside=inside)
        elif token.type == "code_block" and _INDENTED_FENCE.search(token.content):
            problem = f"an example {_TOP_LEVEL}: this is only text"
            yield PageBlock("other", start, stop, problem=problem)
        else:
            yield PageBlock("other", start, stop)
        after_marked = False
    if marker is not None:
        yield PageBlock("other", marker.start, marker.stop, problem=_NO_CODE, fix=_NO_CODE_FIX)


#: A parser of blocks alone: to parse the content of lines too would cost as much again.
_BLOCKS = MarkdownIt("commonmark").disable(["inline", "text_join"])


def _tokens(text: str) -> Iterator[tuple[Token, bool]]:
    """The tokens that begin a block, each with whether it lies inside another block."""
    depth = 0  # of ::: fences, which CommonMark takes for text
    for token in _BLOCKS.parse(text):
        if token.type == "inline":
            for line in token.content.split("\n"):
                if colons := _COLON_FENCE.match(line.strip()):
                    depth = depth + 1 if colons["name"] else max(depth - 1, 0)
        elif token.map is not None:
            yield token, token.level > 0 or depth > 0


def _fence(token: Token, lines: list[str], *, inside: bool) -> Iterator[PageBlock]:
    """A fence as one block; where it is another directive, the misplaced examples inside it."""
    start, stop = token.map or (0, 0)
    directive = _DIRECTIVE.fullmatch(token.info.strip())
    name = directive["name"] if directive else ""
    if directive and name in DIRECTIVE_NAMES:
        yield _directive(token, name, directive["argument"], lines, inside=inside)
        return
    yield PageBlock("other", start, stop)
    if directive and name not in LITERAL_DIRECTIVES:
        for block in parse_markdown_blocks("\n".join(lines[start + 1 : stop - 1])):
            if block.role != "other" or block.problem is not None:
                line = start + 1 + block.start
                problem = f"an example with its output {_TOP_LEVEL}"
                yield PageBlock("other", line, line + 1, problem=problem)


def _directive(
    token: Token, name: str, argument: str, lines: list[str], *, inside: bool
) -> PageBlock:
    """An ``{example}`` or an ``{output}``, or what is wrong with it."""
    start, stop = token.map or (0, 0)
    closed = stop - start > 1 and lines[stop - 1].strip().startswith(token.markup)
    fault = partial(PageBlock, "other", start, stop)
    if inside or not lines[start].startswith("`"):
        return fault(problem=f"an {{{name}}} {_TOP_LEVEL}, fenced with backticks")
    if argument:
        problem = f"an {{{name}}} has nothing after its name on the first line"
        return fault(problem=problem, fix="begin its content on the line below")
    if not closed:
        fix = "end it with a line of the backticks that it begins with"
        return fault(problem=f"this {{{name}}} is never closed", fix=fix)
    if name == "output":
        return _content("output", Form.MYST, lines, (start, stop))
    numbered = enumerate(islice(lines, start + 1, stop), start + 2)
    options = tuple(takewhile(lambda option: _OPTION.match(option[1]), numbered))
    return _content("example", Form.MYST, lines, (start, stop), options)


def _content(
    role: BlockRole,
    form: Form,
    lines: list[str],
    span: tuple[int, int],
    options: tuple[tuple[int, str], ...] = (),
) -> PageBlock:
    """A fence with its content, which begins below its options."""
    start, stop = span
    above = len(options) if form is Form.MYST else 0
    first, content = strip_blank_lines(lines, start + 1 + above, stop - 1)
    return PageBlock(role, start, stop, form, options, first, content)


def _marker_options(options: str, line: int) -> Iterator[tuple[int, str]]:
    """The options of a marker, several on a line or each on its own, with their line numbers."""
    for offset, text in enumerate(_LINE_END.split(options)):
        for option in re.split(r"(?<=\S)\s+(?=:[A-Za-z_-]+:)", text.strip()):
            if option:
                yield line + 1 + offset, option
