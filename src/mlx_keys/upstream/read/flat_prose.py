"""Prose that has lost its line ends: inline Markdown, told apart where its own words allow it.

Where paragraphs ended cannot be known. Fields are told by their labels, items by their shape, and
what follows a field by the words that announce it (``Note``, ``Example``, ``>>>``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from mlx_keys.upstream.html_tree import Child, Node, TreeBuilder
from mlx_keys.upstream.text import unescape_html, unescape_markdown
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write.inline import render_inline

from . import markdown_parser
from .entry_builder import FIELDS, PARAMETERS, RAISES, RETURN_TYPE, RETURNS
from .placeholders import Aside

Warn = Callable[[str, str], None]

#: A link whose text holds no other link: its text is group 1.
LINK = re.compile(
    r"(?<!\\)\[((?:\\.|[^\[\]\\]){0,500}+)\]\([^\s()]{0,2000}(?:\s\"[^\"]{0,300}\")?\)", re.DOTALL
)
_FIELD = re.compile(rf"(?:^|(?<=\s))({'|'.join(FIELDS)}):\s(?!>)")
_ITEM = re.compile(r"(?:^|\s)-\s+(?=\*\*(?:\\?\*){0,2}[^*]{1,200}\*\*\s*(?:[(–—]|-\s|$))")
_AFTER_SENTENCE = r"(?<=[.!?:)\]`\"”’*])\s"
_RUBRIC = re.compile(
    _AFTER_SENTENCE
    + r"(?=(?:Note|Notes|Warning|Tip|See also|References)\s[-\[`“A-Z\d]|Examples?:?(?:\s|$)"
    r"|Shape:\s-\s)"
    r"|(?:\s|^)(?=Examples?:?\s{1,3}>>>|(?:Methods|Attributes)(?:\s\[TABLE\]|\s*$)|>>>\s|\[TABLE\])"
)
_ANNOUNCED = re.compile(
    r"(Notes?|Warning|Tip|See also|References|Examples?|Methods|Attributes|Shape(?=:)):?(?=\s|$)"
)
_OPENS_BLOCK = re.compile(rf"{_ANNOUNCED.pattern}|>>>|\s*\\?\[TABLE\\?\]")
# A sentence of fewer letters is seldom one: "The Adam optimizer [1]."
_MEMBERS = re.compile(r"(?:Methods|Attributes)(?:\s|$)")
_OPENS_ITEM = re.compile(r"(?:-\s+)?[*\[]")
_OPENS_TYPE = re.compile(r"[A-Z]\w{0,80}:\s")
_LOOKS_LISTED = re.compile(r"\s(?:-|>|\d\.)\s")
_SENTENCE = re.compile(r"(?<=[^\s.][.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z`\[“\"(*\\$])")
_SHORTEST = 24
#: How many ends of sentences are looked at for the first.
_SENTENCES = 20
# An item is told from a minus by how it begins.
_NEXT = re.compile(r"\s-\s(?=[`\"'*\[A-Z]|\w{1,80}(?::|\s\())")
_LISTED = re.compile(":" + _NEXT.pattern)
_AFTER_TYPE = re.compile(
    r"\s(?=(?:Notes?|Warning|Tip|See also|References|Examples?|Methods|Attributes|Shape)"
    r"(?:[:\s]|$))"
)
_TYPE_PART = re.compile(
    r"\s+|[,|()\[\]…]|\.\.\.|\\[\[\]|]|(?:or|of|and|to)(?=\s[*\[])|\*[^*]{1,200}\*|`[^`]{1,200}`"
)
_PERMALINK = re.compile(r"\[\\?#\]\([^\s()]{0,2000}\s\"Link to this \w{1,20}\"\)")
_TABLE = re.compile(r"\s*\\?\[TABLE\\?\]")
# Code spans that touched were one; scraping cut them at each space.
_CUT_CODE = re.compile(r"(?<=[^`\s])``(\s?)``(?=[^`])|(?<=[^`\s])``(?=[^`\s])")
_FORMULA = re.compile(
    r"\\\\(?:\\?[\[(])?(?=\S)"
    # In a formula, two backslashes between spaces are TeX's own: a space, or the end of a line.
    r"((?:\\begin\{split\}(?:(?!\\begin\{split\}).){1,4000}?\\end\{split\}|(?:(?!\\\\).|(?<=\s)\\\\(?=\s)){1,2000}?))"
    r"(?<!\s)\\\\(?=[\s.,;:)\]]|$)"
)


def nodes(text: str) -> list[Child]:
    """Inline Markdown as a tree."""
    if not markdown_parser.has_marks(text):
        return [text] if text else []
    if '"Link to this ' in text:
        text = _PERMALINK.sub(" ", text)
    if "``" in text:
        text = _CUT_CODE.sub(lambda found: found.group(1) or "", text)
    aside = Aside()

    def formula(found: re.Match[str]) -> str:
        """A formula as the element that the first form has."""
        return f'<span class="math">{aside.put(unescape_html(found.group(1)))}</span>'

    text = _FORMULA.sub(formula, text) if r"\\" in text else text
    builder = TreeBuilder(restore=aside.back if aside else None)
    markdown_parser.add_inline(builder, text)
    return builder.children()


def unlinked(text: str) -> str:
    """The words of a signature: links, backticks and escapes gone, stars as they stand."""
    for _ in range(3):
        text = LINK.sub(r"\1", text)
    return unescape_html(unescape_markdown(text).replace("`", ""))


def field_parts(text: str) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the first field, and each field with its text."""
    typed = text.rfind(f" {RETURN_TYPE}: ")
    found = [one for one in _FIELD.finditer(text) if _is_field(text, one, typed)]
    if not found:
        return text, []
    ends = [*(one.start() for one in found[1:]), len(text)]
    return text[: found[0].start()], [
        (one.group(1), text[one.end() : end].strip()) for one, end in zip(found, ends, strict=True)
    ]


