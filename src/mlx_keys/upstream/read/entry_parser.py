"""Splits the blocks of a section into prose, entries and the entries' fields, in two passes.

1. *Blocks into entries.* An entry begins with a paragraph that holds a signature, told by the
   theme's classes; the blocks after it are its own until the next. A signature without a link of
   its own that prints the same name is another form of the entry.
2. *An entry into fields.* A field begins with its label (``Parameters:``); its content is what
   stands beside the label, the list below, and whatever stands between it and the next field.

::

    # pond.bucket                     title
    class bucket(size)#               entry pond.bucket, its signature
    Something to carry.               ... its summary
    Parameters:                       ... a field,
      * size (int) - In hands.        ... its content
    full: bool#                       entry pond.bucket.full
    Whether nothing more goes in.     ... its summary
    Methods                           a rubric: this, and what follows, is prose of pond.bucket
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from mlx_keys.upstream.html_tree import Child, Node
from mlx_keys.upstream.model import Page, Warn
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write.blocks import render_blocks
from mlx_keys.upstream.write.inline import BLOCK_TAGS, is_permalink, plain_text, render_inline

from .entry_builder import EntryBuilder, split_declaration

_SIGNATURE_CLASSES = frozenset({"sig-name", "descname", "sig-prename", "descclassname", "property"})
#: Headings above the tables of a class's members. They come after the last member's own entry.
_MEMBER_RUBRICS = ("Methods", "Attributes")
_RUBRICS = (*_MEMBER_RUBRICS, "Example", "Examples", "Note", "Notes", "References")
_LABEL = re.compile(r"[A-Z][\w ]{1,40}")


@dataclass
class _Field:
    label: str
    content: list[Child]


@dataclass
class _EntryBlocks:
    """An entry whose signatures are read, and the blocks that belong to it."""

    builder: EntryBuilder
    blocks: list[Node] = field(default_factory=list)


@dataclass
class _Section:
    """What the first pass gives: the blocks before the first entry, and the entries in order."""

    title: str = ""
    prose: list[Node] = field(default_factory=list)
    entries: list[_EntryBlocks] = field(default_factory=list)
    classes: dict[str, EntryBuilder] = field(default_factory=dict)


def parse_section(children: Sequence[Child], first_line: int, warn: Warn, source: str) -> Page:
    """Read a page's own section, whose tree begins on a line of the page (from 1)."""
    section = _split_into_entries(_flatten(children), first_line, warn)
    for entry in section.entries:
        _read_fields(entry, section.classes)
    body = [block for node in section.prose for block in render_blocks([node], headings=True)]
    return Page(
        source=source,
        title=section.title,
        body=markdown.join_blocks(body),
        entries=tuple(entry.builder.build() for entry in section.entries),
    )


def _split_into_entries(blocks: Sequence[Node], line: int, warn: Warn) -> _Section:
    """First pass: begin an entry at each signature, and append each block to its entry."""
    section = _Section()
    for block in blocks:
        line = block.line or line
        if block.tag == "h1" and not section.title:
            section.title = plain_text(block.children)
            continue
        for signature in _signature_lines(block):
            _add_signature(section, signature, line, warn)
        (section.entries[-1].blocks if section.entries else section.prose).append(block)
    return section


def _add_signature(section: _Section, signature: Sequence[Child], line: int, warn: Warn) -> None:
    """Add a signature to the last entry if it is an overload of it, otherwise to a new entry."""
    permalinks = (child for child in signature if isinstance(child, Node) and is_permalink(child))
    anchor = next(permalinks, Node("a")).attributes.get("href", "").partition("#")[2]
    declaration = split_declaration(plain_text(signature))
    last = section.entries[-1].builder.name.rpartition(".")[2] if section.entries else None
    if anchor or declaration.name != last:
        name = anchor or section.title or declaration.name
        kind = declaration.kind_in(section.classes, name)
        builder = EntryBuilder(name, kind, line, warn)
        section.entries.append(_EntryBlocks(builder))
        if kind == "class":
            section.classes[builder.name] = builder
    section.entries[-1].builder.add_signature(declaration)


