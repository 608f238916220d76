"""A messy page, whichever form it has, as a record.

Two forms come out of scraping: Markdown with raw HTML left in (:mod:`.html_markdown`), and
everything on one line with escaped punctuation (:mod:`.flat`). A third is our own: a page that was
rewritten before (:mod:`.rewritten`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.model import Page
from mlx_keys.upstream.model import Warning as PageWarning
from mlx_keys.upstream.text import NOT_TEXT
from mlx_keys.upstream.write import page as myst

from . import flat, html_markdown
from . import rewritten as clean

#: How many bytes a page may have. The largest of upstream's has 80,000.
MOST = 16 * 1024 * 1024
#: How many it may have once it is rewritten: a backslash stands before each sign that is none.
_MOST_REWRITTEN = 3 * MOST
#: Of a page's bytes, the share that may be no text before it is taken for no page at all.
_BINARY_SHARE = 0.02
_DOTTED = re.compile(r"\w\.\w")
_ENTRY_LINK = re.compile(
    r"\]\((?:(?:https?:[^\s()#]{0,2000})?#\w+\.\w[^\s()]{0,300}|(?:\.\./|\w[\w.+-]{0,200}/){0,8}\w[\w+-]{0,200}\.\w[\w.+-]{0,300}\.md)\)"
)
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


def load(path: Path) -> Page:
    """Read a file.

    Raises:
        KeysError: It is missing, no file, too large, empty, binary, or holds nothing to read.
    """
    place = Location(str(path))
    try:
        with path.open("rb") as file:
            raw = file.read(MOST + 1)
            most = _MOST_REWRITTEN if raw.startswith(myst.MARK.encode()) else MOST
            raw += file.read(max(most + 1 - len(raw), 0))
    except OSError as error:
        raise KeysError((error.strerror or "cannot be opened").lower(), where=place) from error
    if len(raw) > most:
        said = f"{most // 1024**2} MB"
        raise KeysError(f"larger than {said}, the most that a page may have", where=place)
    if not raw.strip():
        raise KeysError("the page is empty", where=place)
    text = raw.decode(_BOMS.get(raw[:3], _BOMS.get(raw[:2], "utf-8")), "replace")
    if len(NOT_TEXT.findall(text)) > _BINARY_SHARE * len(text):
        raise KeysError("not a page but binary data", where=place)
    try:
        return read(text, path.name)
    except KeysError as error:
        raise KeysError(error.problem, where=place) from None


def check(rewritten: str, place: Location) -> None:
    """Refuse what a page was rewritten as if :func:`load` would not take it back.

    Raises:
        KeysError: It is larger, or has more marks, than a rewritten page may.
    """
    if len(rewritten.encode()) > _MOST_REWRITTEN or not clean.bounded(rewritten):
        raise KeysError(
            "too many marks: what it would be rewritten as could not be read again", where=place
        )


def read(text: str, source: str) -> Page:
    """Read a page.

    Args:
        text: The whole page.
        source: Its file name, for the record and for messages.

    Raises:
        KeysError: There is nothing to read: no entry, and no link to one.
    """
    kept, warnings = _as_text(text)
    if clean.recognise(kept):
        page = clean.read(kept, source)
    elif html_markdown.recognise(kept):
        page = html_markdown.read(kept, source)
    else:
        page = flat.read(kept, source)
    if not page.entries and not _leads_to_an_entry(page):
        raise KeysError("no entry on this page, and no link to one", where=Location(source))
    return replace(page, warnings=(*warnings, *page.warnings))


def _as_text(text: str) -> tuple[str, list[PageWarning]]:
    """The text with one kind of line end and nothing in it that is no text."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = NOT_TEXT.search(text)
    if found is None:
        return text, []
    line = text.count("\n", 0, found.start()) + 1
    message = f"U+{ord(found.group(0)):04X} stands here; all such characters were left out"
    return NOT_TEXT.sub("", text), [PageWarning("not-text", line, message)]


def _leads_to_an_entry(page: Page) -> bool:
    """Whether this is an index: its text, or its neighbours' names, lead to an entry."""
    neighbours = (page.links.previous, page.links.next)
    return bool(_ENTRY_LINK.search(page.body)) or any(
        name and _DOTTED.search(name) for name in neighbours
    )
