"""A page on one line, with escaped punctuation, as a record.

The parts of an entry are told by the theme's "#" links, by the shape of a signature and by the
labels of fields; a page whose signature has no such link names its entry in its list of contents.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mlx_keys.upstream.model import Page, Warn
from mlx_keys.upstream.signature_parser import closing_bracket
from mlx_keys.upstream.text import fold_whitespace, unescape_markdown
from mlx_keys.upstream.write import markdown

from . import curator_header, escaping, flat_chrome, limits
from .entry_builder import (
    MAX_SIGNATURE,
    PARAMETERS,
    RAISES,
    RETURN_TYPE,
    EntryBuilder,
    split_declaration,
)
from .flat_prose import (
    LINK,
    field_end,
    list_node,
    parse_description,
    parse_items,
    read_prose,
    split_fields,
    strip_markup,
    type_end,
)

_SECTION = re.compile(r"(?:^|\s)#{2,6}\s{1,9}([^#\[\]]{1,300}?)" + flat_chrome.HEADING_LINK.pattern)
_ENTRY_LINK = re.compile(
    r"\[\\?#\]\([^\s()#]{0,2000}#([^\s()\"]{1,300})\s\"Link to this definition\"\)"
)
_CONTENTS = re.compile(r"-\s\[[^\[\]]{1,300}\]\([^\s()#]{0,2000}#([^\s()]{1,300})\)")
# A name as a signature prints it: after what it is, in backticks or not, its underscores escaped.
_PRINTED_NAME = re.compile(
    r"(?<![\w.\\])(?:(?:class|property|exception|static|classmethod|async|abstract|final)\s+){0,3}"
    r"`?((?:\w|\\_)(?:[\w.]|\\_){0,300})`?"
)
#: How many places before its link a signature's beginning is looked for.
_MAX_CANDIDATES = 20
#: How many names of a list of contents are looked for on a page without links.
_MAX_MEMBERS = 500
#: How many forms of one function are read; more than any has.
_MAX_FORMS = 100
_SPACE = re.compile(r"\s*")
_UNION = re.compile(r"\s*\\?\|\s*")
_ARROW = re.compile(r"\s*→\s*")
_TYPE_ATOM = re.compile(r"['\"][^'\"]{0,100}['\"]|`?[\w.]+`?")
_OPENING_BRACKET = re.compile(r"\\?\[")


@dataclass
class _FlatText:
    """The text that is read, with its escapes undone, and the line of the page it begins on."""

    text: str
    first_line: int
    warn: Warn

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def line(self, position: int) -> int:
        """The line of the page that a position in the text stands on."""
        return self.first_line + bisect_left(self._line_ends, position)

    def read_prose(self, start: int, end: int) -> list[str]:
        """Read a part of the text as finished blocks, the first sentence a block of its own."""
        start = _skip_space(self.text, start, end)
        first, rest = read_prose(self.text[start:end].strip(), self.line(start), self.warn)
        return [markdown.paragraph(first), *rest]


@dataclass(frozen=True)
class _Signature:
    """The positions of a signature and of the prose after it, and the object's full name."""

    name: str
    start: int
    end: int
    after: int


def read(text: str, source: str, warn: Warn) -> Page:
    """Read a page of this form; ``source`` is its file name."""
    # The curator's header has a history of escaping of its own.
    chrome = text.find("Source repository")
    chrome = text.rfind("(", 0, chrome) if chrome >= 0 else 0
    chrome = max(text.rfind("[", 0, chrome), 0)
    header, _ = escaping.undo(text[:chrome].rstrip("\\ \n"))
    unescaped, _ = escaping.undo(text[chrome:])
    budget_end = limits.mark_budget_end(unescaped, limits.FLAT_BUDGET)
    page = _FlatText(unescaped[:budget_end], text.count("\n", 0, chrome) + 1, warn)
    start, title = flat_chrome.find_start(page.text)
    end = flat_chrome.find_end(page.text, start)
    body, entries = _read_entries(page, title, start, end)
    if budget_end is not None:
        warn(limits.WARNING_KIND, page.line(budget_end), limits.WARNING_MESSAGE)
        rest = markdown.paragraph(markdown.escape(fold_whitespace(unescaped[budget_end:])))
        if entries:
            entries[-1].add_body([rest])
        else:
            body.append(rest)
    return Page(
        source=source,
        title=title,
        body=markdown.join_blocks(body),
        entries=tuple(entry.build() for entry in entries),
        links=flat_chrome.read_links(page.text, start, end),
        curated=curator_header.read_flat(header, warn),
    )


def _read_entries(
    page: _FlatText, title: str, start: int, end: int
) -> tuple[list[str], list[EntryBuilder]]:
    """The page's own prose, and its entries."""
    entries: list[EntryBuilder] = []
    classes: set[str] = set()
    signatures = list(_find_signatures(page, title, start, end))
    ends = [*(signature.start for signature in signatures), end]
    body = _read_page_prose(page, start, ends[0])
    for signature, entry_end in zip(signatures, ends[1:], strict=True):
        declaration = split_declaration(strip_markup(page.text[signature.start : signature.end]))
        kind = declaration.kind_in(classes, signature.name)
        if kind == "class":
            classes.add(signature.name)
        entry = EntryBuilder(signature.name, kind, page.line(signature.start), page.warn)
        entry.add_signature(declaration, starred=True)
        _read_entry(page, entry, signature.after, entry_end)
        entries.append(entry)
    return body, entries


