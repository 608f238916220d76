"""Blocks of the tree of HTML as MyST Markdown: paragraphs, lists, tables, code, admonitions.

The content of a paragraph is rendered by :mod:`.inline`; every mark is written by :mod:`.markdown`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import dedent

from mlx_keys.upstream.html_tree import Child, Node, text, walk

from . import markdown
from .code_language import detect_language
from .inline import BLOCK_TAGS, is_equation_number, plain_text, render_inline, tex_of

_ADMONITION_WORDS = "attention caution danger error hint important note seealso tip warning"
#: The directives that a block may become. With ``math`` and ``py:...`` they are all that a clean
#: page holds: nothing that a scraped page says can open another.
ADMONITIONS = frozenset(_ADMONITION_WORDS.split())
_ROWS = frozenset({"thead", "tbody", "tfoot", "tr"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LANGUAGE = re.compile(r"(?:highlight|language)-(\w+)")
#: How deep blocks may nest; a list and an admonition count twice.
_MAX_DEPTH = 16


def render_blocks(children: Sequence[Child], headings: bool = False, depth: int = 0) -> list[str]:
    """Render blocks, each as one text; inline content between them makes paragraphs.

    Args:
        children: Blocks and inline content.
        headings: Whether a heading stays one; else it becomes a bold line.
        depth: How many lists, quotations and admonitions are around them; beyond a limit, blocks
            are rendered as inline content.
    """
    done: list[str] = []
    loose: list[Child] = []  # inline content since the last block
    for child in children:
        if isinstance(child, Node) and child.tag in BLOCK_TAGS and depth < _MAX_DEPTH:
            if loose:
                done.append(markdown.paragraph(render_inline(loose)))
                loose = []
            done += _render_block(child, headings, depth)
        else:
            loose.append(child)
    if loose:
        done.append(markdown.paragraph(render_inline(loose)))
    return [block for block in done if block]


def list_items(node: Node) -> list[list[Child]]:
    """Return the content of each item of a list; content between items makes an item of its own."""
    items: list[list[Child]] = []
    loose: list[Child] = []  # content since the last item
    for child in node.children:
        if isinstance(child, str) or child.tag != "li":
            loose.append(child)
            continue
        if plain_text(loose):
            items.append(loose)
        loose = []
        items.append(child.children)
    return [*items, loose] if plain_text(loose) else items


def _code_block(code: str, classes: Sequence[str]) -> str:
    """Render code in a plain fence, which nothing runs, in the language of a class if it can be."""
    if not code.strip():
        return ""
    found = _LANGUAGE.search(" ".join(classes))
    announced = found[1].lower() if found else ""
    # Python code may be indented as a whole, as it was on the page.
    return markdown.fence(code, detect_language(dedent(code), announced))


def _render_block(node: Node, headings: bool, depth: int) -> Iterator[str]:
    """Render one block; some make two, or more than one text."""
    classes = node.classes
    if node.tag == "p":
        yield markdown.paragraph(render_inline(node.children))
    elif node.tag == "pre":
        inner = node.children[0] if node.children else ""
        inner_classes = inner.classes if isinstance(inner, Node) else []
        yield _code_block(text(node.children), [*inner_classes, *classes])
    elif node.tag in ("ul", "ol"):
        items = (render_blocks(item, depth=depth + 2) for item in list_items(node))
        yield markdown.item_list(map(markdown.join_blocks, items), numbered=node.tag == "ol")
    elif node.tag == "table":
        yield markdown.paragraph(render_inline(list(_outside_cells(node))))
        yield markdown.table([list(map(render_inline, row)) for row in _rows(node)])
    elif node.tag == "blockquote":
        quoted = markdown.join_blocks(render_blocks(node.children, depth=depth + 1))
        yield "\n".join(f"> {line}".rstrip() for line in quoted.split("\n")) if quoted else ""
    elif node.tag in _HEADINGS:
        title = render_inline(node.children)
        if title:
            bold = markdown.paragraph(title if "*" in title else markdown.emphasis(title, "**"))
            yield markdown.heading(title, max(2, int(node.tag[1]))) if headings else bold
    elif "math" in classes:
        numbers = [one for one in walk(node.children) if is_equation_number(one)]
        yield markdown.paragraph(render_inline(numbers))
        yield markdown.math_block(tex_of(node))
    elif "admonition" in classes:
        yield _admonition(node, depth)
    elif language := next((one for one in classes if _LANGUAGE.match(one)), ""):
        # The theme puts the language on an element around the code.
        inside = [_with_class(child, language) for child in node.children]
        yield from render_blocks(inside, depth=depth)
    else:
        yield from render_blocks(node.children, headings, depth)


def _admonition(node: Node, depth: int) -> str:
    kind = next((name for name in node.classes if name in ADMONITIONS), "note")
    blocks = render_blocks(node.children, depth=depth + 2)
    # The theme repeats the kind as a title.
    has_title = bool(blocks) and blocks[0].strip("*").lower() in (kind, "see also")
    body = blocks[1:] if has_title else blocks
    # Sphinx warns of an admonition without a body.
    inner = markdown.join_blocks(body or blocks)
    return markdown.fence(inner, f"{{{kind}}}") if body else inner


def _with_class(child: Child, name: str) -> Child:
    """Add a class to an element that may hold code."""
    if isinstance(child, str) or child.tag not in ("div", "pre"):
        return child
    classes = " ".join([*child.classes, name])
    return Node(child.tag, {**child.attributes, "class": classes}, child.children, child.line)


def _rows(node: Node) -> Iterator[list[list[Child]]]:
    """The content of each cell, row by row."""
    for child in node.children:
        if isinstance(child, str) or child.tag not in _ROWS:
            continue
        if child.tag == "tr":
            yield [
                cell.children
                for cell in child.children
                if isinstance(cell, Node) and cell.tag in ("td", "th")
            ]
        else:
            yield from _rows(child)


def _outside_cells(node: Node) -> Iterator[Child]:
    """The content of a table that no cell holds: its caption, and what is misplaced in a row."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag in _ROWS:
            yield from _outside_cells(child)
        elif node.tag != "tr" or child.tag not in ("td", "th"):
            yield child
