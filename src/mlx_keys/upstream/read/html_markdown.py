"""A page in Markdown with the theme's raw HTML left in, as a record.

The theme's chrome is cut away as text; the section that is left becomes a tree, whose blocks
:mod:`.entry_parser` splits into the page's own prose and its entries.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mlx_keys.upstream.html_tree import Child, Node, TreeBuilder, parse_html, walk
from mlx_keys.upstream.model import Links, Page, Warn
from mlx_keys.upstream.text import fold_whitespace, unescape_html, unescape_markdown

from . import curator_header, entry_parser, limits, markdown_parser
from .placeholders import Placeholders

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
_TAG_OR_TEXT = re.compile(r"(<[^<>]{0,2000}>)|([^<]+|<)")
_WRAPPED_TAG = re.compile(r"<[a-zA-Z][^<>]{0,2000}>")
# What pandoc leaves of a caption's attributes.
_LITTER = re.compile(r"[ \t]\{#[\w-]{1,80}(?:[ \t]\.[\w-]{1,80}){0,4}\}")


def matches(text: str) -> bool:
    """Whether a page has this form."""
    return "\n<div " in text or text.startswith("<div ")


def read(text: str, source: str, warn: Warn) -> Page:
    """Read a page of this form; ``source`` is its file name."""
    start, end = _find_section(text)
    chrome = _CHROME.search(text, 0, start)
    header = text[: chrome.start() if chrome else start]
    first_line = text.count("\n", 0, start) + 1
    tree = _parse(text[start:end], first_line, warn)
    page = entry_parser.parse_section(tree, first_line, warn, source)
    return replace(page, links=_links(text, start, end), curated=curator_header.read(header))


def _find_section(text: str) -> tuple[int, int]:
    """Where the page's own section begins and ends."""
    heading = _MAIN.search(text) or _HEADING.search(text)
    start = heading.start() if heading else 0
    after = _AFTER.search(text, start)
    return start, after.start() if after else len(text)


def _parse(text: str, first_line: int, warn: Warn) -> list[Child]:
    """The tree of a section that begins on this line of the page."""
    reported: set[str] = set()

    def on_dropped(tag: str) -> None:
        if tag not in reported:
            reported.add(tag)
            warn("dropped-markup", first_line, f"<{tag}> was left out")

    text, origin = _unwrap_tags(_LITTER.sub("", text))
    placeholders = Placeholders()

    def stash_formula(match: re.Match[str]) -> str:
        return match[1] + placeholders.stash(unescape_html(match[2]))

    def stash_code(match: re.Match[str]) -> str:
        return match[1] + _TAG_OR_TEXT.sub(
            lambda part: part[1] or placeholders.stash(unescape_html(part[2])), match[2]
        )

    text = _CODE.sub(stash_code, _FORMULA.sub(stash_formula, text))
    end = limits.mark_budget_end(text)
    if end is not None:
        warn(limits.WARNING_KIND, first_line, limits.WARNING_MESSAGE)
        text = text[:end] + placeholders.stash(fold_whitespace(text[end:]))
    builder = TreeBuilder(on_dropped, placeholders.restore)
    markdown_parser.add_blocks(builder, text, lambda line: origin[line] + first_line)
    return builder.children()


def _unwrap_tags(text: str) -> tuple[str, list[int]]:
    """Put every tag on one line: to Markdown, a heading and a row of a table end with their line.

    Returns:
        The text, and for each of its lines the line on which that began before.
    """
    parts: list[str] = []
    origin = [0]
    line = position = 0
    for tag in _WRAPPED_TAG.finditer(text):
        line_ends = tag[0].count("\n")
        if not line_ends:
            continue
        before = text[position : tag.start()]
        origin += range(line + 1, line + 1 + before.count("\n"))
        line += before.count("\n") + line_ends
        parts += [before, re.sub(r"\s*\n\s*", " ", tag[0])]
        position = tag.end()
    origin += range(line + 1, line + 1 + text.count("\n", position))
    return "".join([*parts, text[position:]]), origin


def _links(text: str, start: int, end: int) -> Links:
    links: dict[str, str] = {}
    for anchor in _ANCHOR.finditer(text, 0, start):
        node = next(walk(parse_html(anchor[0] + "</a>")), Node("a"))
        title = node.attributes.get("title")
        href = fold_whitespace(node.attributes.get("href", ""))
        if title == "Source repository":
            links.setdefault("repository", href)
        elif title == "Download source file":
            links.setdefault("source", href)
    for neighbour in _NEIGHBOUR.finditer(text, end):
        if name := unescape_markdown(neighbour[2]).strip():
            links.setdefault(neighbour[1], name)
    return Links(**links)
