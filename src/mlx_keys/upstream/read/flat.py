"""The second way in: everything on one line, with escaped punctuation.

The parts of an entry are told by the theme's "#" links, by the shape of a signature and by the
labels of fields; a page whose signature has no such link names its entry in its list of contents.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from mlx_keys.upstream.model import Page
from mlx_keys.upstream.model import Warning as PageWarning
from mlx_keys.upstream.signature_parser import closing
from mlx_keys.upstream.text import fold_whitespace, unescape_markdown
from mlx_keys.upstream.write import markdown

from . import curator_header, escaping, flat_chrome, limits
from .entry_builder import PARAMETERS, RAISES, RETURN_TYPE, Draft, printed
from .flat_prose import (
    LINK,
    blocks,
    described,
    field_end,
    field_parts,
    items,
    list_node,
    type_end,
    unlinked,
)

_SECTION = re.compile(r"(?:^|\s)#{2,6}\s{1,9}([^#\[\]]{1,300}?)" + flat_chrome.HEADING_LINK.pattern)
_ENTRY_LINK = re.compile(
    r"\[\\?#\]\([^\s()#]{0,2000}#([^\s()\"]{1,300})\s\"Link to this definition\"\)"
)
_CONTENTS = re.compile(r"-\s\[[^\[\]]{1,300}\]\([^\s()#]{0,2000}#([^\s()]{1,300})\)")
# A name as a signature prints it: after what it is, in backticks or not, its underscores escaped.
_PRINTED = re.compile(
    r"(?<![\w.\\])(?:(?:class|property|exception|static|classmethod|async|abstract|final)\s+){0,3}"
    r"`?((?:\w|\\_)(?:[\w.]|\\_){0,300})`?"
)
#: How many places back a signature's beginning is looked for.
_TRIED = 20
#: How many characters a signature may have that no link closes.
_LONGEST = 20_000
#: How many names of a list of contents are looked for on a page without links.
_MEMBERS = 500
#: How many forms of one function are read; more than any has.
_FORMS = 100
_UNION = re.compile(r"\s*\\?\|\s*")
_ARROW = re.compile(r"\s*→\s*")
_ATOM = re.compile(r"['\"][^'\"]{0,100}['\"]|`?[\w.]+`?")
_BLANK = re.compile(r"\s+")
_OPEN = re.compile(r"\\?\[")


@dataclass
class _Text:
    """What is read, with its escapes undone, and where its first line stands on the page."""

    text: str
    first: int
    warnings: list[PageWarning] = field(default_factory=list)

    @cached_property
    def _ends(self) -> list[int]:
        return [found.start() for found in re.finditer("\n", self.text)]

    def line(self, at: int) -> int:
        """The line of the page that a place in the text stands on."""
        return self.first + bisect_left(self._ends, at)

    def warn(self, kind: str, at: int, message: str) -> None:
        """Warn of something at a place in the text."""
        self.warn_line(kind, self.line(at), message)

    def warn_line(self, kind: str, line: int, message: str) -> None:
        """Warn of something on a line of the page."""
        self.warnings.append(PageWarning(kind, line, message))


def read(text: str, source: str) -> Page:
    """Read a page of this form."""
    # The curator's header has a history of escaping of its own.
    chrome = text.find("Source repository")
    chrome = text.rfind("(", 0, chrome) if chrome >= 0 else 0
    chrome = max(text.rfind("[", 0, chrome), 0)
    head, _ = escaping.undo(text[:chrome].rstrip("\\ \n"))
    said, _ = escaping.undo(text[chrome:])
    most = limits.limit(said, limits.FLAT)
    page = _Text(said[:most], text.count("\n", 0, chrome) + 1)
    start, title = flat_chrome.opening(page.text)
    end = flat_chrome.end(page.text, start)
    body, drafts = _dealt(page, title, start, end)
    if most is not None:
        page.warn(limits.KIND, most, limits.MESSAGE)
        rest = markdown.escape(fold_whitespace(said[most:]))
        (drafts[-1].body if drafts else body).append(markdown.paragraph(rest))
    curated = curator_header.read_flat(head, lambda kind, message: page.warn(kind, 0, message))
    return Page(
        source=source,
        title=title,
        body=markdown.join_blocks(body),
        entries=tuple(draft.entry() for draft in drafts),
        links=flat_chrome.links(page.text, start, end),
        curated=curated,
        warnings=tuple(page.warnings),
    )


def _dealt(page: _Text, title: str, start: int, end: int) -> tuple[list[str], list[Draft]]:
    """The page's own prose, and its entries."""
    drafts: list[Draft] = []
    classes: set[str] = set()
    signatures = list(_signatures(page, title, start, end))
    before = signatures[0].start if signatures else end
    body = _page_prose(page, start, before)
    for number, found in enumerate(signatures):
        until = signatures[number + 1].start if number + 1 < len(signatures) else end
        said = unlinked(page.text[found.start : found.end])
        kind, name, _ = printed(said)
        nested = found.name.rpartition(".")[0] in classes
        if kind == "class":
            classes.add(found.name)
        if kind == "function" and (nested or "." in name):
            kind = "method"
        draft = Draft(found.name, kind, page.line(found.start), page.warn_line)
        drafts.append(draft)
        draft.sign(said, starred=True)
        _fill(page, draft, found.after, until)
    return body, drafts


