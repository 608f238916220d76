"""The first way in: Markdown with the theme's raw HTML left in.

The theme's chrome is cut away as text; the section that is left becomes a tree, whose blocks are
dealt out to the page and its entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mlx_keys.upstream.html_tree import Child, Node, TreeBuilder, parse_html, walk
from mlx_keys.upstream.model import Links, Page
from mlx_keys.upstream.model import Warning as PageWarning
from mlx_keys.upstream.text import fold_whitespace, unescape_html, unescape_markdown

from . import curator_header, limits, markdown_parser
from .entry_parser import Deal
from .placeholders import Aside

Warn = Callable[[str, int, str], None]

_MAIN = re.compile(r"^<div\s[^<>]{0,200}class=\"section\"", re.MULTILINE)
_HEADING = re.compile(r"^# [^\n]{0,500}<a\s[^<>]{0,500}class=\"headerlink\"", re.MULTILINE)
_AFTER = re.compile(
    r"^<div\s[^<>]{0,200}(?:prev-next-area|bd-sidebar-secondary|bd-footer)", re.MULTILINE
)
_CHROME = re.compile(r"^<div\s[^<>]{0,200}(?:id=\"main-content\"|class=\"bd-main\")", re.MULTILINE)
_NEIGHBOUR = re.compile(r"^(previous|next)\s*\n\s*\n([^\n<]+)$", re.MULTILINE)
_ANCHOR = re.compile(r"<a\s([^<>]{0,1000})>")
_FORMULA = re.compile(
    r"(<(?:div|span)(?: id=\"[^\"<>]{0,200}\")? class=\"math[^\"]{0,100}\">"
    # Its number, if it has one.
    r"(?:\s{0,9}<span class=\"eqno\">(?:(?!</span>).){0,1000}</span>)?)"
    r"((?:(?!</?(?:div|span)).){1,10000})(?=</(?:div|span)>)",
    re.DOTALL,
)
_CODE = re.compile(r"(<code\b[^<>]{0,500}>)((?:(?!</?code\b|\n\n).){1,2000})(?=</code>)", re.DOTALL)
_BETWEEN_TAGS = re.compile(r"(<[^<>]{0,2000}>)|([^<]+|<)")
_WRAPPED_TAG = re.compile(r"<[a-zA-Z][^<>]{0,2000}>")
# What pandoc leaves of a caption's attributes.
_LITTER = re.compile(r"[ \t]\{#[\w-]{1,80}(?:[ \t]\.[\w-]{1,80}){0,4}\}")


def recognise(text: str) -> bool:
    """Whether a page has this form."""
    return "\n<div " in text or text.startswith("<div ")


def read(text: str, source: str) -> Page:
    """Read a page of this form."""
    warnings: list[PageWarning] = []

    def warn(kind: str, line: int, message: str) -> None:
        warnings.append(PageWarning(kind, line, message))

    start, end = _main(text)
    chrome = _CHROME.search(text, 0, start)
    head = text[: chrome.start() if chrome else start]
    first = text.count("\n", 0, start) + 1
    deal = Deal(warn)
    deal.section(_tree(text[start:end], first, warn), first)
    return deal.page(source, _links(text, start, end), curator_header.read(head), warnings)


def _main(text: str) -> tuple[int, int]:
    """Where the page's own section begins and ends."""
    found = _MAIN.search(text) or _HEADING.search(text)
    start = found.start() if found else 0
    after = _AFTER.search(text, start)
    return start, after.start() if after else len(text)


def _tree(text: str, first: int, warn: Warn) -> list[Child]:
    reported: set[str] = set()

    def dropped(name: str) -> None:
        if name not in reported:
            reported.add(name)
            warn("dropped-markup", first, f"<{name}> was left out")

    text, origin = _unwrapped(_LITTER.sub("", text))
    aside = Aside()

    def formula(found: re.Match[str]) -> str:
        return found.group(1) + aside.put(unescape_html(found.group(2)))

    def code(found: re.Match[str]) -> str:
        return found.group(1) + _BETWEEN_TAGS.sub(
            lambda one: one.group(1) or aside.put(unescape_html(one.group(2))), found.group(2)
        )

    text = _CODE.sub(code, _FORMULA.sub(formula, text))
    most = limits.limit(text)
    if most is not None:
        warn(limits.KIND, first, limits.MESSAGE)
        text = text[:most] + aside.put(fold_whitespace(text[most:]))
    builder = TreeBuilder(dropped, aside.back)
    markdown_parser.add_blocks(builder, text, lambda line: origin[line] + first)
    return builder.children()


def _unwrapped(text: str) -> tuple[str, list[int]]:
    """Put every tag on one line, for headings and tables end with theirs.

    Returns:
        The text, and for each of its lines the line where that began before.
    """
    done: list[str] = []
    origin = [0]
    line = at = 0
    for tag in _WRAPPED_TAG.finditer(text):
        taken = tag.group(0).count("\n")
        if not taken:
            continue
        before = text[at : tag.start()]
        origin += range(line + 1, line + 1 + before.count("\n"))
        line += before.count("\n") + taken
        done += [before, re.sub(r"\s*\n\s*", " ", tag.group(0))]
        at = tag.end()
    origin += range(line + 1, line + 1 + text.count("\n", at))
    return "".join([*done, text[at:]]), origin


def _links(text: str, start: int, end: int) -> Links:
    found: dict[str, str] = {}
    for anchor in _ANCHOR.finditer(text, 0, start):
        node = next(walk(parse_html(anchor.group(0) + "</a>")), Node("a"))
        title, href = node.attributes.get("title"), fold_whitespace(node.attributes.get("href", ""))
        if title == "Source repository":
            found.setdefault("repository", href)
        elif title == "Download source file":
            found.setdefault("source", href)
    for neighbour in _NEIGHBOUR.finditer(text, end):
        if name := unescape_markdown(neighbour.group(2)).strip():
            found.setdefault(neighbour.group(1), name)
    return Links(
        found.get("source"), found.get("repository"), found.get("previous"), found.get("next")
    )
