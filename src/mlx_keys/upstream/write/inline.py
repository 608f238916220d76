r"""Inline content of the tree of HTML, one paragraph's worth: as plain text, and as MyST Markdown.

Markdown has no way to say "emphasis ends here": stars are emphasis or text by what stands beside
them (CommonMark 6.2, flanking). Inline content is therefore first cut into a flat sequence of
:class:`Piece`, and a piece is emphasised only where its stars will be read as emphasis. Otherwise
its parts take its place, so that no word is lost and no star appears that nobody wrote:

====================================  ==============  =============================================
``a<em>b</em>c``                      ``a*b*c``       letters inside the stars: they open and close
``a<em>(b)</em>``                     ``a(b)``        ``a*(b)*`` would show its stars
``<em>a</em><em>b</em>``              ``*ab*``        ``*a**b*`` would be one emphasis with stars
``<strong>a<em>b</em></strong>``      ``a*b*``        content that holds a star gets no stars around
``<em>a <code>b</code></em>c``        ``a `b`c``      ``*a `b`*c`` would show its stars
``<code>a</code><code>b</code>``      ```ab```        neighbouring backticks would join
``a!<a href="U">b</a>``               ``a\![b](U)``   ``a![b](U)`` would be an image
====================================  ==============  =============================================

The theme's permalinks ("#" beside a heading) are no words of the page and are left out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from mlx_keys.upstream.html_tree import Child, Node, text
from mlx_keys.upstream.text import fold_whitespace

from . import markdown

_BLOCK_TAG_WORDS = "p div ul ol pre table blockquote h1 h2 h3 h4 h5 h6 hr dl dt dd li"
#: Elements that are blocks.
BLOCK_TAGS = frozenset(_BLOCK_TAG_WORDS.split())
_CODE_TAGS = frozenset({"code", "tt", "kbd", "samp"})
# 2 to the power 32 is written 2^32, or it would be 232.
_SCRIPTS = {"sup": "^", "sub": "_"}
# The two backslashes, with or without their bracket, that scraping leaves around a formula.
_FORMULA = re.compile(r"^\\\\?[\[(]|^\\\\|\\\\?[\])]$|\\\\$")
_ESCAPED_TEX = re.compile(r"\\([*_#\[\]<>|~`])")
#: How deep emphasis and links may nest.
_MAX_DEPTH = 4


class PieceKind(Enum):
    """What a piece is, and with that how its text is written."""

    TEXT = "text"
    CODE = "code"
    EMPHASIS = "*"
    STRONG = "**"
    MARKUP = "markup"


_EMPHASIS = {
    **dict.fromkeys(("em", "i", "cite", "var"), PieceKind.EMPHASIS),
    **dict.fromkeys(("strong", "b"), PieceKind.STRONG),
}


class Piece(NamedTuple):
    """A piece of inline content.

    TEXT and CODE hold words, written when all pieces are known. MARKUP, a link or a formula, is
    Markdown already. EMPHASIS and STRONG hold Markdown that still awaits its stars, and the parts
    that it was made of: those take its place if stars cannot stand around it.
    """

    kind: PieceKind
    text: str
    parts: tuple[Piece, ...] = ()

    @property
    def is_emphasis(self) -> bool:
        """Whether stars are to stand around the piece."""
        return self.kind in (PieceKind.EMPHASIS, PieceKind.STRONG)

    def edge(self, index: int) -> str:
        """The first (0) or last (-1) character of the piece once it is written."""
        if self.is_emphasis:
            return "*"
        return "`" if self.kind is PieceKind.CODE else self.text[index]


#: What stands before the first piece and after the last: the same as white space does.
_SPACE = Piece(PieceKind.TEXT, " ")


def plain_text(children: Sequence[Child]) -> str:
    """Return the words alone, white space folded."""
    return fold_whitespace(text([child for child in children if not is_permalink(child)]))


def render_inline(children: Sequence[Child]) -> str:
    """Return one paragraph's worth of Markdown."""
    first = children[0] if len(children) == 1 else None
    if isinstance(first, str):
        return markdown.escape(fold_whitespace(first))
    return fold_whitespace(_join(_pieces(children)))


def is_permalink(child: Child) -> bool:
    """Whether a child is the "#" that the theme puts beside what can be linked to."""
    return isinstance(child, Node) and "headerlink" in child.classes


def is_equation_number(child: Child) -> bool:
    """Whether a child is the number that Sphinx puts beside a formula."""
    return isinstance(child, Node) and "eqno" in child.classes


def tex_of(node: Node) -> str:
    """Return a formula's TeX, without its number and without what scraping added."""
    tex = text(_without_equation_numbers(node.children))
    if "tex" in node.classes:  # marked as such by our own parser of Markdown: clean as it stands
        return tex
    return _ESCAPED_TEX.sub(r"\1", _FORMULA.sub("", fold_whitespace(tex))).strip()


