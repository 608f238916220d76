"""What stands around the words of a page that is all on one line: heading, origin, neighbours."""

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
_AFTER = re.compile(
    r"(?<!\s)\s*\[\]\([^\s()]{0,2000}\s\"(?:previous|next) page\"\)"
    r"|\sContents - \[|\sBy MLX Contributors"
)
_TITLE = re.compile(r"(?:^|\s)#\s{1,9}(\S.{0,300}?)(?=\s{0,9}(?:\[\\?#\]|$)|\s#)")


def opening(text: str) -> tuple[int, str]:
    """Where the page's own words begin, after its heading, and that heading."""
    heading = _TITLE.search(text)
    if heading is None:
        return 0, ""
    title = heading.group(1)
    # The theme prints the title before its list of contents, and again above the text.
    again = text.find(f"# {title}", heading.end())
    start = again + len(title) + 2 if again >= 0 else heading.end()
    link = HEADING_LINK.match(text, start)
    if link is not None:
        start = link.end()
    elif again < 0:
        start = _marked(text, start)
    return start, fold_whitespace(unescape_markdown(title))


def _marked(text: str, start: int) -> int:
    """Where a title ends that bears marks above the text, and none where it was printed first."""
    link = HEADING_LINK.search(text, start)
    begun = text.rfind("# ", start, link.start()) if link else -1
    return link.end() if link and begun >= 0 and text[begun - 1] != "#" else start


def end(text: str, start: int) -> int:
    """Where the page's own words end."""
    after = _AFTER.search(text, start)
    return after.start() if after else len(text)


def links(text: str, start: int, end: int) -> Links:
    """Where the page came from, and the pages before and after it."""
    repository = _REPOSITORY.search(text, 0, start)
    source = _SOURCE.search(text, 0, start)
    near = {
        one.group(1): unescape_markdown(one.group(2)).strip()
        for one in _NEIGHBOUR.finditer(text, end)
    }
    return Links(
        source.group(1) if source else None,
        repository.group(1) if repository else None,
        near.get("previous") or None,
        near.get("next") or None,
    )
