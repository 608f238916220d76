"""The inventory of a folder of clean pages; it resolves the links between them.

A scraped page links to the web site that it was scraped from. When the clean forms of its
neighbours are known, such a link goes to the page, or the object, of the same folder. Links are
found in lines that :mod:`~mlx_keys.upstream.write.page` made, where every bracket of upstream's
own text is escaped: an unescaped ``[`` or ``](`` is one of ours.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from mlx_keys.upstream.model import Page

from . import markdown
from .page import ORIGIN, described_object, page_title

#: The option of a directive whose object is described by another directive too.
NO_INDEX = ":no-index:"
_SOURCES = "/_sources/"
_LINK_TARGET = re.compile(r"\]\(([^\s()]{1,2000})\)")
# Escapes, code spans and formulas are passed over; then comes the end of a link, or a start.
_TOKEN = re.compile(r"\\.|(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$]+\$|\]\(([^\s()]{1,2000})\)|\[")
_FENCE = re.compile(r"(?:[ >*]|\d{1,9}\. )*(`{3,})(.*)")
# The info string of a fence that holds prose: every directive except ``{math}``.
_PROSE_DIRECTIVE = re.compile(r"\{(?!math\})")
_NEIGHBOUR = re.compile(r"\* (Previous|Next): `([^`]+)`")


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """A page in the inventory, with what a link to it and the index need to know.

    Attributes:
        path: The path of its clean form below the folder, with ``/``.
        title: Its heading.
        name: The object that it describes first, or "".
        summary: What it says of that object, as Markdown.
        names: Every object that it describes.
        address: Where it was scraped from, as ``host/path`` without a suffix, or "".
        link_targets: On a page that describes nothing, such as an overview, what it links to.
    """

    path: str
    title: str
    name: str
    summary: str
    names: tuple[str, ...]
    address: str
    link_targets: tuple[str, ...]


def inventory_item(path: str, page: Page) -> InventoryItem:
    """Make the inventory's item of a page whose clean form goes to ``path``."""
    first = page.entries[0] if page.entries else None
    return InventoryItem(
        path,
        page_title(page),
        first.name if first else "",
        # The summary of an overloaded function describes one of its forms, not the function.
        first.summary if first and not first.overloads else "",
        tuple(entry.name for entry in page.entries),
        _source_address(page.links.source or ""),
        () if first else tuple(_LINK_TARGET.findall(page.body)),
    )


