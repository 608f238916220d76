"""A tree of HTML as MyST Markdown: inline prose, plain text, and blocks.

Everything is written by :mod:`mlx_keys.upstream.markup`. The theme's own links ("#" beside a
heading) vanish; they are no words of the page.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from textwrap import dedent
from typing import TypeAlias

from . import markup
from .language import language
from .tree import Child, Node, text

#: What may stand in a fence's braces on a rewritten page; see DESIGN 8.
ADMONITIONS_WORDS = "attention caution danger error hint important note seealso tip warning"
ADMONITIONS = frozenset(ADMONITIONS_WORDS.split())
_BLOCKS_WORDS = "p div ul ol pre table blockquote h1 h2 h3 h4 h5 h6 hr dl dt dd li"
_BLOCKS = frozenset(_BLOCKS_WORDS.split())
_EMPHASIS = {"em": "*", "i": "*", "cite": "*", "var": "*", "strong": "**", "b": "**"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LANGUAGE = re.compile(r"(?:highlight|language)-(\w+)")
# The two backslashes, with or without their bracket, that scraping leaves around a formula.
_FORMULA = re.compile(r"^\\\\?[\[(]|^\\\\|\\\\?[\])]$|\\\\$")
_ESCAPED_TEX = re.compile(r"\\([*_#\[\]<>|~`])")

# Inline pieces before they are put together: (sign, content). The sign says what content is:
# "" raw text, "`" raw code, "*" or "**" finished markup to emphasise, "!" finished markup. What is
# to be emphasised is given in its own pieces too, which stand there if it cannot be.
_Piece: TypeAlias = "tuple[str, str, list[_Piece]]"
#: How deep emphasis and links may nest.
_DEEPEST = 4
#: How deep blocks may nest: less than :mod:`~mlx_keys.upstream.markdown` reads, which counts a list
#: twice as well, so that what is written comes back as it was.
_DEEPEST_BLOCK = 16
_NOTHING: _Piece = ("", " ", [])


def plain(children: Sequence[Child]) -> str:
    """The words alone, white space folded."""
    return markup.fold(text([child for child in children if not is_permalink(child)]))


def inline(children: Sequence[Child]) -> str:
    """One paragraph's worth of Markdown."""
    first = children[0] if len(children) == 1 else None
    if isinstance(first, str):
        return markup.escape(markup.fold(first))
    return markup.fold(_joined(list(_pieces(children))))


def blocks(children: Sequence[Child], headings: bool = False, depth: int = 0) -> list[str]:
    """Blocks of Markdown, in order.

    Args:
        children: Blocks, or loose inline content, which makes paragraphs.
        headings: Whether a heading may stay one; else it becomes a bold line.
        depth: How deep they stand in lists, quotations and admonitions; too deep, all is prose.
    """
    done: list[str] = []
    loose: list[Child] = []
    for child in children:
        if isinstance(child, Node) and child.tag in _BLOCKS and depth < _DEEPEST_BLOCK:
            if loose:
                done.append(markup.opening(inline(loose)))
                loose = []
            done += _block(child, headings, depth)
        else:
            loose.append(child)
    if loose:
        done.append(markup.opening(inline(loose)))
    return [block for block in done if block]


def items(node: Node) -> list[list[Child]]:
    """What each item of a list holds; what stands between items is one of its own."""
    found: list[list[Child]] = []
    loose: list[Child] = []
    for child in node.children:
        if isinstance(child, str) or child.tag != "li":
            loose.append(child)
            continue
        if plain(loose):
            found.append(loose)
        loose = []
        found.append(child.children)
    return [*found, loose] if plain(loose) else found


def is_permalink(child: Child) -> bool:
    """Whether this is the "#" that the theme puts beside what can be linked to."""
    return isinstance(child, Node) and "headerlink" in child.classes


def formula(tex: str) -> str:
    """A formula's TeX, without what scraping put around and into it."""
    tex = markup.fold(tex)
    tex = _FORMULA.sub("", tex)
    return _ESCAPED_TEX.sub(r"\1", tex).strip()


def code_block(raw: str, classes: Sequence[str] = ()) -> str:
    """Code in a plain fence, its language as the page has it if that can be."""
    found = _LANGUAGE.search(" ".join(classes))
    named = found[1].lower() if found else ""
    # A margin that all lines have is the page's, not the code's.
    return markup.fenced(raw, language(dedent(raw), named)) if raw.strip() else ""


