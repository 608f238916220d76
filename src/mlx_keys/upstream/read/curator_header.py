"""What a curator wrote in front of a page: guides, notes, examples, remarks.

It is not upstream's word: kept apart on the record, and marked as the curator's when rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mlx_keys.upstream.html_tree import text, walk
from mlx_keys.upstream.model import Curated
from mlx_keys.upstream.text import fold_whitespace
from mlx_keys.upstream.write import markdown as markup
from mlx_keys.upstream.write.blocks import list_items, render_blocks
from mlx_keys.upstream.write.inline import plain_text, render_inline

from . import limits, markdown_parser
from .flat_prose import nodes


def read(head: str) -> Curated:
    """Read a curator's header in Markdown, as the first form has it."""
    notes: list[str] = []
    guides: list[str] = []
    examples: list[str] = []
    head, comments = _parted(head)
    remarks = [markup.paragraph(markup.escape(fold_whitespace(one))) for one in comments]
    head, rest = _bounded(head)
    section = ""
    for node in markdown_parser.parse_markdown(head):
        if isinstance(node, str):
            continue
        if node.tag in ("h1", "h2", "h3", "h4"):
            section = plain_text(node.children)
        elif node.tag == "ul" and not section:
            guides += [
                plain_text(item.children) for item in walk(node.children) if item.tag == "li"
            ]
        elif node.tag == "ul":
            notes += [markup.join_blocks(render_blocks(item)) for item in list_items(node)]
        elif node.tag == "pre":
            examples.append(text(node.children).strip("\n"))
        else:
            remarks += render_blocks([node])
    return Curated(tuple(notes), tuple(guides), tuple(examples), (*remarks, *rest))


def read_flat(head: str, warn: Callable[[str, str], None]) -> Curated:
    """Read a curator's header that has lost its line ends."""
    head, rest = _bounded(head)
    lead, _, said = head.partition("## Curated Notes")
    said, _, shown = said.partition("### Examples")
    note, *guides = re.split(r"(?:^|\s)-\s+(?=\S)", lead.strip())
    _, *notes = re.split(r"(?:^|\s)-\s+(?=\S)", said)
    examples: list[str] = []
    remarks = [note]
    for number, part in enumerate(re.split(r"```(?:python)?", shown)):
        if number % 2:
            examples.append(part.strip())
            warn("crushed-code", "a curator's example without its line ends is given as it stood")
        else:
            remarks.append(part)
    return Curated(
        tuple(render_inline(nodes(one)) for one in notes),
        tuple(fold_whitespace(one) for one in guides),
        tuple(examples),
        (*(markup.paragraph(render_inline(nodes(one))) for one in remarks if one.strip()), *rest),
    )


def _parted(head: str) -> tuple[str, list[str]]:
    """A header without its comments, and those; one that never ends is none."""
    last = head.rfind("-->")
    said: list[str] = []
    comments: list[str] = []
    at = 0
    while (start := head.find("<!--", at, max(last, 0))) >= 0:
        end = head.find("-->", start + 4)
        if end < 0:
            break
        said.append(head[at:start])
        comments.append(head[start + 4 : end])
        at = end + 3
    return "".join([*said, head[at:]]), comments


def _bounded(head: str) -> tuple[str, list[str]]:
    """A header as far as it is to be read, and the rest as a remark."""
    most = limits.limit(head)
    if most is None:
        return head, []
    return head[:most], [markup.paragraph(markup.escape(fold_whitespace(head[most:])))]
