"""Where each key stands: the root at the left on a wide screen, at the top on a narrow one.

Both layouts are made of the same parts. A key's *card* is its face with the words beside it; in the
wide layout the expression stands above the face, in the narrow one beside it. What was drawn from
the key, and what is wrong with its use, stand below as *notes*. Lengths are CSS pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .text_limits import columns, shortened

if TYPE_CHECKING:
    from .tree import KeyTree

FACE = 48
#: A column of the typewriter face at 13 px: 0.6 em in most of the faces, a little more in some.
COLUMN = 7.9
LINE = 18
BESIDE = 12
NOTE_INDENT = 18
WIDE_GAP_X, WIDE_GAP_Y = 46, 22
NARROW_INDENT, NARROW_GAP_Y = 28, 18
#: What a page of 390 px leaves between its margins.
PHONE = 358
#: In columns. Of a longer label only the last call is shown: the line to the parent says the rest.
LONGEST_SHOWN = 26
LONGEST_NOTE = 32


@dataclass(frozen=True)
class Text:
    """A line of text: its baseline's left end, and the role that styles it."""

    x: float
    y: float
    text: str
    role: str


@dataclass(frozen=True)
class Note:
    """A draw or a fault below a face: the left end of its baseline, and which of the two it is."""

    x: float
    y: float
    text: str
    is_fault: bool


