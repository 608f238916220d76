"""HTML as a small tree of what we know, safe to walk: no unknown element, no depth without end.

Grown from the HTML that a page holds and from what Markdown makes of the rest. A hostile page must
cost no more than a plain one: parsers of whole documents follow HTML's rules of repair, which are
quadratic in nesting (lexbor: minutes for 100,000 open ``<div>``) or, in Python's standard library
before 3.11.14, in unclosed comments. Here a tag is read by one bounded expression, nesting is cut
at :data:`DEEPEST`, and nothing is repaired. Elements that could act when rendered vanish and are
reported; their text stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from .text import unescape_html

DEEPEST = 48
_KEPT_WORDS = (
    "a abbr b blockquote br cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img "
    "kbd li ol p pre s samp small span strong sub sup table tbody td tfoot th thead "
    "tr tt u ul var"
)
_KEPT = frozenset(_KEPT_WORDS.split())
_VOID = frozenset({"br", "hr", "img"})
# What means no more here than the element that stands for it, or nothing at all.
_DIVS = "article aside caption details figcaption figure footer header main nav section summary"
_SPANS = "big data del font ins mark output q s strike time"
_ALIASES = {**dict.fromkeys(_DIVS.split(), "div"), **dict.fromkeys(_SPANS.split(), "span")}
_NOTHING = frozenset({"col", "colgroup", "wbr"})
_ACTIVE_WORDS = (
    "applet audio base body button canvas embed form frame frameset head html iframe "
    "input link math meta noscript object option param script select source style svg "
    "template textarea title track video"
)
_ACTIVE = frozenset(_ACTIVE_WORDS.split())
#: A tag, whatever its name.
TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]{0,30})"
    r"(?P<attributes>(?:\s{1,80}[a-zA-Z_:][a-zA-Z0-9_:.-]{0,60}"
    r"(?:\s{0,9}=\s{0,9}(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s<>\"'=`]{1,2000}))?){0,24})"
    r"\s{0,80}/?>"
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s<>\"'=/]+)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s<>\"'=`]+)))?"
)
_USED = frozenset({"class", "href", "title", "id", "alt"})
#: Characters of the longest attributes of a tag that are cached.
_MAX_CACHED = 200


@dataclass(slots=True)
class Node:
    """An element: its attributes of use, and elements and text in order.

    ``line`` is the line that it began on, as the caller counts; None where that is not known.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    line: int | None = None

    @property
    def classes(self) -> list[str]:
        """The element's classes."""
        return self.attributes.get("class", "").split()


Child: TypeAlias = "Node | str"