def _block(node: Node, headings: bool, depth: int) -> Iterator[str]:
    classes = node.classes
    if node.tag == "p":
        yield markup.opening(inline(node.children))
    elif node.tag == "pre":
        inner = node.children[0] if node.children else ""
        named = inner.classes if isinstance(inner, Node) else []
        yield code_block(text(node.children), [*named, *classes])
    elif node.tag in ("ul", "ol"):
        yield markup.listed(
            (markup.blocks(blocks(item, depth=depth + 2)) for item in items(node)),
            node.tag == "ol",
        )
    elif node.tag == "table":
        yield markup.opening(inline(list(_beside(node))))
        yield markup.table([list(map(inline, row)) for row in _rows(node)])
    elif node.tag == "blockquote":
        quoted = markup.blocks(blocks(node.children, depth=depth + 1))
        yield "\n".join(f"> {line}".rstrip() for line in quoted.split("\n")) if quoted else ""
    elif node.tag in _HEADINGS:
        title = inline(node.children)
        if title:
            bold = markup.opening(title if "*" in title else markup.emphasis(title, "**"))
            yield markup.heading(title, max(2, int(node.tag[1]))) if headings else bold
    elif "math" in classes:
        yield markup.math_block(_tex(node))
    elif "admonition" in classes:
        yield _admonition(node, depth)
    elif spoken := next((one for one in classes if _LANGUAGE.match(one)), ""):
        # The language stands on an element around the code.
        yield from blocks([_called(child, spoken) for child in node.children], depth=depth)
    else:
        yield from blocks(node.children, headings, depth)


def _tex(node: Node) -> str:
    """A formula's TeX; ours, marked as such, is clean as it stands."""
    said = text(node.children)
    return said if "tex" in node.classes else formula(said)


def _admonition(node: Node, depth: int) -> str:
    kind = next((name for name in node.classes if name in ADMONITIONS), "note")
    inner = blocks(node.children, depth=depth + 2)
    # The theme repeats the kind as a title of its own.
    if inner and inner[0].strip("*").lower() in (kind, "see also"):
        inner = inner[1:]
    return markup.fenced(markup.blocks(inner), f"{{{kind}}}")


def _called(child: Child, named: str) -> Child:
    """What may hold code, with the class that names the language of the element around it."""
    if isinstance(child, str) or child.tag not in ("div", "pre"):
        return child
    classes = " ".join([*child.classes, named])
    return Node(child.tag, {**child.attributes, "class": classes}, child.children, child.line)


def _rows(node: Node) -> Iterator[list[list[Child]]]:
    for child in node.children:
        if isinstance(child, Node) and child.tag == "tr":
            yield [
                cell.children
                for cell in child.children
                if isinstance(cell, Node) and cell.tag in ("td", "th")
            ]
        elif isinstance(child, Node):
            yield from _rows(child)


def _beside(node: Node) -> Iterator[Child]:
    """What a table says outside of its cells."""
    for child in node.children:
        if isinstance(child, str) or (node.tag == "tr" and child.tag not in ("td", "th")):
            yield child
        elif node.tag != "tr":
            yield from _beside(child)


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
            tex = _tex(child)
            yield ("!", markup.math(tex), []) if markup.is_math(tex) else ("`", tex, [])
        elif child.tag in _EMPHASIS and inside < _DEEPEST:
            pieces = list(_pieces(child.children, inside + 1))
            inner = _joined(pieces)
            # What holds a star cannot stand in stars: its parts meet their neighbours themselves.
            yield from pieces if "*" in inner else [(_EMPHASIS[child.tag], inner, pieces)]
        elif child.tag == "a" and inside < _DEEPEST and markup.leads(_href(child)):
            inner = _joined(list(_pieces(child.children, inside + 1)))
            yield "!", markup.link(inner.strip(), _href(child)), []
        elif child.tag == "img":
            yield "", child.attributes.get("alt", ""), []
        elif child.tag in _BLOCKS:
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
        return markup.escape(pieces[0][1])
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
            said = "".join(content for _, content, _ in same)
            yield sign, said, [part for _, _, parts in same for part in parts]


def _written(sign: str, content: str, following: _Piece) -> str:
    if sign == "":
        escaped = markup.escape(content)
        # An exclamation mark before a link would make it a picture.
        if escaped.endswith("!") and following[0] == "!":
            return escaped[:-1] + "\\!"
        return escaped
    if sign == "`":
        return markup.code(content)
    return content if sign == "!" else markup.emphasis(content, sign)


def _flanked(content: str, before: str, following: _Piece) -> bool:
    """Whether stars around this would be read as emphasis, and leave their neighbours alone."""
    inner = content.strip()
    if not inner or "*" in inner:
        return False
    after = following[1][:1] if following[0] == "" else following[0]
    opens = not before or before.isspace() or before in "([" or inner[0].isalnum()
    closes = not after or after.isspace() or inner[-1].isalnum() or not after.isalnum()
    return opens and closes and before != "*" and after[:1] != "*"
