"""What the theme puts around the words of a flat page: heading, origin, neighbours."""

from __future__ import annotations

import re

from mlx_keys.upstream.model import Links
from mlx_keys.upstream.text import fold_whitespace, unescape_markdown

_TARGET = r"\(([^\s()]{0,2000})\s\"%s\"\)"
#: The "#" that the theme puts beside a heading.
HEADING_LINK = re.compile(r"\s{0,9}\[\\?#\]" + _TARGET % "Link to this heading")
_REPOSITORY = re.compile(r"\[\s{0,3}\]" + _TARGET % "Source repository")
_SOURCE = re.compile(r"\]" + _TARGET % "Download source file")
_NEIGHBOUR = re.compile(
    r"\[\]\([^\s()]{0,2000}\s\"(previous|next) page\"\)\s+(?:previous|next)\s+"
    r"([^\[\]]{1,300}?)(?=\s*(?:\[\]\(|Contents - |By [^©]{0,100}©|$))"
)
_AFTER_TEXT = re.compile(
    r"(?<!\s)\s*\[\]\([^\s()]{0,2000}\s\"(?:previous|next) page\"\)"
    r"|\sContents - \[|\sBy MLX Contributors"
)
_TITLE = re.compile(r"(?:^|\s)#\s{1,9}(\S.{0,300}?)(?=\s{0,9}(?:\[\\?#\]|$)|\s#)")


def find_start(text: str) -> tuple[int, str]:
    """Find where the page's own words begin, after its heading, and give that heading."""
    heading = _TITLE.search(text)
    if heading is None:
        return 0, ""
    title = heading[1]
    # The theme prints the title before its list of contents, and again above the text.
    second = text.find(f"# {title}", heading.end())
    start = second + len(title) + 2 if second >= 0 else heading.end()
    link = HEADING_LINK.match(text, start)
    if link is not None:
        start = link.end()
    elif second < 0:
        start = _end_of_marked_title(text, start)
    return start, fold_whitespace(unescape_markdown(title))


def find_end(text: str, start: int) -> int:
    """Find where the page's own words end."""
    after = _AFTER_TEXT.search(text, start)
    return after.start() if after else len(text)


def read_links(text: str, start: int, end: int) -> Links:
    """Read where a page came from, and its neighbours; its own words have a start and an end."""
    repository = _REPOSITORY.search(text, 0, start)
    source = _SOURCE.search(text, 0, start)
    neighbours = {
        match[1]: unescape_markdown(match[2]).strip() or None
        for match in _NEIGHBOUR.finditer(text, end)
    }
    return Links(source[1] if source else None, repository[1] if repository else None, **neighbours)


def _end_of_marked_title(text: str, start: int) -> int:
    """Where a title ends that bears marks above the text, and none where it was printed first."""
    link = HEADING_LINK.search(text, start)
    hashes = text.rfind("# ", start, link.start()) if link else -1
    return link.end() if link and hashes >= 0 and text[hashes - 1] != "#" else start