class Inventory:
    """The pages of a folder, found by their path, their objects or their address on the web.

    Attributes:
        items: The pages, in the order in which they were read.
    """

    def __init__(self, items: Sequence[InventoryItem]) -> None:
        self.items = items
        self._by_path = {item.path: item for item in items}
        # Of several pages with one address, title or object the first counts.
        self._by_address = {item.address: item.path for item in reversed(items) if item.address}
        self._by_title = {item.title: item.path for item in reversed(items)}
        self._sites = {item.address.partition("/")[0] for item in items if item.address}
        self._by_object = {name: item.path for item in reversed(items) for name in item.names}
        # The page that is about an object counts for more than one that describes it too, such as
        # the page of a class.
        self._by_object |= {item.name: item.path for item in reversed(items) if item.name}

    def linked_object(self, target: str, page: str) -> str:
        """Return the object that a link on a page goes to, in this folder or elsewhere; or ""."""
        address, _, fragment = target.partition("#")
        if fragment or "://" in address:
            return unquote(fragment)
        item = self._by_path.get(_resolve_path(address, page))
        return item.name if item else ""

    def resolve_target(self, target: str, written_on: str, shown_on: str) -> str | None:
        """Resolve a link's target, written on one page and shown on another, such as the index.

        Returns:
            A page of this folder, an object of one (``#name``), or the target as it was if that is
            on the web; None for a page or an object of this folder that does not exist.
        """
        address, _, fragment = target.partition("#")
        if "://" not in address:
            path = _resolve_path(address, written_on)
            if address:
                return relative_path(path, shown_on) if path in self._by_path else None
            return self._object_target(fragment, shown_on)
        if urlsplit(address).netloc.lower() not in self._sites:
            return target
        if found := self._object_target(unquote(fragment), shown_on):
            return found
        path = self._by_address.get(_source_address(address), "")
        return relative_path(path, shown_on) if path else target

    def resolve_links(self, lines: Sequence[str], page: str) -> list[str]:
        """Resolve the links in the lines of a clean page, and index each of its objects once."""
        done: list[str] = []
        described: set[str] = set()
        in_origin = False
        for line, is_prose in _mark_prose(lines):
            if not is_prose:
                done.append(line)
                continue
            in_origin = in_origin or line == f"## {ORIGIN}"
            name = described_object(line)
            if name or line.startswith(":type: "):
                done.append(line)
            elif in_origin:
                done.append(self._link_neighbour(line, page))
            else:
                done.append(self.resolve_line(line, page, page))
            if name:
                if name in described or self._by_object.get(name) != page:
                    done.append(NO_INDEX)
                described.add(name)
        return done

    def resolve_line(self, line: str, written_on: str, shown_on: str) -> str:
        r"""Resolve the links in a line of prose; the arguments are those of :meth:`resolve_target`.

        A link whose target does not exist becomes plain text: ``\[words\](target)``.
        """
        if "](" not in line:
            return line
        done: list[str] = []
        start = -1  # the index in ``done`` of the last unescaped ``[``
        for text, target in _split_at_links(line):
            resolved = self.resolve_target(target, written_on, shown_on) if target else None
            if text == "[":
                start = len(done)
            if resolved:
                done.append(f"]({resolved})")
            elif target and start >= 0:
                done[start] = r"\["
                done.append(markdown.escape(text))
            else:
                done.append(text)
        return "".join(done)

    def _object_target(self, name: str, shown_on: str) -> str | None:
        path = self._by_object.get(name)
        if path is None:
            return None
        is_its_page = self._by_path[path].name == name
        # MyST would take a page of that name first, and a name without a dot for a page.
        is_taken = "." not in name or _resolve_path(f"{name}.md", shown_on) in self._by_path
        return relative_path(path, shown_on) if is_its_page or is_taken else f"#{name}"

    def _link_neighbour(self, line: str, page: str) -> str:
        """Link the name of the previous or the next page, if that is in this folder."""
        found = _NEIGHBOUR.fullmatch(line)
        if found is None:
            return line
        label, name = found.groups()
        path = self._by_object.get(name) or self._by_title.get(name)
        return (
            f"* {label}: [{markdown.code_span(name)}]({relative_path(path, page)})"
            if path
            else line
        )


def relative_path(path: str, page: str) -> str:
    """Return a path below the folder as a link on a page has it."""
    return posixpath.relpath(path, posixpath.dirname(page) or ".")


def _split_at_links(line: str) -> Iterator[tuple[str, str]]:
    """Split a line at its links: each part, and the target where the part is ``](target)``."""
    at = 0
    for found in _TOKEN.finditer(line):
        yield line[at : found.start()], ""
        yield found[0], found[2] or ""
        at = found.end()
    yield line[at:], ""


def _mark_prose(lines: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Return each line, and whether it is prose: neither code nor a formula on its own lines."""
    closing = ""
    for line in lines:
        if closing:
            closing = "" if line.lstrip(" >").rstrip() == closing else closing
            yield line, False
            continue
        fence = _FENCE.fullmatch(line)
        if fence and fence[2] and not _PROSE_DIRECTIVE.match(fence[2]):
            closing = fence[1]
        yield line, not closing


def _source_address(url: str) -> str:
    """The address of a page on the web as ``host/path``, without scheme, suffix or ``_sources``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path.replace(_SOURCES, "/", 1)
    return f"{parts.netloc.lower()}{posixpath.splitext(path)[0]}" if parts.netloc else ""


def _resolve_path(address: str, page: str) -> str:
    """Resolve an address on a page to a path below the folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), address))