@dataclass(frozen=True)
class _Found:
    """A signature: whose, from where to where, and where what is said of it begins."""

    name: str
    start: int
    end: int
    after: int


def _signatures(page: _Text, title: str, start: int, end: int) -> Iterator[_Found]:
    at = start
    linked = False
    for link in _ENTRY_LINK.finditer(page.text, start, end):
        linked = True
        name = unescape_markdown(link.group(1))
        begun = _signature_start(page.text, name, max(at, link.start() - _LONGEST), link.start())
        if begun is None:
            at = link.end()
            page.warn("unread-signature", link.start(), f"no signature before the link to {name}")
            continue
        yield _Found(name, begun, link.start(), link.end())
        at = link.end()
    if linked:
        return
    listed = [unescape_markdown(one.group(1)) for one in _CONTENTS.finditer(page.text, 0, start)]
    for name in listed[:_MEMBERS] or ([title] if "." in title else []):
        for found in _printed(page.text, name, at, end):
            stop = _signature_end(page.text, found.end(), end)
            if stop is not None:
                yield _Found(name, found.start(), stop, stop)
                at = stop
                break


def _printed(text: str, name: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The places where a signature may print a name: its last part, whatever stands before it."""
    for found in _PRINTED.finditer(text, start, end):
        if _names(found, name):
            yield found


def _names(printed: re.Match[str], name: str) -> bool:
    return unescape_markdown(printed[1]).rpartition(".")[2] == name.rpartition(".")[2]


def _signature_start(text: str, name: str, start: int, end: int) -> int | None:
    """Where the signature that ends at ``end`` begins; the nearest that makes sense."""
    found = None
    for one in reversed(list(_printed(text, name, start, end))[-_TRIED:]):
        if text[one.end() : one.end() + 1] != "(":
            # An argument may bear the name of its function; an attribute is never called.
            bare = not text[one.end() : end].strip() or text.startswith((":", " = "), one.end())
            found = one.start() if bare and found is None else found
        elif (close := closing(text, one.end(), end)) is not None:
            tail = text[close + 1 : end].strip()
            if not tail or tail.startswith("→"):
                return one.start()
    return found


def _signature_end(text: str, start: int, end: int) -> int | None:
    """Where a signature ends that no link closes: after its arguments, or the type they return."""
    limit = min(end, start + _LONGEST)
    close = closing(text, start, limit) if text.startswith("(", start) else None
    if close is None:
        return None
    arrow = _ARROW.match(text, close + 1)
    return close + 1 if arrow is None else _annotation_end(text, arrow.end(), end)


def _annotation_end(text: str, at: int, end: int) -> int:
    while at < end:
        atom = LINK.match(text, at) or _ATOM.match(text, at)
        if atom is None:
            return at
        at = atom.end()
        bracket = _OPEN.match(text, at)
        if bracket and (close := closing(text, bracket.end() - 1, end)) is not None:
            at = close + 1
        union = _UNION.match(text, at)
        if union is None:
            return at
        at = union.end()
    return at


def _fill(page: _Text, draft: Draft, start: int, end: int) -> None:
    """Read what is said of an entry: overloads, prose, fields, and prose after them."""

    def warn(kind: str, message: str) -> None:
        page.warn(kind, start, message)

    for _ in range(_FORMS):
        blank = _BLANK.match(page.text, start, end)
        found = _PRINTED.match(page.text, blank.end() if blank else start, end)
        if found is None or not _names(found, draft.name):
            break
        stop = _signature_end(page.text, found.end(), end)
        if stop is None:
            break
        draft.sign(unlinked(page.text[found.start() : stop]), starred=True)
        start = stop
    lead, fields = field_parts(page.text[start:end].strip())
    first, rest = blocks(lead, warn)
    draft.add([markdown.paragraph(first), *rest])
    for label, said in fields:
        stop = type_end(said) if label == RETURN_TYPE else field_end(said)
        content = said[:stop].strip()
        if label in (*PARAMETERS, RAISES):
            draft.field(label, [list_node(items(content))])
        else:
            draft.field(label, described(content))
        first, rest = blocks(said[stop:].strip(), warn)
        draft.body += [markdown.paragraph(first), *rest]


def _page_prose(page: _Text, start: int, end: int) -> list[str]:
    """Prose of the page itself, its own headings kept."""
    done: list[str] = []
    at = start
    for heading in [*_SECTION.finditer(page.text, start, end), None]:
        stop = heading.start() if heading else end
        first, rest = blocks(
            page.text[at:stop].strip(), lambda kind, message: page.warn(kind, start, message)
        )
        done += [markdown.paragraph(first), *rest]
        if heading:
            title = markdown.escape(unescape_markdown(heading.group(1).strip()))
            done.append(markdown.heading(title, 2))
            at = heading.end()
    return done