def _find_signatures(page: _FlatText, title: str, start: int, end: int) -> Iterator[_Signature]:
    """The signatures before the theme's "#" links; without any link, those that print a name."""
    position = start
    has_links = False
    for link in _ENTRY_LINK.finditer(page.text, start, end):
        has_links = True
        name = unescape_markdown(link[1])
        earliest = max(position, link.start() - MAX_SIGNATURE)
        begin = _signature_start(page.text, name, earliest, link.start())
        if begin is None:
            message = f"no signature before the link to {name}"
            page.warn("unread-signature", page.line(link.start()), message)
        else:
            yield _Signature(name, begin, link.start(), link.end())
        position = link.end()
    if has_links:
        return
    contents = [unescape_markdown(item[1]) for item in _CONTENTS.finditer(page.text, 0, start)]
    for name in contents[:_MAX_MEMBERS] or ([title] if "." in title else []):
        for printed in _find_printed(page.text, name, position, end):
            stop = _signature_end(page.text, printed.end(), end)
            if stop is not None:
                yield _Signature(name, printed.start(), stop, stop)
                position = stop
                break


def _find_printed(text: str, name: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The places where a signature may print a name."""
    return (one for one in _PRINTED_NAME.finditer(text, start, end) if _prints(one, name))


def _prints(printed: re.Match[str], name: str) -> bool:
    """Whether a printed name may be this one: its last part is, whatever stands before it."""
    return unescape_markdown(printed[1]).rpartition(".")[2] == name.rpartition(".")[2]


def _signature_start(text: str, name: str, start: int, end: int) -> int | None:
    """Where the signature that ends at ``end`` begins; the nearest that makes sense."""
    attribute = None
    for printed in reversed(list(_find_printed(text, name, start, end))[-_MAX_CANDIDATES:]):
        after = printed.end()
        if not text.startswith("(", after):
            # An argument may bear the name of its function; an attribute is never called.
            is_attribute = not text[after:end].strip() or text.startswith((":", " = "), after)
            if is_attribute and attribute is None:
                attribute = printed.start()
        elif (bracket := closing_bracket(text, after, end)) is not None:
            tail = text[bracket + 1 : end].strip()
            if not tail or tail.startswith("→"):
                return printed.start()
    return attribute


def _signature_end(text: str, start: int, end: int) -> int | None:
    """Where a signature ends that no link closes: after its arguments, or the type they return."""
    limit = min(end, start + MAX_SIGNATURE)
    bracket = closing_bracket(text, start, limit) if text.startswith("(", start) else None
    if bracket is None:
        return None
    arrow = _ARROW.match(text, bracket + 1)
    return bracket + 1 if arrow is None else _annotation_end(text, arrow.end(), end)


def _annotation_end(text: str, start: int, end: int) -> int:
    """Where a type ends: atoms with their brackets, and ``|`` between them."""
    position = start
    while position < end:
        atom = LINK.match(text, position) or _TYPE_ATOM.match(text, position)
        if atom is None:
            return position
        position = atom.end()
        opening = _OPENING_BRACKET.match(text, position)
        if opening and (bracket := closing_bracket(text, opening.end() - 1, end)) is not None:
            position = bracket + 1
        union = _UNION.match(text, position)
        if union is None:
            return position
        position = union.end()
    return position


def _read_entry(page: _FlatText, entry: EntryBuilder, start: int, end: int) -> None:
    """Read what stands below a signature: other forms, prose, fields, and prose after each."""
    start = _skip_space(page.text, _read_other_forms(page.text, entry, start, end), end)
    text = page.text[start:end].strip()
    lead, fields = split_fields(text)
    entry.add_prose(page.read_prose(start, start + len(lead)))
    for label, label_end, stop in fields:
        begin = _skip_space(text, label_end, stop)
        content = text[begin:stop].strip()
        length = type_end(content) if label == RETURN_TYPE else field_end(content)
        words = content[:length].strip()
        if label in (*PARAMETERS, RAISES):
            entry.add_field(label, [list_node(parse_items(words))])
        else:
            entry.add_field(label, parse_description(words))
        entry.add_body(page.read_prose(start + begin + length, start + stop))


def _read_other_forms(text: str, entry: EntryBuilder, start: int, end: int) -> int:
    """Read the signatures right after the first, and give the position after them."""
    for _ in range(_MAX_FORMS):
        printed = _PRINTED_NAME.match(text, _skip_space(text, start, end), end)
        if printed is None or not _prints(printed, entry.name):
            break
        stop = _signature_end(text, printed.end(), end)
        if stop is None:
            break
        declaration = split_declaration(strip_markup(text[printed.start() : stop]))
        entry.add_signature(declaration, starred=True)
        start = stop
    return start


def _read_page_prose(page: _FlatText, start: int, end: int) -> list[str]:
    """Prose of the page itself, its own headings kept."""
    blocks: list[str] = []
    for heading in _SECTION.finditer(page.text, start, end):
        blocks += page.read_prose(start, heading.start())
        title = markdown.escape(unescape_markdown(heading[1].strip()))
        blocks.append(markdown.heading(title, 2))
        start = heading.end()
    return [*blocks, *page.read_prose(start, end)]


def _skip_space(text: str, start: int, end: int) -> int:
    space = _SPACE.match(text, start, end)
    return space.end() if space else start
