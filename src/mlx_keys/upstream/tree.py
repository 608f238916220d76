"""HTML as a small tree of what we know, safe to walk: no unknown element, no depth without end.

Made for the HTML that markdown-it gives of a page with the theme's own HTML left in. A hostile page
must cost no more than a plain one: parsers of whole documents follow HTML's rules of repair, which
are quadratic in nesting (lexbor: minutes for 100,000 open ``<div>``) or, in Python's standard
library before 3.11.14, in unclosed comments. Here a tag is read by one bounded expression, nesting
is cut at :data:`DEEPEST`, and nothing is repaired. Elements that could act when rendered vanish
and are reported; their text stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from . import markup

DEEPEST = 48
_KEPT_WORDS = (
    "a abbr b blockquote br cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img "
    "kbd li ol p pre s samp small span strong sub sup table tbody td tfoot th thead "
    "tr tt u ul var"
)
_KEPT = frozenset(_KEPT_WORDS.split())
_VOID = frozenset({"br", "hr", "img"})
_ACTIVE_WORDS = (
    "applet audio base body button canvas embed form frame frameset head html iframe "
    "input link math meta noscript object option param script select source style svg "
    "template textarea title track video"
)
_ACTIVE = frozenset(_ACTIVE_WORDS.split())
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]{0,30})"
    r"(?P<attributes>(?:\s{1,80}[^\s<>\"'=/]{1,60}"
    r"(?:\s{0,9}=\s{0,9}(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s<>\"'=`]{1,2000}))?){0,24})"
    r"\s{0,80}/?>"
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s<>\"'=/]+)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s<>\"'=`]+)))?"
)


@dataclass(slots=True)
class Node:
    """An element: its attributes of use, and its children, text among them."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The element's classes."""
        return self.attributes.get("class", "").split()

    @property
    def line(self) -> int | None:
        """Where the element began in the text that was rendered, counted from 0."""
        found = self.attributes.get("data-line", "")
        return int(found) if found.isdecimal() and len(found) < 10 else None  # noqa: PLR2004


Child: TypeAlias = "Node | str"


def parse(html: str, dropped: Callable[[str], None] = lambda name: None) -> list[Child]:
    """Give the tree of some HTML.

    Args:
        html: Any text.
        dropped: Told the name of each element that could act when rendered.
    """
    root = Node("")
    open_ = [root]
    for token in _tokens(html):
        if isinstance(token, str):
            open_[-1].children.append(token)
            continue
        name = token.group("name").lower()
        if name in _ACTIVE:
            if not token.group("end"):
                dropped(name)
        elif name not in _KEPT:
            open_[-1].children.append(token.group(0))
        elif token.group("end"):
            _close(open_, name)
        else:
            node = Node(name, _attributes(token.group("attributes")))
            if name == "p":
                _close(open_, "p")
            open_[-1].children.append(node)
            if name not in _VOID and len(open_) < DEEPEST:
                open_.append(node)
    return root.children


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


def _close(open_: list[Node], name: str) -> None:
    for at in range(len(open_) - 1, 0, -1):
        if open_[at].tag == name:
            del open_[at:]
            return
        # A paragraph is closed by what follows it only inside the block that holds it.
        if name == "p" and open_[at].tag in ("div", "li", "td", "th", "blockquote", "dd"):
            return


def _tokens(html: str) -> Iterator[re.Match[str] | str]:
    """Tags, and the text between them with its entities resolved; comments vanish."""
    at = start = 0
    comments = "-->" in html
    while (at := html.find("<", at)) >= 0:
        tag = _TAG.match(html, at)
        end = html.find("-->", at + 4) if comments and html.startswith("<!--", at) else -1
        if end < 0 and html.startswith("<!--", at):
            comments = False
        if tag is None and end < 0:
            at += 1
            continue
        if start < at:
            yield markup.resolved(html[start:at])
        if tag is not None:
            yield tag
        at = start = tag.end() if tag is not None else end + 3
    if start < len(html):
        yield markup.resolved(html[start:])


def _attributes(text: str) -> dict[str, str]:
    found = {}
    for match in _ATTRIBUTE.finditer(text):
        name = match.group("name").lower()
        if name in ("class", "href", "title", "id", "data-line", "alt", "src", "start"):
            value = match.group("double") or match.group("single") or match.group("bare") or ""
            found[name] = markup.resolved(value)
    return found
