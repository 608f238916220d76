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
#: Characters of attributes that are worth remembering.
_SHORT = 200


@dataclass(slots=True)
class Node:
    """An element.

    Attributes:
        tag: Its name.
        attributes: Those of use.
        children: Elements and text, in order.
        line: The line that it began on, as the caller counts; None where that is not known.
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


class Growing:
    """A tree while it grows, tag by tag and word by word."""

    def __init__(
        self,
        dropped: Callable[[str], None] = lambda name: None,
        restored: Callable[[str], str] | None = None,
    ) -> None:
        """Begin with nothing.

        Args:
            dropped: Told the name of each element that could act when rendered.
            restored: Gives each text, and each attribute, as it is to be kept; None leaves them.
        """
        self._dropped = dropped
        self._restored = restored
        self._root = Node("")
        self._open = [self._root]
        self._said: list[str] = []

    def children(self) -> list[Child]:
        """What has grown; the tree may grow on."""
        self._flush()
        return self._root.children

    def say(self, said: str) -> None:
        """Add text that is text and nothing else."""
        self._said.append(said)

    def add(self, node: Node) -> None:
        """Add a finished element."""
        self._flush()
        self._open[-1].children.append(self._whole(node))

    def open(
        self, tag: str, attributes: dict[str, str] | None = None, line: int | None = None
    ) -> None:
        """Open an element; deeper than :data:`DEEPEST` it stays empty."""
        self._flush()
        if tag == "p":
            self._shut("p")
        node = self._whole(Node(tag, attributes or {}, [], line))
        self._open[-1].children.append(node)
        if tag not in _VOID and len(self._open) < DEEPEST:
            self._open.append(node)

    def close(self, tag: str) -> None:
        """Close the nearest element of this name, and all in it."""
        self._flush()
        self._shut(tag)

    def tag(self, found: re.Match[str]) -> None:
        """Add what :data:`TAG` found."""
        name = found["name"].lower()
        name = _ALIASES.get(name, name)
        if name in _KEPT:
            if found["end"]:
                self.close(name)
            else:
                self.open(name, _attributes(found["attributes"]))
        elif name not in _ACTIVE:
            if name not in _NOTHING:
                self.say(found[0])
        elif not found["end"]:
            self._dropped(name)

    def html(self, html: str) -> None:
        """Add HTML: tags, and the text between them with its entities resolved; comments vanish."""
        at = start = 0
        comments = "-->" in html
        while (at := html.find("<", at)) >= 0:
            tag = TAG.match(html, at)
            end = -1
            if tag is None and comments and html.startswith("<!--", at):
                end = html.find("-->", at + 4)
                comments = end >= 0
            if tag is None and end < 0:
                at += 1
                continue
            if start < at:
                self.say(unescape_html(html[start:at]))
            if tag is not None:
                self.tag(tag)
            at = start = tag.end() if tag is not None else end + 3
        if start < len(html):
            self.say(unescape_html(html[start:]))

    def _whole(self, node: Node) -> Node:
        """An element as it is to be kept."""
        if self._restored is None:
            return node
        if node.attributes:
            restored = {key: self._restored(value) for key, value in node.attributes.items()}
            node.attributes = restored
        node.children = [
            self._restored(child) if isinstance(child, str) else self._whole(child)
            for child in node.children
        ]
        return node

    def _shut(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            inner = self._open[at].tag
            if inner == tag:
                del self._open[at:]
                return
            # A paragraph is closed by what follows it only inside the block that holds it.
            if tag == "p" and inner in ("div", "li", "td", "th", "blockquote", "dd"):
                return

    def _flush(self) -> None:
        if self._said:
            said = "".join(self._said)
            said = self._restored(said) if self._restored else said
            self._said.clear()
            if said:
                self._open[-1].children.append(said)


def parse(html: str, dropped: Callable[[str], None] = lambda name: None) -> list[Child]:
    """Give the tree of some HTML.

    Args:
        html: Any text.
        dropped: Told the name of each element that could act when rendered.
    """
    growing = Growing(dropped)
    growing.html(html)
    return growing.children()


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
    """The attributes of use."""
    return _few(text) if len(text) <= _SHORT else _parsed(text)


@lru_cache(maxsize=1024)
def _few(text: str) -> dict[str, str]:
    """Those of a tag like most: few differ from tag to tag, and none is changed once read."""
    return _parsed(text)


def _parsed(text: str) -> dict[str, str]:
    found = {}
    for match in _ATTRIBUTE.finditer(text):
        name = match["name"].lower()
        if name in _USED:
            value = match["double"] or match["single"] or match["bare"] or ""
            found[name] = unescape_html(value)
    return found
