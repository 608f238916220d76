"""Blocks of a page, dealt out to the page itself and to its entries.

An entry begins with a paragraph that holds a signature, told by the theme's classes. What follows
belongs to it until the next; its fields (Parameters, Returns, ...) are told by their labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, takewhile

from mlx_keys.upstream.html_tree import Child, Node
from mlx_keys.upstream.model import Curated, Links, Page
from mlx_keys.upstream.model import Warning as PageWarning
from mlx_keys.upstream.write import markdown
from mlx_keys.upstream.write.blocks import render_blocks
from mlx_keys.upstream.write.inline import BLOCK_TAGS, is_permalink, plain_text, render_inline

from .entry_builder import Draft, Warn, printed

_SIGNATURE = frozenset({"sig-name", "descname", "sig-prename", "descclassname", "property"})
_RUBRICS = ("Methods", "Attributes")


class Deal:
    """Deals a section's blocks out."""

    def __init__(self, warn: Warn) -> None:
        self._warn = warn
        self._title = ""
        self._body: list[str] = []
        self._drafts: list[Draft] = []
        self._told: Draft | None = None
        self._classes: dict[str, Draft] = {}
        self._line = 1
        self._field: tuple[str, list[Child]] | None = None
        self._held: list[Child] = []

    def section(self, children: Sequence[Child], first: int) -> None:
        """Deal out a whole section that begins at line ``first``."""
        self._line = first
        for child in _flattened(children):
            self._line = child.line or self._line
            self._block(child)
        self._end_field()

    def page(
        self, source: str, links: Links, curated: Curated, warnings: Sequence[PageWarning]
    ) -> Page:
        """Give the finished page."""
        return Page(
            source=source,
            title=self._title,
            body=markdown.join_blocks(self._body),
            entries=tuple(draft.entry() for draft in self._drafts),
            links=links,
            curated=curated,
            warnings=tuple(warnings),
        )

    def _block(self, node: Node) -> None:
        if node.tag == "h1" and not self._title:
            self._title = plain_text(node.children)
        elif node.tag == "p" and _signed(node):
            self._end_field()
            self._signature(node)
        elif node.tag == "p" and self._drafts and (label := _label(node)):
            self._resume_field()
            self._end_field()
            self._field = (label, _after_break(node.children))
        elif self._field is not None:
            self._hold(node)
        else:
            self._prose(node)

    def _hold(self, node: Node) -> None:
        """A block below a field: its list, or what may belong to it if another field follows."""
        assert self._field is not None  # noqa: S101 - for the type checker
        children = self._field[1]
        if node.tag in ("ul", "ol") and not self._held and not plain_text(children):
            children.append(node)
        elif node.tag in ("p", "ul", "ol", "blockquote") and not _is_rubric(node):
            self._held.append(node)
        else:
            self._end_field()
            self._prose(node)

    def _resume_field(self) -> None:
        """Another field follows: what was held in between belongs to the one before."""
        if self._field is not None:
            self._field[1].extend(self._held)
            self._held = []

    def _end_field(self) -> None:
        if self._field is not None:
            self._drafts[-1].field(*self._field)
            self._field = None
        held, self._held = self._held, []
        for node in held:
            if isinstance(node, Node):
                self._prose(node)

    def _prose(self, node: Node) -> None:
        if not self._drafts:
            self._body += render_blocks([node], headings=True)
            return
        # The class's own tables of members stand below its members.
        told = self._told or self._drafts[-1]
        if node.tag == "p" and plain_text(node.children) in _RUBRICS:
            told = self._told = self._classes.get(told.name.rpartition(".")[0], told)
        told.add(render_blocks([node]))

    def _signature(self, node: Node) -> None:
        """A paragraph of signatures, one a line, and the summary after them."""
        lines = _lines(node.children)
        signed = list(takewhile(lambda line: any(_is_name(child) for child in line), lines))
        if not signed:
            self._prose(node)
            return
        for line in signed:
            self._one_signature(line)
        rest: list[Child] = []
        for line in lines[len(signed) :]:
            rest += [*line, "\n"]
        if plain_text(rest):
            self._drafts[-1].add([markdown.paragraph(render_inline(rest))])

    def _one_signature(self, line: list[Child]) -> None:
        link = next((n for n in line if isinstance(n, Node) and is_permalink(n)), None)
        target = link.attributes.get("href", "").partition("#")[2] if link else ""
        said = plain_text(line)
        kind, name, _ = printed(said)
        if not target and self._drafts and name == self._drafts[-1].name.rpartition(".")[2]:
            target = self._drafts[-1].name
        else:
            target = target or self._title or name
            nested = target.rpartition(".")[0] in self._classes
            if kind == "function" and (nested or name.rpartition(".")[0]):
                kind = "method"
            self._drafts.append(Draft(target, kind, self._line, self._warn))
            self._told = self._drafts[-1]
            if kind == "class":
                self._classes[self._told.name] = self._told
        self._drafts[-1].sign(said)


def _flattened(children: Sequence[Child]) -> list[Node]:
    """The blocks of a section, plain containers opened; loose text becomes paragraphs."""
    done: list[Node] = []
    for loose, group in groupby(children, _is_loose):
        if loose:
            words = list(group)
            if any(isinstance(word, Node) or word.strip() for word in words):
                done.append(Node("p", {}, words))
            continue
        for child in group:
            if isinstance(child, Node) and child.tag == "div" and not _means(child):
                done += _flattened(child.children)
            elif isinstance(child, Node):
                done.append(child)
    return done


def _is_loose(child: Child) -> bool:
    return isinstance(child, str) or child.tag not in BLOCK_TAGS


def _means(node: Node) -> bool:
    names = " ".join(node.classes)
    return any(word in names for word in ("admonition", "math", "highlight"))


def _signed(node: Node) -> bool:
    first = next((c for c in node.children if not (isinstance(c, str) and not c.strip())), None)
    return isinstance(first, Node) and not _SIGNATURE.isdisjoint(first.classes)


def _is_name(child: Child) -> bool:
    return isinstance(child, Node) and "sig-name" in child.classes


def _label(node: Node) -> str:
    """The label of the field that a paragraph opens, or ""."""
    if len(node.children) > 1 and isinstance(node.children[1], Node):
        name = str(node.children[0]).strip() if isinstance(node.children[0], str) else ""
        if "colon" in node.children[1].classes and re.fullmatch(r"[A-Z][\w ]{1,40}", name):
            return name
    return ""


def _is_rubric(node: Node) -> bool:
    """A line that announces something else: ``Example``, ``Notes``, ``Methods``."""
    words = plain_text(node.children).rstrip(":")
    return node.tag == "p" and (
        words in _RUBRICS or words in ("Example", "Examples", "Note", "Notes", "References")
    )


def _after_break(children: Sequence[Child]) -> list[Child]:
    at = next((i for i, c in enumerate(children) if isinstance(c, Node) and c.tag == "br"), 1)
    return list(children[at + 1 :])


def _lines(children: Sequence[Child]) -> list[list[Child]]:
    lines: list[list[Child]] = [[]]
    for child in children:
        if isinstance(child, Node) and child.tag == "br":
            lines.append([])
        else:
            lines[-1].append(child)
    return lines