class TreeBuilder:
    """A tree while it is being built: its methods bear :class:`xml.etree`'s names for them."""

    def __init__(
        self,
        on_dropped: Callable[[str], None] = lambda name: None,
        restore: Callable[[str], str] | None = None,
    ) -> None:
        """Begin an empty tree.

        Args:
            on_dropped: Called with the name of each element that could act when rendered.
            restore: Gives each text, and each attribute, as it is to be kept; None leaves them.
        """
        self._on_dropped = on_dropped
        self._restore = restore
        self._root = Node("")
        self._open = [self._root]
        self._pending_text: list[str] = []

    def children(self) -> list[Child]:
        """Return what has been built so far; more may be added."""
        self._flush()
        return self._root.children

    def data(self, text: str) -> None:
        """Add text in which no tag is looked for."""
        self._pending_text.append(text)

    def append(self, node: Node) -> None:
        """Add a finished element."""
        self._flush()
        self._open[-1].children.append(self._restored(node))

    def start(
        self, tag: str, attributes: dict[str, str] | None = None, line: int | None = None
    ) -> None:
        """Open an element; deeper than :data:`DEEPEST` it stays empty."""
        if self._pending_text:
            self._flush()
        if tag == "p":
            self._close("p")
        if attributes and self._restore is not None:
            attributes = {key: self._restore(value) for key, value in attributes.items()}
        node = Node(tag, attributes or {}, [], line)
        self._open[-1].children.append(node)
        if tag not in _VOID and len(self._open) < DEEPEST:
            self._open.append(node)

    def end(self, tag: str) -> None:
        """Close the nearest open element of this name, and all in it."""
        if self._pending_text:
            self._flush()
        self._close(tag)

    def feed_tag(self, match: re.Match[str]) -> None:
        """Take in what :data:`TAG` matched."""
        end, name, attributes = match.groups()
        name = name.lower()
        name = _ALIASES.get(name, name)
        if name in _KEPT:
            if end:
                self.end(name)
            else:
                self.start(name, _attributes(attributes) if attributes else None)
        elif name not in _ACTIVE:
            if name not in _NOTHING:
                self.data(match[0])
        elif not end:
            self._on_dropped(name)

    def feed_html(self, html: str) -> None:
        """Take in HTML: tags, and text with its entities resolved; comments vanish."""
        position = text_start = 0
        may_hold_comments = "-->" in html
        while (position := html.find("<", position)) >= 0:
            tag = TAG.match(html, position)
            comment_end = -1
            if tag is None and may_hold_comments and html.startswith("<!--", position):
                comment_end = html.find("-->", position + 4)
                may_hold_comments = comment_end >= 0
            if tag is None and comment_end < 0:
                position += 1
                continue
            if text_start < position:
                self.data(unescape_html(html[text_start:position]))
            if tag is not None:
                self.feed_tag(tag)
            position = text_start = tag.end() if tag is not None else comment_end + 3
        if text_start < len(html):
            self.data(unescape_html(html[text_start:]))

    def _restored(self, node: Node) -> Node:
        """An element with its texts and attributes as they are to be kept."""
        if self._restore is None:
            return node
        if node.attributes:
            node.attributes = {key: self._restore(val) for key, val in node.attributes.items()}
        node.children = [
            self._restore(child) if isinstance(child, str) else self._restored(child)
            for child in node.children
        ]
        return node

    def _close(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            inner = self._open[depth].tag
            if inner == tag:
                del self._open[depth:]
                return
            # A paragraph is closed by what follows it only inside the block that holds it.
            if tag == "p" and inner in ("div", "li", "td", "th", "blockquote", "dd"):
                return

    def _flush(self) -> None:
        text = "".join(self._pending_text)
        self._pending_text.clear()
        if self._restore:
            text = self._restore(text)
        if text:
            self._open[-1].children.append(text)


def parse_html(html: str, on_dropped: Callable[[str], None] = lambda name: None) -> list[Child]:
    """Return the tree of HTML; ``on_dropped`` is :class:`TreeBuilder`'s."""
    builder = TreeBuilder(on_dropped)
    builder.feed_html(html)
    return builder.children()


def text(children: list[Child]) -> str:
    """All text in order, as it stands."""
    return "".join(_texts(children))


def walk(children: list[Child]) -> Iterator[Node]:
    """Every element, outermost first."""
    for child in children:
        if isinstance(child, Node):
            yield child
            yield from walk(child.children)


def _texts(children: list[Child]) -> Iterator[str]:
    for child in children:
        if isinstance(child, str):
            yield child
        elif child.tag == "br":
            yield "\n"
        else:
            yield from _texts(child.children)


def _attributes(text: str) -> dict[str, str]:
    """The attributes of use. Few differ from tag to tag, and none is changed once it is read."""
    return _cached_attributes(text) if len(text) <= _MAX_CACHED else _parse_attributes(text)


def _parse_attributes(text: str) -> dict[str, str]:
    return {
        name: unescape_html(match["double"] or match["single"] or match["bare"] or "")
        for match in _ATTRIBUTE.finditer(text)
        if (name := match["name"].lower()) in _USED
    }


_cached_attributes = lru_cache(maxsize=1024)(_parse_attributes)
