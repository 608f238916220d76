"""The position of each key: the root at the left on a wide screen, at the top on a narrow one.

Both layouts are made of the same parts. A key's *card* is its glyph with the words beside it; in
the wide layout the expression is above the glyph, in the narrow one beside it. Draws and faults are
below the glyph as *notes*. Lengths are CSS pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .limits import count_columns, truncate
from .node import Node

GLYPH = 48
#: A column of a monospaced font at 13 px: 0.6 em in most fonts, a little more in some.
COLUMN = 7.9
LINE = 18
BESIDE = 12
NOTE_INDENT = 18
WIDE_GAP_X, WIDE_GAP_Y = 46, 22
NARROW_INDENT, NARROW_GAP_Y = 28, 18
#: What a page of 390 px leaves between its margins.
PHONE = 358
#: In columns. Of a longer label only the last call is shown: the line to the parent shows the rest.
LONGEST_LABEL = 26
LONGEST_NOTE = 32


@dataclass(frozen=True)
class TextLine:
    """A line of text: the left end of its baseline, and its role.

    The role of a text beside the glyph is ``name``, ``call`` or ``word``; that of a note below it
    is ``draw`` or ``fault``.
    """

    x: float
    y: float
    text: str
    role: str


@dataclass(frozen=True)
class Card:
    """A key at its position in the picture.

    Attributes:
        node: The key.
        x: The left edge of the glyph.
        y: The upper edge of the glyph.
        texts: Name, expression and words.
        notes: Draws and faults, below the glyph.
    """

    node: Node
    x: float
    y: float
    texts: tuple[TextLine, ...]
    notes: tuple[TextLine, ...]


@dataclass(frozen=True)
class Picture:
    """Cards and the lines between them.

    Attributes:
        width: In CSS pixels.
        height: In CSS pixels.
        cards: Parents before their children.
        lines: From parents to children, each as the data of an SVG path.
    """

    width: float
    height: float
    cards: tuple[Card, ...]
    lines: tuple[str, ...]


def lay_out(root: Node, layout: str) -> Picture:
    """Place the keys of a tree; ``layout`` is ``wide`` or ``narrow``."""
    return _wide(root) if layout == "wide" else _narrow(root)


def fitting_label(node: Node, longest: int = LONGEST_LABEL) -> str:
    """The label, without the inner calls where it has more than ``longest`` columns."""
    return node.label if count_columns(node.label) <= longest else node.short_label


def _notes_height(node: Node) -> float:
    count = len(node.draws) + len(node.faults)
    return LINE * count + 6 if count else 0


def _notes_width(notes: tuple[TextLine, ...]) -> float:
    return max((NOTE_INDENT + count_columns(note.text) * COLUMN for note in notes), default=0)


def _place_notes(node: Node, x: float = 0, top: float = 0) -> tuple[TextLine, ...]:
    """The draws and faults of a card whose glyph ends at ``top``."""
    notes = [(truncate(label, LONGEST_NOTE), "draw") for label in node.draws]
    notes += [(fault, "fault") for fault in node.faults]
    return tuple(
        TextLine(x, top + 19 + LINE * i, text, role) for i, (text, role) in enumerate(notes)
    )


def _words_width(node: Node) -> float:
    return max(len(str(word)) for word in node.words) * COLUMN


@dataclass(frozen=True)
class _Subtree:
    """A subtree of the wide layout, measured from the middle of its root's glyph."""

    root: Node
    #: How far the subtree reaches up and down.
    above: float
    below: float
    children: tuple[_Subtree, ...]
    #: How far the middle of each child's glyph is below the root's; negative above.
    offsets: tuple[float, ...]


def _stack(root: Node) -> _Subtree:
    """Stack the children, and put the parent midway between the first and the last."""
    heading = (2 if root.name else 1) * LINE + 4
    above, below = heading + GLYPH / 2, GLYPH / 2 + _notes_height(root)
    children = tuple(_stack(child) for child in root.children)
    if not children:
        return _Subtree(root, above, below, (), ())
    middles, height = [], 0.0
    for child in children:
        middles.append(height + child.above)
        height += child.above + child.below + WIDE_GAP_Y
    middle = (middles[0] + middles[-1]) / 2
    above, below = max(above, middle), max(below, height - WIDE_GAP_Y - middle)
    return _Subtree(root, above, below, children, tuple(at - middle for at in middles))