def _without_equation_numbers(children: Sequence[Child]) -> list[Child]:
    return [
        child
        if isinstance(child, str)
        else Node(child.tag, {}, _without_equation_numbers(child.children))
        for child in children
        if not is_equation_number(child)
    ]


def _pieces(children: Sequence[Child], depth: int = 0) -> Iterator[Piece]:
    """Cut inline content into pieces; ``depth`` elements of emphasis and links are around it."""
    for child in children:
        if isinstance(child, str):
            yield Piece(PieceKind.TEXT, child)
        elif is_permalink(child):
            continue
        elif child.tag in _CODE_TAGS:
            yield Piece(PieceKind.CODE, text(child.children))
        elif child.tag in ("br", "hr"):
            yield _SPACE
        elif "math" in child.classes:
            tex = tex_of(child)
            is_math = markdown.is_inline_math(tex)
            kind = PieceKind.MARKUP if is_math else PieceKind.CODE
            yield Piece(kind, markdown.inline_math(tex) if is_math else tex)
        elif child.tag in _EMPHASIS and depth < _MAX_DEPTH:
            yield from _emphasis(child, depth)
        elif child.tag == "a" and depth < _MAX_DEPTH:
            yield from _link(child, depth)
        elif child.tag in _SCRIPTS:
            yield Piece(PieceKind.TEXT, _SCRIPTS[child.tag])
            yield from _pieces(child.children, depth)
        elif child.tag == "img":
            yield Piece(PieceKind.TEXT, child.attributes.get("alt", ""))
        elif child.tag in BLOCK_TAGS:
            yield from (_SPACE, *_pieces(child.children, depth), _SPACE)
        else:
            yield from _pieces(child.children, depth)


def _emphasis(node: Node, depth: int) -> Iterable[Piece]:
    """One piece that awaits its stars; the parts themselves where they hold a star already."""
    parts = tuple(_pieces(node.children, depth + 1))
    inner = _join(parts)
    return parts if "*" in inner else [Piece(_EMPHASIS[node.tag], inner, parts)]


def _link(node: Node, depth: int) -> Iterable[Piece]:
    """A link as one finished piece; its parts if its target is refused or it holds a link."""
    href = node.attributes.get("href", "")
    if not markdown.link_target(href):
        return _pieces(node.children, depth)
    parts = tuple(_pieces(node.children, depth + 1))
    inner = _join(parts).strip()
    linked = markdown.link(inner, href)
    return parts if linked == inner else [Piece(PieceKind.MARKUP, linked)]


def _join(pieces: Iterable[Piece]) -> str:
    """Write pieces one after the other, so that the marks of neighbours cannot meet."""
    merged = list(_merge(pieces))
    if any(piece.parts for piece in merged):
        merged = list(_merge(_settle(merged)))
    return "".join(_written(piece, after) for piece, after in pairwise([*merged, _SPACE]))


def _merge(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Make one piece of neighbours of one kind, and drop those without text."""
    with_text = (piece for piece in pieces if piece.text)
    for kind, group in groupby(with_text, attrgetter("kind")):
        same = list(group)
        if kind is PieceKind.MARKUP or len(same) == 1:
            yield from same
            continue
        parts = tuple(part for piece in same for part in piece.parts)
        # The text of emphasis is Markdown, whose marks could meet: it is written from its parts.
        yield Piece(kind, _join(parts) if parts else "".join(one.text for one in same), parts)


def _settle(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Put its parts in place of each emphasis that its neighbours would not let be one."""
    waiting = deque(pieces)
    before = _SPACE
    while waiting:
        piece = waiting.popleft()
        if piece.is_emphasis and not _is_flanked(piece, before, waiting[0] if waiting else _SPACE):
            waiting.extendleft(part for part in reversed(piece.parts) if part.text)
        else:
            yield piece
            before = piece


def _is_flanked(piece: Piece, before: Piece, after: Piece) -> bool:
    """Whether stars around a piece are read as emphasis, and leave its neighbours alone.

    This is stricter than CommonMark: a star opens after white space, a bracket or the start, or
    before a letter or digit; and closes the other way round.
    """
    inner = piece.text.strip()
    if not inner or "*" in inner:
        return False
    left, right = before.edge(-1), after.edge(0)
    opens = left.isspace() or left in "([" or inner[0].isalnum()
    closes = right.isspace() or inner[-1].isalnum() or not right.isalnum()
    return opens and closes and "*" not in (left, right)


def _written(piece: Piece, after: Piece) -> str:
    """A piece as Markdown; ``after`` is the piece that follows."""
    if piece.kind is PieceKind.TEXT:
        escaped = markdown.escape(piece.text)
        # An exclamation mark before a link would make it an image.
        if escaped.endswith("!") and after.kind is PieceKind.MARKUP:
            return escaped[:-1] + r"\!"
        return escaped
    if piece.kind is PieceKind.CODE:
        return markdown.code_span(piece.text)
    if piece.kind is PieceKind.MARKUP:
        return piece.text
    return markdown.emphasis(piece.text, piece.kind.value)
