"""What a curator wrote in front of a page: guides, notes, examples, remarks.

It is not upstream's word: kept apart on the record, and marked as the curator's when rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt

from . import markup
from .crushed import nodes
from .prose import blocks, inline, plain
from .records import Curated
from .tree import Node, parse, text, walk

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


def read(head: str) -> Curated:
    """Read a curator's header in Markdown, as the first form has it."""
    notes: list[str] = []
    guides: list[str] = []
    examples: list[str] = []
    remarks = [markup.escape(markup.fold(one)) for one in _COMMENT.findall(head)]
    section = ""
    for node in parse(MarkdownIt("commonmark").render(_COMMENT.sub("", head))):
        if isinstance(node, str):
            continue
        if node.tag in ("h1", "h2", "h3", "h4"):
            section = plain(node.children)
        elif node.tag == "ul" and not section:
            guides += [plain(item.children) for item in walk(node.children) if item.tag == "li"]
        elif node.tag == "ul":
            items = [item for item in node.children if isinstance(item, Node)]
            notes += ["\n\n".join(blocks(item.children)) for item in items]
        elif node.tag == "pre":
            examples.append(text(node.children).strip("\n"))
        else:
            remarks += blocks([node])
    return Curated(tuple(notes), tuple(guides), tuple(examples), tuple(remarks))


def read_flat(head: str, warn: Callable[[str, str], None]) -> Curated:
    """Read a curator's header that has lost its line ends."""
    lead, _, rest = head.partition("## Curated Notes")
    said, _, shown = rest.partition("### Examples")
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
        tuple(inline(nodes(one)) for one in notes),
        tuple(markup.fold(one) for one in guides),
        tuple(examples),
        tuple(markup.opening(inline(nodes(one))) for one in remarks if one.strip()),
    )
