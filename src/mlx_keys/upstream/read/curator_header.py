"""What a curator wrote in front of a page: guides, notes, examples, remarks.

It is not upstream's word: kept apart on the record, and marked as the curator's when rewritten.
"""

from __future__ import annotations

import re

from mlx_keys.upstream.html_tree import text, walk
from mlx_keys.upstream.model import Curated, Warn
from mlx_keys.upstream.text import fold_whitespace
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write.blocks import list_items, render_blocks
from mlx_keys.upstream.write.inline import plain_text, render_inline

from . import limits, markdown_parser
from .flat_prose import parse_inline

_ITEM = re.compile(r"(?:^|\s)-\s+(?=\S)")
_FENCE = re.compile(r"```(?:python)?")


def read(header: str) -> Curated:
    """Read a header in Markdown."""
    notes: list[str] = []
    guides: list[str] = []
    examples: list[str] = []
    header, comments = _split_comments(header)
    remarks = [_text_block(comment) for comment in comments]
    header, beyond_budget = _split_at_budget(header)
    section = ""
    for node in markdown_parser.parse_markdown(header):
        if isinstance(node, str):
            continue
        if node.tag in ("h1", "h2", "h3", "h4"):
            section = plain_text(node.children)
        elif node.tag == "ul" and not section:
            items = (item for item in walk(node.children) if item.tag == "li")
            guides += [plain_text(item.children) for item in items]
        elif node.tag == "ul":
            notes += [markdown.join_blocks(render_blocks(item)) for item in list_items(node)]
        elif node.tag == "pre":
            examples.append(text(node.children).strip("\n"))
        else:
            remarks += render_blocks([node])
    return Curated(tuple(notes), tuple(guides), tuple(examples), (*remarks, *beyond_budget))


def read_flat(header: str, warn: Warn) -> Curated:
    """Read a header that has lost its line ends, at the beginning of a page."""
    header, beyond_budget = _split_at_budget(header)
    before, _, after = header.partition("## Curated Notes")
    listed, _, shown = after.partition("### Examples")
    lead, *guides = _ITEM.split(before.strip())
    _, *notes = _ITEM.split(listed)
    examples: list[str] = []
    remarks = [lead]
    line = header.count("\n", 0, len(header) - len(shown)) + 1
    for number, part in enumerate(_FENCE.split(shown)):
        if number % 2:
            examples.append(part.strip())
            message = "a curator's example without its line ends is given as it stood"
            warn("crushed-code", line, message)
        else:
            remarks.append(part)
        line += part.count("\n")
    return Curated(
        tuple(_inline(note) for note in notes),
        tuple(fold_whitespace(guide) for guide in guides),
        tuple(examples),
        (*(markdown.paragraph(_inline(one)) for one in remarks if one.strip()), *beyond_budget),
    )


def _inline(text: str) -> str:
    return render_inline(parse_inline(text))


def _text_block(text: str) -> str:
    """A paragraph in which no mark is read."""
    return markdown.paragraph(markdown.escape(fold_whitespace(text)))


def _split_comments(header: str) -> tuple[str, list[str]]:
    """Split a header from its comments; one that never ends is none."""
    last = header.rfind("-->")
    parts: list[str] = []
    comments: list[str] = []
    position = 0
    while (start := header.find("<!--", position, max(last, 0))) >= 0:
        end = header.find("-->", start + 4)
        if end < 0:
            break
        parts.append(header[position:start])
        comments.append(header[start + 4 : end])
        position = end + 3
    return "".join([*parts, header[position:]]), comments


def _split_at_budget(header: str) -> tuple[str, list[str]]:
    """Split a header where its marks become too many: the rest is one remark."""
    end = limits.mark_budget_end(header)
    return (header, []) if end is None else (header[:end], [_text_block(header[end:])])
