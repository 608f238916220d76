"""A messy page, whichever form it has, as a record.

Two forms come out of scraping: Markdown with raw HTML left in (:mod:`.html_markdown`), and
everything on one line with escaped punctuation (:mod:`.flat`). A page that ``mlx-keys rewrite``
wrote is refused: what it says is read from the page that it was made from.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.model import Page, Warn
from mlx_keys.upstream.model import Warning as PageWarning
from mlx_keys.upstream.text import NOT_TEXT
from mlx_keys.upstream.write import page as myst

from . import flat, html_markdown

#: The largest page that is read, in bytes. The largest of upstream's has 153,000.
MAX_BYTES = 1024 * 1024
#: The largest page that is HTML, or that describes no object: an index.
MAX_INDEX_BYTES = 4 * MAX_BYTES
#: Of a page's bytes, the share that may be no text before it is taken for no page at all.
_BINARY_SHARE = 0.02
_DOTTED = re.compile(r"\w\.\w")
_ENTRY_LINK = re.compile(
    r"\]\((?:(?:https?:[^\s()#]{0,2000})?#\w+\.\w[^\s()]{0,300}|(?:\.\./|\w[\w.+-]{0,200}/){0,8}\w[\w+-]{0,200}\.\w[\w.+-]{0,300}\.md)\)"
)
_HTML = re.compile(rb"\s*<(?:!doctype|html)\b", re.IGNORECASE)
#: What the theme puts beside the signature of each object.
_DESCRIBES = re.compile(rb"Link to this definition|sig-name")
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def load(path: Path) -> Page:
    """Read a file.

    Raises:
        KeysError: It is missing, no file, too large, empty, binary, rewritten before, or holds
            nothing to read. Its text is one line, for ``mlx-keys read`` prints a line a page.
    """
    location = Location(str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_INDEX_BYTES + 1)
    except OSError as error:
        problem = (error.strerror or "cannot be opened").lower()
        raise KeysError(problem, where=location, fix=None) from error
    limit = _max_bytes(raw)
    if len(raw) > limit:
        problem = f"larger than {limit // 1024**2} MB, the most that such a page may have"
        raise KeysError(problem, where=location, fix=None)
    if not raw.strip():
        raise KeysError("the page is empty", where=location, fix=None)
    text = raw.decode(_BOMS.get(raw[:3], _BOMS.get(raw[:2], "utf-8")), "replace")
    if len(NOT_TEXT.findall(text)) > _BINARY_SHARE * len(text):
        raise KeysError("not a page but binary data", where=location, fix=None)
    try:
        return read(text, path.name)
    except KeysError as error:
        raise KeysError(error.problem, where=location, fix=error.fix) from None


def _max_bytes(raw: bytes) -> int:
    """How many bytes a page of this kind may have."""
    is_index = len(raw) > MAX_BYTES and not _DESCRIBES.search(raw)
    return MAX_INDEX_BYTES if is_index or _HTML.match(raw) else MAX_BYTES


def read(text: str, source: str) -> Page:
    """Read a page; ``source`` is its file name, for the record and for messages.

    Raises:
        KeysError: There is nothing to read (no entry, and no link to one), or the page was written
            by ``mlx-keys rewrite``.
    """
    warnings: list[PageWarning] = []

    def warn(kind: str, line: int, message: str) -> None:
        warnings.append(PageWarning(kind, line, message))

    text = _clean_text(text, warn)
    if myst.is_rewritten(text):
        original = myst.original(text) or "the page that it was made from"
        problem = f"already rewritten: rewrite the original, {original}"
        raise KeysError(problem, where=Location(source), fix=None)
    read_form = html_markdown.read if html_markdown.matches(text) else flat.read
    page = read_form(text, source, warn)
    if not page.entries and not _links_to_an_entry(page):
        problem = "no entry on this page, and no link to one"
        raise KeysError(problem, where=Location(source), fix=None)
    return replace(page, warnings=tuple(warnings))


def _clean_text(text: str, warn: Warn) -> str:
    """The text with one kind of line end, and without characters that no text holds."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = NOT_TEXT.search(text)
    if first is None:
        return text
    line = text.count("\n", 0, first.start()) + 1
    warn("not-text", line, f"U+{ord(first[0]):04X} stands here; all such characters were left out")
    return NOT_TEXT.sub("", text)


def _links_to_an_entry(page: Page) -> bool:
    """Whether this is an index: its text, or its neighbours' names, lead to an entry."""
    neighbours = (page.links.previous, page.links.next)
    return bool(_ENTRY_LINK.search(page.body)) or any(
        name and _DOTTED.search(name) for name in neighbours
    )
