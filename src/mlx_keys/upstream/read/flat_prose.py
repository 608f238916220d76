"""Parses prose that has lost its line ends: its fields, lists, blocks and inline Markdown.

Paragraphs cannot be restored. Fields are recognised by their labels, items by their shape, and
other blocks by the rubric above them. Left the text, right how it is read (``|``: a new block):

================================================  ==============================================
``Lift water. Notes Mind the ducks.``             ``Lift water.`` | **Notes** ``Mind the ducks.``
``Lift water. Notes on ducks.``                   one run: no capital, list or code follows
``Lift water Notes Mind the ducks.``              one run: no sentence ends before it
``Lift water. Example: >>> scoop() 1``            ``Lift water.`` | **Example** | code to the end
``Lift water. Methods [TABLE]``                   ``Lift water.`` | **Methods**, and a lost table
``Lift water. Shape: - Input: deep``              ``Lift water.`` | **Shape** ``- Input: deep``
``Returns: The bucket. Return type: *bucket*``    two fields
``Returns: Pail: a bucket.``                      none: Sphinx moves a type to a field of its own
``Parameters: none.``                             none: no item follows
``One of: - `a` here - B there``                  a list, announced by a colon
================================================  ==============================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from mlx_keys.upstream.html_tree import Child, Node, TreeBuilder
from mlx_keys.upstream.model import Warn
from mlx_keys.upstream.text import unescape_html, unescape_markdown
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write.inline import render_inline

from . import markdown_parser
from .entry_builder import FIELDS, PARAMETERS, RAISES, RETURN_TYPE, RETURNS
from .placeholders import Placeholders

#: A link whose text holds no other link: its text is group 1.
LINK = re.compile(
    r"(?<!\\)\[((?:\\.|[^\[\]\\]){0,500}+)\]\([^\s()]{0,2000}(?:\s\"[^\"]{0,300}\")?\)", re.DOTALL
)

# Rubrics of a docstring, grouped by what follows them.
_PROSE_RUBRIC = r"Notes?|Warning|Tip|See also|References"
_CODE_RUBRIC = r"Examples?"
_MEMBERS_RUBRIC = r"Methods|Attributes"
_RUBRIC = rf"{_PROSE_RUBRIC}|{_CODE_RUBRIC}|{_MEMBERS_RUBRIC}|Shape"
_AFTER_SENTENCE = r"(?<=[.!?:)\]`\"”’*])\s"
_BLOCK_START = re.compile(
    _AFTER_SENTENCE
    + rf"(?=(?:{_PROSE_RUBRIC})\s[-\[`“A-Z\d]|{_CODE_RUBRIC}:?(?:\s|$)|Shape:\s-\s)"
    + rf"|(?:\s|^)(?={_CODE_RUBRIC}:?\s{{1,3}}>>>|(?:{_MEMBERS_RUBRIC})(?:\s\[TABLE\]|\s*$)"
    + r"|>>>\s|\[TABLE\])"
)
_RUBRIC_AT_START = re.compile(rf"(?!Shape(?!:))({_RUBRIC}):?(?=\s|$)")
_OPENS_BLOCK = re.compile(rf"{_RUBRIC_AT_START.pattern}|>>>|\s*\\?\[TABLE\\?\]")
_MEMBERS_AT_START = re.compile(rf"(?:{_MEMBERS_RUBRIC})(?:\s|$)")
_AFTER_TYPE = re.compile(rf"\s(?=(?:{_RUBRIC})(?:[:\s]|$))")

_FIELD = re.compile(rf"(?:^|(?<=\s))({'|'.join(FIELDS)}):\s(?!>)")
_ITEM = re.compile(r"(?:^|\s)-\s+(?=\*\*(?:\\?\*){0,2}[^*]{1,200}\*\*\s*(?:[(–—]|-\s|$))")
_OPENS_ITEM = re.compile(r"(?:-\s+)?[*\[]")
_OPENS_TYPE = re.compile(r"[A-Z]\w{0,80}:\s")
# What follows the dash distinguishes an item from a minus sign.
_NEXT_ITEM = re.compile(r"\s-\s(?=[`\"'*\[A-Z]|\w{1,80}(?::|\s\())")
_FIRST_ITEM = re.compile(":" + _NEXT_ITEM.pattern)
_LIST_MARK = re.compile(r"\s(?:-|>|\d\.)\s")
_SENTENCE_END = re.compile(r"(?<=[^\s.][.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z`\[“\"(*\\$])")
#: A first sentence with fewer letters is seldom complete: "The Adam optimizer [1]."
_SHORTEST_SENTENCE = 24
#: How many sentence ends are tried before the whole text is taken as the summary.
_MAX_SENTENCES = 20
_TYPE_PART = re.compile(
    r"\s+|[,|()\[\]…]|\.\.\.|\\[\[\]|]|(?:or|of|and|to)(?=\s[*\[])|\*[^*]{1,200}\*|`[^`]{1,200}`"
)
_PERMALINK = re.compile(r"\[\\?#\]\([^\s()]{0,2000}\s\"Link to this \w{1,20}\"\)")
_TABLE = re.compile(r"\s*\\?\[TABLE\\?\]")
# Scraping cuts a code span at each space; code spans that touch are joined again.
_CUT_CODE = re.compile(r"(?<=[^`\s])``(\s?)``(?=[^`])|(?<=[^`\s])``(?=[^`\s])")
_FORMULA = re.compile(
    r"\\\\(?:\\?[\[(])?(?=\S)"
    # In a formula, two backslashes between spaces are TeX's own: a space, or the end of a line.
    r"((?:\\begin\{split\}(?:(?!\\begin\{split\}).){1,4000}?\\end\{split\}|(?:(?!\\\\).|(?<=\s)\\\\(?=\s)){1,2000}?))"
    r"(?<!\s)\\\\(?=[\s.,;:)\]]|$)"
)


def parse_inline(text: str) -> list[Child]:
    """Parse inline Markdown into a tree; formulas become the elements that the theme's HTML has."""
    if not markdown_parser.has_marks(text):
        return [text] if text else []
    if '"Link to this ' in text:
        text = _PERMALINK.sub(" ", text)
    if "``" in text:
        text = _CUT_CODE.sub(lambda match: match[1] or "", text)
    placeholders = Placeholders()

    def formula(match: re.Match[str]) -> str:
        return f'<span class="math">{placeholders.stash(unescape_html(match[1]))}</span>'

    text = _FORMULA.sub(formula, text) if r"\\" in text else text
    builder = TreeBuilder(restore=placeholders.restore if placeholders else None)
    markdown_parser.add_inline(builder, text)
    return builder.children()


