"""What the pages of one folder are about, so that their links to each other can lead to each other.

A page is remembered by a few words, never by its text: ten thousand of them must fit. Links are
found in text that :mod:`~mlx_keys.upstream.write.markdown` wrote, so that a bracket that is not
escaped is one of ours.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from mlx_keys.upstream.model import Page

from . import markdown
from .page import ORIGIN, entry_head, title

#: The options of a directive whose object is described elsewhere too.
NO_INDEX = ":no-index:"
_SOURCES = "/_sources/"
_LINKED = re.compile(r"\]\(([^\s()]{1,2000})\)")
# Escapes, code and formulas are passed over; then where a link ends, and where one may begin.
_SPAN = re.compile(r"\\.|(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$]+\$|\]\(([^\s()]{1,2000})\)|\[")
_FENCE = re.compile(r"(?:[ >*]|\d{1,9}\. )*(`{3,})(.*)")
_DESCRIBED = re.compile(r"\{(?!math\})")
_NEIGHBOUR = re.compile(r"\* (Previous|Next): `([^`]+)`")


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """What is remembered of a page.

    Attributes:
        path: Where its clean form stands below the folder, with ``/``.
        title: Its heading.
        name: The object that it describes first, or "".
        summary: What is said of that, as Markdown.
        names: Every object that it describes.
        address: Where it was scraped from, as ``host/path`` without its ending, or "".
        leads_to: On a page that describes nothing, where its links lead.
    """

    path: str
    title: str
    name: str
    summary: str
    names: tuple[str, ...]
    address: str
    leads_to: tuple[str, ...]


def inventory_item(path: str, page: Page) -> InventoryItem:
    """Remember of a page what the others need."""
    first = page.entries[0] if page.entries else None
    return InventoryItem(
        path,
        title(page),
        first.name if first else "",
        # Of an overloaded function, what stands first is said of one of its forms.
        first.summary if first and not first.overloads else "",
        tuple(entry.name for entry in page.entries),
        _address(page.links.source or ""),
        () if first else tuple(_LINKED.findall(page.body)),
    )


class Inventory:
    """The pages of a folder, by what they describe and by where they were scraped from."""

    def __init__(self, subjects: list[InventoryItem]) -> None:
        self.subjects = subjects
        self._by_path = {one.path: one for one in subjects}
        self._by_address = {one.address: one.path for one in reversed(subjects) if one.address}
        self._by_title = {one.title: one.path for one in reversed(subjects)}
        self._sites = {one.address.partition("/")[0] for one in subjects if one.address}
        self._owners: dict[str, str] = {}
        for one in subjects:
            for name in one.names:
                self._owners.setdefault(name, one.path)
        # A page of its own counts for more than a place on the page of a class.
        for one in reversed(subjects):
            if one.name:
                self._owners[one.name] = one.path

    def owner(self, name: str) -> str | None:
        """The path of the page that describes an object; of several, the one that is about it."""
        return self._owners.get(name)

    def name_of(self, target: str, at: str) -> str:
        """The object that a link on the page at ``at`` leads to, here or elsewhere; or ""."""
        address, _, fragment = target.partition("#")
        if fragment or "://" in address:
            return unquote(fragment)
        found = self._by_path.get(_joined(address, at))
        return found.name if found else ""

    def reference(self, target: str, written: str, at: str) -> str | None:
        """Where a link leads.

        Args:
            target: Where it leads as it stands.
            written: The path of the page that it was written on.
            at: The path of the page that it is shown on.

        Returns:
            A page of this folder, an object on one (``#name``), or the address as it was when it is
            one of the web; None where a page or an object is meant that is not here.
        """
        address, _, fragment = target.partition("#")
        if "://" not in address:
            path = _joined(address, written)
            if address:
                return _relative(path, at) if path in self._by_path else None
            return self._object(fragment, at)
        if urlsplit(address).netloc.lower() not in self._sites:
            return target
        if found := self._object(unquote(fragment), at):
            return found
        path = self._by_address.get(_address(address), "")
        return _relative(path, at) if path else target

    def linked(self, lines: list[str], at: str) -> list[str]:
        """The lines of the clean page at ``at``, its links led to where they now belong."""
        done: list[str] = []
        described: set[str] = set()
        origin = False
        for line, prose in _told(lines):
            if not prose:
                done.append(line)
                continue
            origin = origin or line == f"## {ORIGIN}"
            name = entry_head(line)
            if name or line.startswith(":type: "):
                done.append(line)
            else:
                done.append(self._neighbour(line, at) if origin else self.line(line, at, at))
            if name:
                if name in described or self.owner(name) != at:
                    done.append(NO_INDEX)
                described.add(name)
        return done

    def _object(self, name: str, at: str) -> str | None:
        owner = self._owners.get(name)
        if owner is None:
            return None
        about = self._by_path[owner].name == name
        # MyST would take a page of that name first, and for a word alone a page of its own.
        taken = "." not in name or _joined(f"{name}.md", at) in self._by_path
        return _relative(owner, at) if about or taken else f"#{name}"

    def _neighbour(self, line: str, at: str) -> str:
        found = _NEIGHBOUR.fullmatch(line)
        if found is None:
            return line
        label, name = found.groups()
        path = self._owners.get(name) or self._by_title.get(name)
        return f"* {label}: [{markdown.code_span(name)}]({_relative(path, at)})" if path else line

    def line(self, line: str, written: str, at: str) -> str:
        """A line of prose of the page ``written``, for the page ``at`` to show.

        A link that leads nowhere becomes plain text.
        """
        if "](" not in line:
            return line
        done: list[str] = []
        opened = -1
        for piece, target in _pieces(line):
            led = self.reference(target, written, at) if target else None
            if piece == "[":
                opened = len(done)
            elif target and led is None and opened >= 0:
                done[opened] = r"\["
                piece = markdown.escape(piece)  # noqa: PLW2901
            elif led:
                piece = f"]({led})"  # noqa: PLW2901
            done.append(piece)
        return "".join(done)


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """A line cut at its links: each piece, and for the end of a link where that leads."""
    at = 0
    for found in _SPAN.finditer(line):
        yield line[at : found.start()], ""
        yield found.group(0), found.group(2) or ""
        at = found.end()
    yield line[at:], ""


def _told(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is prose: neither code nor a formula."""
    closing = ""
    for line in lines:
        if closing:
            closing = "" if line.lstrip(" >").rstrip() == closing else closing
            yield line, False
            continue
        fence = _FENCE.fullmatch(line)
        if fence and fence.group(2) and not _DESCRIBED.match(fence.group(2)):
            closing = fence.group(1)
        yield line, not closing


def _address(url: str) -> str:
    """A page's own address from that of its source, or as it stands: without scheme or ending."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path.replace(_SOURCES, "/", 1)
    return f"{parts.netloc.lower()}{posixpath.splitext(path)[0]}" if parts.netloc else ""


def _joined(address: str, at: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(at), address))


def _relative(path: str, at: str) -> str:
    return posixpath.relpath(path, posixpath.dirname(at) or ".")