def _read_fields(entry: _EntryBlocks, classes: dict[str, EntryBuilder]) -> None:
    """Second pass: fill an entry from its blocks; member tables go to its class."""
    owner = entry.builder
    for part in _split_into_fields(entry.blocks):
        if isinstance(part, _Field):
            entry.builder.add_field(part.label, part.content)
        elif _signature_lines(part):
            prose = _below_signatures(part)
            if plain_text(prose):
                entry.builder.add_prose([markdown.paragraph(render_inline(prose))])
        else:
            if part.tag == "p" and plain_text(part.children) in _MEMBER_RUBRICS:
                owner = classes.get(owner.name.rpartition(".")[0], owner)
            owner.add_prose(render_blocks([part]))


def _split_into_fields(blocks: Sequence[Node]) -> Iterator[Node | _Field]:
    """The fields of an entry, and the blocks that belong to none, in order."""
    current: _Field | None = None
    # Blocks below a field that belong to it if another field follows, and are prose if none does.
    pending: list[Node] = []
    for block in blocks:
        label = _field_label(block)
        if label:
            if current is not None:
                current.content += pending
                pending = []
                yield current
            current = _Field(label, _after_break(block.children))
        elif current is None:
            yield block
        elif block.tag in ("ul", "ol") and not pending and not plain_text(current.content):
            current.content.append(block)
        elif _may_continue_field(block):
            pending.append(block)
        else:
            yield current
            yield from pending
            yield block
            current, pending = None, []
    if current is not None:
        yield current
        yield from pending


def _may_continue_field(block: Node) -> bool:
    """Whether a block may belong to the field above: a list, a quotation or plain prose."""
    if block.tag == "p":
        text = plain_text(block.children).rstrip(":")
        return text not in _RUBRICS and not _signature_lines(block)
    return block.tag in ("ul", "ol", "blockquote")


def _field_label(block: Node) -> str:
    """The label of the field that a block opens, or ""."""
    if block.tag != "p" or len(block.children) < 2:  # noqa: PLR2004 - a name and its colon
        return ""
    name, colon = block.children[:2]
    if isinstance(colon, str) or "colon" not in colon.classes or not isinstance(name, str):
        return ""
    return name.strip() if _LABEL.fullmatch(name.strip()) else ""


def _signature_lines(block: Node) -> list[list[Child]]:
    """The leading lines of a paragraph that are signatures; empty if it begins otherwise."""
    words = (child for child in block.children if not isinstance(child, str) or child.strip())
    first = next(words, None)
    if block.tag != "p" or not isinstance(first, Node):
        return []
    if _SIGNATURE_CLASSES.isdisjoint(first.classes):
        return []
    return list(takewhile(_is_signature_line, _lines(block.children)))


def _below_signatures(block: Node) -> list[Child]:
    """What a paragraph says below the lines that are signatures."""
    below = _lines(block.children)[len(_signature_lines(block)) :]
    return [child for line in below for child in (*line, "\n")]


def _is_signature_line(line: Sequence[Child]) -> bool:
    return any(isinstance(child, Node) and "sig-name" in child.classes for child in line)


def _flatten(children: Sequence[Child]) -> list[Node]:
    """The blocks of a section, plain containers opened; loose text becomes paragraphs."""
    blocks: list[Node] = []
    for is_loose, group in groupby(children, _is_loose):
        if is_loose:
            words = list(group)
            if any(isinstance(word, Node) or word.strip() for word in words):
                blocks.append(Node("p", {}, words))
            continue
        for child in group:
            if isinstance(child, Node) and child.tag == "div" and not _is_semantic(child):
                blocks += _flatten(child.children)
            elif isinstance(child, Node):
                blocks.append(child)
    return blocks


def _is_loose(child: Child) -> bool:
    return isinstance(child, str) or child.tag not in BLOCK_TAGS


def _is_semantic(container: Node) -> bool:
    names = " ".join(container.classes)
    return any(word in names for word in ("admonition", "math", "highlight"))


def _after_break(children: Sequence[Child]) -> list[Child]:
    """What follows the line break after a label; without one, what follows the label's colon."""
    breaks = (i for i, c in enumerate(children) if isinstance(c, Node) and c.tag == "br")
    return list(children[next(breaks, 1) + 1 :])


def _lines(children: Sequence[Child]) -> list[list[Child]]:
    lines: list[list[Child]] = [[]]
    for child in children:
        if isinstance(child, Node) and child.tag == "br":
            lines.append([])
        else:
            lines[-1].append(child)
    return lines