def _is_field(text: str, label: re.Match[str], return_type: int) -> bool:
    """Whether a label opens a field that Sphinx made, and not a docstring's own line.

    Args:
        text: All of the prose.
        label: The label.
        return_type: Where the last label of a return type stands, or -1.
    """
    if text.endswith("> ", 0, label.start()):
        return False
    if label.group(1) in (*PARAMETERS, RAISES):
        return _OPENS_ITEM.match(text, label.end()) is not None
    if label.group(1) == RETURNS:
        # Sphinx moves the type to a field of its own.
        typed = _OPENS_TYPE.match(text, label.end())
        return typed is None or return_type >= label.end()
    return True


def field_end(text: str) -> int:
    """Where a field's text ends and something that announces itself begins."""
    found = _RUBRIC.search(text)
    return found.start() if found else len(text)


def type_end(text: str) -> int:
    """Where a type ends: at the first word that is neither a link nor emphasised."""
    at = 0
    while at < len(text):
        found = LINK.match(text, at) or _TYPE_PART.match(text, at)
        if found is None:
            if text[:at].strip(" ,()[]|"):
                return at
            # A type written as plain words ends where something else is announced.
            announced = _AFTER_TYPE.search(text)
            return announced.start() if announced else field_end(text)
        at = found.end()
    return at


def items(text: str) -> list[list[Child]]:
    """The items of a field: those that begin like one, or all of it as the only one."""
    parts = [part.strip() for part in _ITEM.split(text)]
    return [described(part) for part in parts if part]


def described(text: str) -> list[Child]:
    """What a field says, as a tree: where a colon announces a list, what follows is its items."""
    opening = _LISTED.search(text)
    if opening is None:
        return nodes(text)
    inner = _NEXT.split(text[opening.end() :])
    return [*nodes(text[: opening.start() + 1]), list_node([nodes(one.strip()) for one in inner])]


def blocks(text: str, warn: Warn) -> tuple[str, list[str]]:
    """A run of prose as its first sentence, and blocks for the rest."""
    if not text:
        return "", []
    pieces = [piece.strip() for piece in _cut(text)]
    first, done = "", []
    for number, piece in enumerate(pieces):
        body = piece
        if number == 0 and _MEMBERS.match(body):
            first, body = body.partition(" ")[::2]
        elif number == 0 and not _OPENS_BLOCK.match(body):
            first, body = _first_sentence(body)
        done += list(_block(body, warn))
    return render_inline(nodes(first)), done


def _cut(text: str) -> Iterator[str]:
    at = 0
    code = text.find(">>>")
    for found in _RUBRIC.finditer(text):
        # Where code ends cannot be told, so that all after its first prompt stays with it.
        if at < found.start() and (code < 0 or found.start() <= code):
            yield text[at : found.start()]
            at = found.start()
    yield text[at:]


def _first_sentence(text: str) -> tuple[str, str]:
    for found in islice(_SENTENCE.finditer(text), _SENTENCES):
        if sum(map(str.isalnum, LINK.sub(r"\1", text[: found.start()]))) >= _SHORTEST:
            return text[: found.start()], text[found.end() :]
    return text, ""


def _block(text: str, warn: Warn) -> Iterator[str]:
    if _TABLE.match(text):
        warn("lost-table", "a table was lost when the page was scraped")
        text = _TABLE.sub("", text, count=1).strip()
    announced = _ANNOUNCED.match(text)
    if announced:
        yield f"**{announced.group(1)}**"
        text = text[announced.end() :].strip()
        if _TABLE.match(text):
            yield from _block(text, warn)
            return
    if text.startswith(">>>"):
        warn("crushed-code", "code without its line ends is given as it stood")
        yield markdown.fence(unescape_markdown(text), "text")
    elif text:
        if _LOOKS_LISTED.search(_FORMULA.sub("", text) if r"\\" in text else text):
            warn("crushed-prose", "a list or a quotation is given as one paragraph")
        yield markdown.paragraph(render_inline(nodes(text)))


def list_node(parts: list[list[Child]]) -> Node:
    """Items as the list that the first form has."""
    return Node("ul", {}, [Node("li", {}, part) for part in parts])