def _wide(root: Node) -> Picture:
    """One column for each level."""
    whole, spans = _stack(root), _level_spans(root)
    cards: list[Card] = []
    lines: list[str] = []

    def place(subtree: _Subtree, level: int, middle: float) -> None:
        node, (left, right) = subtree.root, spans[level]
        y = middle - GLYPH / 2
        heading = [TextLine(left, y - 10, fitting_label(node), "call")]
        if node.name:
            heading.insert(0, TextLine(left, y - 10 - LINE, node.name, "name"))
        beside = left + GLYPH + BESIDE
        words = [  # each beside its half of the glyph
            TextLine(beside, middle + offset + 4.5, str(word), "word")
            for word, offset in zip(node.words, (-GLYPH / 4, GLYPH / 4), strict=True)
        ]
        notes = _place_notes(node, left, y + GLYPH)
        cards.append(Card(node, left, y, (*heading, *words), notes))
        start = beside + _words_width(node) + 8
        for child, offset in zip(subtree.children, subtree.offsets, strict=True):
            place(child, level + 1, middle + offset)
            bend, end = max(start, right), spans[level + 1][0] - 7
            lines.append(_branch(start, bend, end, middle, middle + offset))

    place(whole, 0, whole.above)
    return Picture(spans[-1][1], whole.above + whole.below, tuple(cards), tuple(lines))


def _level_spans(root: Node) -> list[tuple[float, float]]:
    """The left and the right edge of each level."""
    spans = []
    left, level = 0.0, [root]
    while level:
        right = left + max(_card_width(node) for node in level)
        spans.append((left, right))
        left = right + WIDE_GAP_X
        level = [child for node in level for child in node.children]
    return spans


def _card_width(node: Node) -> float:
    """The width of a card in the wide layout."""
    heading = max(count_columns(node.name or ""), count_columns(fitting_label(node))) * COLUMN
    return max(heading, GLYPH + BESIDE + _words_width(node), _notes_width(_place_notes(node)))


def _branch(start: float, bend: float, end: float, y: float, child_y: float) -> str:
    """A line straight to ``bend``, past the cards of its column, then curved to the child."""
    half = (bend + end) / 2
    return f"M{start:g} {y:g}H{bend:g}C{half:g} {y:g} {half:g} {child_y:g} {end:g} {child_y:g}"


def _narrow(root: Node) -> Picture:
    """One row for each key, children below their parent and further in."""
    cards: list[Card] = []
    lines: list[str] = []
    bottom, width = 0.0, 0.0
    #: Where the lines to the children of a key start, by its identity.
    line_starts: dict[int, tuple[float, float]] = {}
    for level, parent, node in _with_parents(root):
        x, y = level * NARROW_INDENT, bottom
        beside = x + GLYPH + BESIDE
        name = f"{node.name} = " if node.name else ""
        longest = int((PHONE - beside) / COLUMN) - count_columns(name)
        texts = (
            TextLine(beside, y + 11, name + fitting_label(node, longest), "call"),
            TextLine(beside, y + 28, str(node.words[0]), "word"),
            TextLine(beside, y + 44, str(node.words[1]), "word"),
        )
        # The line to the children comes down below the glyph, so that notes there are moved in.
        notes_x = x + NARROW_INDENT if node.children else x
        notes = _place_notes(node, notes_x, y + GLYPH)
        cards.append(Card(node, x, y, texts, notes))
        if parent is not None:
            from_x, from_y = line_starts[id(parent)]
            lines.append(f"M{from_x:g} {from_y:g}V{y + GLYPH / 2 - 8:g}q0 8 8 8H{x - 7:g}")
        line_starts[id(node)] = (x + 10, y + GLYPH + 7)
        bottom = y + GLYPH + _notes_height(node) + NARROW_GAP_Y
        width = max(width, *(text.x + count_columns(text.text) * COLUMN for text in texts))
        width = max(width, notes_x + _notes_width(notes))
    return Picture(width, bottom - NARROW_GAP_Y, tuple(cards), tuple(lines))


def _with_parents(
    node: Node, level: int = 0, parent: Node | None = None
) -> Iterator[tuple[int, Node | None, Node]]:
    """Each node with its level, from 0, and its parent, parents before their children."""
    yield level, parent, node
    for child in node.children:
        yield from _with_parents(child, level + 1, node)
