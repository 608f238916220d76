"""One paragraph's worth of a tree of HTML: as words, and as MyST Markdown.

The theme's own links ("#" beside a heading) vanish; they are no words of the page.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TypeAlias

from mlx_keys.upstream.html_tree import Child, Node, text
from mlx_keys.upstream.text import fold_whitespace

from . import markdown

_BLOCKS_WORDS = "p div ul ol pre table blockquote h1 h2 h3 h4 h5 h6 hr dl dt dd li"
#: Elements that are blocks.
BLOCK_TAGS = frozenset(_BLOCKS_WORDS.split())
_EMPHASIS = {"em": "*", "i": "*", "cite": "*", "var": "*", "strong": "**", "b": "**"}
_RAISED = {"sup": "^", "sub": "_"}
# The two backslashes, with or without their bracket, that scraping leaves around a formula.
_FORMULA = re.compile(r"^\\\\?[\[(]|^\\\\|\\\\?[\])]$|\\\\$")
_ESCAPED_TEX = re.compile(r"\\([*_#\[\]<>|~`])")

# Inline pieces before they are put together: (sign, content). The sign says what content is:
# "" raw text, "`" raw code, "*" or "**" finished markup to emphasise, "!" finished markup. What is
# to be emphasised is given in its own pieces too, which stand there if it cannot be.
_Piece: TypeAlias = "tuple[str, str, list[_Piece]]"
#: How deep emphasis and links may nest.
_DEEPEST = 4
_NOTHING: _Piece = ("", " ", [])


def plain_text(children: Sequence[Child]) -> str:
    """The words alone, white space folded."""
    return fold_whitespace(text([child for child in children if not is_permalink(child)]))


def render_inline(children: Sequence[Child]) -> str:
    """One paragraph's worth of Markdown."""
    first = children[0] if len(children) == 1 else None
    if isinstance(first, str):
        return markdown.escape(fold_whitespace(first))
    return fold_whitespace(_joined(list(_pieces(children))))


def is_permalink(child: Child) -> bool:
    """Whether this is the "#" that the theme puts beside what can be linked to."""
    return isinstance(child, Node) and "headerlink" in child.classes


def formula(tex: str) -> str:
    """A formula's TeX, without what scraping put around and into it."""
    tex = fold_whitespace(tex)
    tex = _FORMULA.sub("", tex)
    return _ESCAPED_TEX.sub(r"\1", tex).strip()


def formula_of(node: Node) -> str:
    """A formula's TeX; ours, marked as such, is clean as it stands."""
    said = text(_unnumbered(node.children))
    return said if "tex" in node.classes else formula(said)


def is_number(child: Child) -> bool:
    """Whether this is the number that Sphinx puts beside a formula."""
    return isinstance(child, Node) and "eqno" in child.classes


def _unnumbered(children: Sequence[Child]) -> list[Child]:
    return [
        child if isinstance(child, str) else Node(child.tag, {}, _unnumbered(child.children))
        for child in children
        if not is_number(child)
    ]


def _pieces(children: Sequence[Child], inside: int = 0) -> Iterator[_Piece]:
    """Inline content as pieces; ``inside`` counts the emphasis and the links around it."""
    for child in children:
        if isinstance(child, str):
            yield "", child, []
        elif is_permalink(child):
            continue
        elif child.tag in ("code", "tt", "kbd", "samp"):
            yield "`", text(child.children), []
        elif child.tag in ("br", "hr"):
            yield "", " ", []
        elif "math" in child.classes:
            tex = formula_of(child)
            yield (
                ("!", markdown.inline_math(tex), [])
                if markdown.is_inline_math(tex)
                else ("`", tex, [])
            )
        elif child.tag in _EMPHASIS and inside < _DEEPEST:
            pieces = list(_pieces(child.children, inside + 1))
            inner = _joined(pieces)
            # What holds a star cannot stand in stars: its parts meet their neighbours themselves.
            yield from pieces if "*" in inner else [(_EMPHASIS[child.tag], inner, pieces)]
        elif child.tag == "a" and inside < _DEEPEST and markdown.link_target(_href(child)):
            inner = _joined(list(_pieces(child.children, inside + 1)))
            yield "!", markdown.link(inner.strip(), _href(child)), []
        elif child.tag in _RAISED:  # or 2 to the power 32 would be 232
            yield "", _RAISED[child.tag], []
            yield from _pieces(child.children, inside)
        elif child.tag == "img":
            yield "", child.attributes.get("alt", ""), []
        elif child.tag in BLOCK_TAGS:
            yield "", " ", []
            yield from _pieces(child.children, inside)
            yield "", " ", []
        else:
            yield from _pieces(child.children, inside)


def _href(node: Node) -> str:
    return node.attributes.get("href", "")


def _joined(pieces: Sequence[_Piece]) -> str:
    """Put pieces together: neighbours of one kind become one, so that their marks cannot meet."""
    if len(pieces) == 1 and not pieces[0][0]:
        return markdown.escape(pieces[0][1])
    settled: list[_Piece] = []
    left = deque(_merged(pieces))
    while left:
        sign, content, parts = left.popleft()
        if parts and not _flanked(content, _end(settled), left[0] if left else _NOTHING):
            left.extendleft(reversed(parts))
        else:
            settled.append((sign, content, parts))
    return "".join(
        _written(sign, content, following)
        for (sign, content, _), following in pairwise([*_merged(settled), _NOTHING])
    )


def _end(pieces: Sequence[_Piece]) -> str:
    """The sign that some pieces end with."""
    if not pieces:
        return ""
    sign, content, _ = pieces[-1]
    return content[-1] if sign in ("", "!") else sign[0]


def _merged(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    for sign, group in groupby(filter(itemgetter(1), pieces), itemgetter(0)):
        same = list(group)
        if sign == "!" or len(same) == 1:
            yield from same
        else:
            inner = [part for _, _, parts in same for part in parts]
            # What is to be emphasised is markup already, whose marks could meet.
            said = _joined(inner) if inner else "".join(content for _, content, _ in same)
            yield sign, said, inner


def _written(sign: str, content: str, following: _Piece) -> str:
    if sign == "":
        escaped = markdown.escape(content)
        # An exclamation mark before a link would make it a picture.
        if escaped.endswith("!") and following[0] == "!":
            return escaped[:-1] + "\\!"
        return escaped
    if sign == "`":
        return markdown.code_span(content)
    return content if sign == "!" else markdown.emphasis(content, sign)


def _flanked(content: str, before: str, following: _Piece) -> bool:
    """Whether stars around this would be read as emphasis, and leave their neighbours alone."""
    inner = content.strip()
    if not inner or "*" in inner:
        return False
    after = following[1][:1] if following[0] == "" else following[0]
    opens = not before or before.isspace() or before in "([" or inner[0].isalnum()
    closes = not after or after.isspace() or inner[-1].isalnum() or not after.isalnum()
    return opens and closes and before != "*" and after[:1] != "*"