@dataclass(frozen=True)
class Card:
    """A key as it stands in the picture.

    Attributes:
        key: The key.
        x: The left edge of the face.
        y: The upper edge of the face.
        texts: Name, expression and words.
        notes: Draws and faults, below the face.
    """

    key: KeyTree
    x: float
    y: float
    texts: tuple[Text, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Picture:
    """Cards and the lines between them.

    Attributes:
        width: In CSS pixels.
        height: The same.
        cards: Parents before their children.
        lines: From parents to children, each as the data of an SVG path.
    """

    width: float
    height: float
    cards: tuple[Card, ...]
    lines: tuple[str, ...]


def lay_out(tree: KeyTree, layout: str) -> Picture:
    """Location a tree's keys; ``layout`` is ``wide`` or ``narrow``."""
    return _wide(tree) if layout == "wide" else _narrow(tree)


def shown(key: KeyTree, room: int = LONGEST_SHOWN) -> str:
    """The label, with the inner calls left out where it is too long."""
    return key.label if columns(key.label) <= room else key.short_label


def _above(key: KeyTree) -> int:
    return (2 if key.name else 1) * LINE + 4


def _notes(key: KeyTree) -> list[tuple[str, bool]]:
    draws = [(shortened(label, LONGEST_NOTE), False) for label in key.draws]
    return draws + [(fault, True) for fault in key.faults]


def _notes_height(key: KeyTree) -> float:
    count = len(_notes(key))
    return LINE * count + 6 if count else 0


def _place_notes(key: KeyTree, x: float, top: float) -> tuple[Note, ...]:
    """The notes of a card whose face ends at ``top``."""
    return tuple(
        Note(x, top + 19 + LINE * i, text, is_fault)
        for i, (text, is_fault) in enumerate(_notes(key))
    )


def _words_width(key: KeyTree) -> float:
    return max(len(str(word)) for word in key.words) * COLUMN


def _notes_width(key: KeyTree) -> float:
    return max((NOTE_INDENT + columns(text) * COLUMN for text, _ in _notes(key)), default=0)


def _words(key: KeyTree, x: float, y: float) -> tuple[Text, Text]:
    """The words, each beside its half of the face."""
    return (
        Text(x, y + FACE / 4 + 4.5, str(key.words[0]), "word"),
        Text(x, y + FACE * 3 / 4 + 4.5, str(key.words[1]), "word"),
    )


@dataclass(frozen=True)
class _Block:
    """A subtree of the wide layout, measured from the middle of its root's face.

    Attributes:
        key: The root.
        above: How far the block reaches up.
        below: How far it reaches down.
        children: The blocks to its right.
        offsets: How far below the root's middle (or, negative, above it) theirs are.
    """

    key: KeyTree
    above: float
    below: float
    children: tuple[_Block, ...]
    offsets: tuple[float, ...]


def _block(key: KeyTree) -> _Block:
    """Stack the children, and put the parent midway between the first and the last."""
    above, below = _above(key) + FACE / 2, FACE / 2 + _notes_height(key)
    children = tuple(_block(child) for child in key.children)
    if not children:
        return _Block(key, above, below, (), ())
    middles, height = [], 0.0
    for child in children:
        middles.append(height + child.above)
        height += child.above + child.below + WIDE_GAP_Y
    middle = (middles[0] + middles[-1]) / 2
    above, below = max(above, middle), max(below, height - WIDE_GAP_Y - middle)
    return _Block(key, above, below, children, tuple(at - middle for at in middles))


def _wide(tree: KeyTree) -> Picture:
    """A column a level."""
    block, spans = _block(tree), _spans(tree)
    cards: list[Card] = []
    lines: list[str] = []

    def place(block: _Block, level: int, middle: float) -> None:
        key, (left, right) = block.key, spans[level]
        y = middle - FACE / 2
        heading = [Text(left, y - 10, shown(key), "call")]
        if key.name:
            heading.insert(0, Text(left, y - 10 - LINE, key.name, "name"))
        texts = (*heading, *_words(key, left + FACE + BESIDE, y))
        cards.append(Card(key, left, y, texts, _place_notes(key, left, y + FACE)))
        start = left + FACE + BESIDE + _words_width(key) + 8
        for child, offset in zip(block.children, block.offsets, strict=True):
            place(child, level + 1, middle + offset)
            bend, end = max(start, right), spans[level + 1][0] - 7
            lines.append(_branch(start, bend, end, middle, middle + offset))

    place(block, 0, block.above)
    return Picture(spans[-1][1], block.above + block.below, tuple(cards), tuple(lines))


def _spans(tree: KeyTree) -> list[tuple[float, float]]:
    """The left and the right edge of each level."""
    spans = []
    left, level = 0.0, [tree]
    while level:
        right = left + max(_wide_width(key) for key in level)
        spans.append((left, right))
        left = right + WIDE_GAP_X
        level = [child for key in level for child in key.children]
    return spans


def _wide_width(key: KeyTree) -> float:
    heading = max(columns(key.name or ""), columns(shown(key))) * COLUMN
    return max(heading, FACE + BESIDE + _words_width(key), _notes_width(key))


def _branch(start: float, bend: float, end: float, y: float, child_y: float) -> str:
    """Straight on past what stands in the column, then in one curve to the child."""
    half = (bend + end) / 2
    return f"M{start:g} {y:g}H{bend:g}C{half:g} {y:g} {half:g} {child_y:g} {end:g} {child_y:g}"


def _narrow(tree: KeyTree) -> Picture:
    """A row a key, children below their parent and further in."""
    cards: list[Card] = []
    lines: list[str] = []
    bottom, width = 0.0, 0.0
    hang: dict[int, tuple[float, float]] = {}
    for level, parent, key in _with_parents(tree):
        x, y = level * NARROW_INDENT, bottom
        beside = x + FACE + BESIDE
        name = f"{key.name} = " if key.name else ""
        room = int((PHONE - beside) / COLUMN)
        texts = (
            Text(beside, y + 11, name + shown(key, room - columns(name)), "call"),
            Text(beside, y + 28, str(key.words[0]), "word"),
            Text(beside, y + 44, str(key.words[1]), "word"),
        )
        # The line to the children comes down below the face: what is noted there makes way.
        below = x + NARROW_INDENT if key.children else x
        cards.append(Card(key, x, y, texts, _place_notes(key, below, y + FACE)))
        if parent is not None:
            from_x, from_y = hang[id(parent)]
            lines.append(f"M{from_x:g} {from_y:g}V{y + FACE / 2 - 8:g}q0 8 8 8H{x - 7:g}")
        hang[id(key)] = (x + 10, y + FACE + 7)
        bottom = y + FACE + _notes_height(key) + NARROW_GAP_Y
        width = max(width, *(text.x + columns(text.text) * COLUMN for text in texts))
        width = max(width, below + _notes_width(key))
    return Picture(width, bottom - NARROW_GAP_Y, tuple(cards), tuple(lines))


def _with_parents(
    tree: KeyTree, level: int = 0, parent: KeyTree | None = None
) -> Iterator[tuple[int, KeyTree | None, KeyTree]]:
    yield level, parent, tree
    for child in tree.children:
        yield from _with_parents(child, level + 1, tree)
