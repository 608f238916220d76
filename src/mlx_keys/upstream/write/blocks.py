"""A tree of HTML as blocks of MyST Markdown.

Everything is written by :mod:`mlx_keys.upstream.write.markdown`, and what a paragraph holds by
:mod:`~mlx_keys.upstream.write.inline`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import dedent

from mlx_keys.upstream.html_tree import Child, Node, text, walk

from . import markdown
from .code_language import detect_language
from .inline import BLOCK_TAGS, is_equation_number, plain_text, render_inline, tex_of

#: What may stand in a fence's braces on a rewritten page; see DESIGN 8.
ADMONITIONS_WORDS = "attention caution danger error hint important note seealso tip warning"
ADMONITIONS = frozenset(ADMONITIONS_WORDS.split())
_ROWS = frozenset({"thead", "tbody", "tfoot", "tr"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LANGUAGE = re.compile(r"(?:highlight|language)-(\w+)")
#: How deep blocks may nest: less than :mod:`~mlx_keys.upstream.read.markdown_parser` reads, which
#: counts a list twice as well, so that what is written comes back as it was.
_DEEPEST_BLOCK = 16


def render_blocks(children: Sequence[Child], headings: bool = False, depth: int = 0) -> list[str]:
    """Blocks of Markdown, in order.

    Args:
        children: Blocks, or loose inline content, which makes paragraphs.
        headings: Whether a heading may stay one; else it becomes a bold line.
        depth: How deep they stand in lists, quotations and admonitions; too deep, all is prose.
    """
    done: list[str] = []
    loose: list[Child] = []
    for child in children:
        if isinstance(child, Node) and child.tag in BLOCK_TAGS and depth < _DEEPEST_BLOCK:
            if loose:
                done.append(markdown.paragraph(render_inline(loose)))
                loose = []
            done += _block(child, headings, depth)
        else:
            loose.append(child)
    if loose:
        done.append(markdown.paragraph(render_inline(loose)))
    return [block for block in done if block]


def list_items(node: Node) -> list[list[Child]]:
    """What each item of a list holds; what stands between items is one of its own."""
    found: list[list[Child]] = []
    loose: list[Child] = []
    for child in node.children:
        if isinstance(child, str) or child.tag != "li":
            loose.append(child)
            continue
        if plain_text(loose):
            found.append(loose)
        loose = []
        found.append(child.children)
    return [*found, loose] if plain_text(loose) else found


def code_block(raw: str, classes: Sequence[str] = ()) -> str:
    """Code in a plain fence, its language as the page has it if that can be."""
    found = _LANGUAGE.search(" ".join(classes))
    named = found[1].lower() if found else ""
    # A margin that all lines have is the page's, not the code's.
    return markdown.fence(raw, detect_language(dedent(raw), named)) if raw.strip() else ""


def _block(node: Node, headings: bool, depth: int) -> Iterator[str]:
    classes = node.classes
    if node.tag == "p":
        yield markdown.paragraph(render_inline(node.children))
    elif node.tag == "pre":
        inner = node.children[0] if node.children else ""
        named = inner.classes if isinstance(inner, Node) else []
        yield code_block(text(node.children), [*named, *classes])
    elif node.tag in ("ul", "ol"):
        yield markdown.item_list(
            (
                markdown.join_blocks(render_blocks(item, depth=depth + 2))
                for item in list_items(node)
            ),
            node.tag == "ol",
        )
    elif node.tag == "table":
        yield markdown.paragraph(render_inline(list(_beside(node))))
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
        yield markdown.paragraph(
            render_inline([one for one in walk(node.children) if is_equation_number(one)])
        )
        yield markdown.math_block(tex_of(node))
    elif "admonition" in classes:
        yield _admonition(node, depth)
    elif spoken := next((one for one in classes if _LANGUAGE.match(one)), ""):
        # The language stands on an element around the code.
        yield from render_blocks([_called(child, spoken) for child in node.children], depth=depth)
    else:
        yield from render_blocks(node.children, headings, depth)


def _admonition(node: Node, depth: int) -> str:
    kind = next((name for name in node.classes if name in ADMONITIONS), "note")
    inner = said = render_blocks(node.children, depth=depth + 2)
    # The theme repeats the kind as a title of its own.
    if inner and inner[0].strip("*").lower() in (kind, "see also"):
        inner = inner[1:]
    # Sphinx wants something in it.
    return (
        markdown.fence(markdown.join_blocks(inner), f"{{{kind}}}")
        if inner
        else markdown.join_blocks(said)
    )


def _called(child: Child, named: str) -> Child:
    """What may hold code, with the class that names the language of the element around it."""
    if isinstance(child, str) or child.tag not in ("div", "pre"):
        return child
    classes = " ".join([*child.classes, named])
    return Node(child.tag, {**child.attributes, "class": classes}, child.children, child.line)


def _rows(node: Node) -> Iterator[list[list[Child]]]:
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


def _beside(node: Node) -> Iterator[Child]:
    """What a table says outside of its cells: its caption, and what should stand in a cell."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        elif child.tag in _ROWS:
            yield from _beside(child)
        elif node.tag != "tr" or child.tag not in ("td", "th"):
            yield child