def strip_markup(text: str) -> str:
    """Return the text of a signature without links, backticks and escapes; stars are kept."""
    for _ in range(3):  # links nest, and LINK matches the innermost
        text = LINK.sub(r"\1", text)
    return unescape_html(unescape_markdown(text).replace("`", ""))


def split_fields(text: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Split prose at the labels of fields.

    Returns:
        What precedes the first field; each field's label, and where its text begins and ends.
    """
    last_return_type = text.rfind(f" {RETURN_TYPE}: ")
    labels = [label for label in _FIELD.finditer(text) if _is_field(text, label, last_return_type)]
    if not labels:
        return text, []
    ends = [*(label.start() for label in labels[1:]), len(text)]
    fields = [(label[1], label.end(), end) for label, end in zip(labels, ends, strict=True)]
    return text[: labels[0].start()], fields


def _is_field(text: str, label: re.Match[str], last_return_type: int) -> bool:
    """Whether a label opens a field that Sphinx made, and not a docstring's own line.

    ``last_type`` is where the last label of a return type stands, or -1.
    """
    if text.endswith("> ", 0, label.start()):
        return False
    if label[1] in (*PARAMETERS, RAISES):
        return _OPENS_ITEM.match(text, label.end()) is not None
    if label[1] == RETURNS:
        # Sphinx moves a type to "Return type"; where no such field follows, "Pail: x" is prose.
        typed = _OPENS_TYPE.match(text, label.end())
        return typed is None or last_return_type >= label.end()
    return True


def field_end(text: str) -> int:
    """Find the end of a field's text: where the next rubric, code or table begins."""
    block = _BLOCK_START.search(text)
    return block.start() if block else len(text)


def type_end(text: str) -> int:
    """Find the end of a type: the first text that is no link, emphasis, code, bracket or "or"."""
    end = 0
    while end < len(text):
        part = LINK.match(text, end) or _TYPE_PART.match(text, end)
        if part is None:
            if text[:end].strip(" ,()[]|"):
                return end
            # A type in plain words ends where a rubric begins.
            announced = _AFTER_TYPE.search(text)
            return announced.start() if announced else field_end(text)
        end = part.end()
    return end


def parse_items(text: str) -> list[list[Child]]:
    """Split a field's text into items, each as a tree; text without item marks is one item."""
    parts = [part.strip() for part in _ITEM.split(text)]
    return [parse_description(part) for part in parts if part]


def parse_description(text: str) -> list[Child]:
    """Parse a field's text into a tree; after a colon that announces a list, the rest is items."""
    first = _FIRST_ITEM.search(text)
    if first is None:
        return parse_inline(text)
    items = [parse_inline(item.strip()) for item in _NEXT_ITEM.split(text[first.end() :])]
    return [*parse_inline(text[: first.start() + 1]), list_node(items)]


def list_node(items: list[list[Child]]) -> Node:
    """Make a list node of items, as the HTML format of a page has it."""
    return Node("ul", {}, [Node("li", {}, item) for item in items])


def read_prose(text: str, line: int, warn: Warn) -> tuple[str, list[str]]:
    """Read a run of prose that begins on a line of the page.

    Returns:
        Its first sentence as rendered inline Markdown, and the rest as rendered blocks.
    """
    summary = ""
    blocks: list[str] = []
    for start, end in _split_blocks(text):
        block = text[start:end].strip()
        block_line = line + text.count("\n", 0, text.find(block, start))
        if start == 0 and _MEMBERS_AT_START.match(block):
            summary, block = block.partition(" ")[::2]
        elif start == 0 and not _OPENS_BLOCK.match(block):
            summary, block = _split_first_sentence(block)
        blocks += _read_block(block, block_line, warn)
    return render_inline(parse_inline(summary)), blocks


def _split_blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each block."""
    if not text:
        return
    start = 0
    code = text.find(">>>")
    for block in _BLOCK_START.finditer(text):
        # The end of code cannot be recognised, so all that follows its first prompt stays with it.
        if start < block.start() and (code < 0 or block.start() <= code):
            yield start, block.start()
            start = block.start()
    yield start, len(text)


def _split_first_sentence(text: str) -> tuple[str, str]:
    for end in islice(_SENTENCE_END.finditer(text), _MAX_SENTENCES):
        letters = sum(map(str.isalnum, LINK.sub(r"\1", text[: end.start()])))
        if letters >= _SHORTEST_SENTENCE:
            return text[: end.start()], text[end.end() :]
    return text, ""


def _read_block(text: str, line: int, warn: Warn) -> Iterator[str]:
    """A block's rubric, if it has one, and what stands below it."""
    if _TABLE.match(text):
        warn("lost-table", line, "a table was lost when the page was scraped")
        text = _TABLE.sub("", text, count=1).strip()
    rubric = _RUBRIC_AT_START.match(text)
    if rubric:
        yield f"**{rubric[1]}**"
        text = text[rubric.end() :].strip()
        if _TABLE.match(text):
            yield from _read_block(text, line, warn)
            return
    if text.startswith(">>>"):
        warn("crushed-code", line, "code without its line ends is given as it stood")
        yield markdown.fence(unescape_markdown(text), "text")
    elif text:
        if _LIST_MARK.search(_FORMULA.sub("", text) if r"\\" in text else text):
            warn("crushed-prose", line, "a list or a quotation is given as one paragraph")
        yield markdown.paragraph(render_inline(parse_inline(text)))
