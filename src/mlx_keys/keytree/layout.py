"""Where each key stands: the root at the left on a wide screen, at the top on a narrow one.

Both layouts are made of the same parts. A key's *card* is its face with the words beside it; in the
wide layout the expression stands above the face, in the narrow one beside it. What was drawn from
the key, and what is wrong with its use, stand below as *notes*. Lengths are CSS pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .wording import columns, shortened

if TYPE_CHECKING:
    from .tree import KeyTree

FACE = 48
#: A column of the typewriter face at 13 px: 0.6 em in most of the faces, a little more in some.
COLUMN = 7.9
LINE = 18
MARGIN = 6
BESIDE = 12
NOTE_INDENT = 18
WIDE_GAP_X, WIDE_GAP_Y = 46, 22
NARROW_INDENT, NARROW_GAP_Y = 28, 18
#: A longer label begins with its innermost call: the line to the parent says the rest.
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
        lines: The data of an SVG path each.
    """

    width: float
    height: float
    cards: tuple[Card, ...]
    lines: tuple[str, ...]


def lay_out(tree: KeyTree, layout: str) -> Picture:
    """Place a tree's keys; ``layout`` is ``wide`` or ``narrow``."""
    return _Wide(tree).picture() if layout == "wide" else _narrow(tree)


def shown(key: KeyTree) -> str:
    """The label, with the inner calls left out where it is too long."""
    if columns(key.label) <= LONGEST_SHOWN:
        return key.label
    head, _, rest = key.label.partition("(")
    return f"{head}(…{rest[_end_of_argument(rest) :]}"


def _end_of_argument(text: str) -> int:
    """Where the first argument of a call ends, given what follows its opening bracket."""
    depth = 0
    for at, character in enumerate(text):
        if depth == 0 and character in ",)":
            return at
        depth += (character in "([") - (character in ")]")
    return len(text)


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


class _Wide:
    """A column a level; a parent stands midway between its first child and its last."""

    def __init__(self, tree: KeyTree) -> None:
        self.tree = tree
        self.lefts: list[float] = []
        self.rights: list[float] = []
        left = float(MARGIN)
        level = [tree]
        while level:
            self.lefts.append(left)
            self.rights.append(left + max(self._width(key) for key in level))
            left = self.rights[-1] + WIDE_GAP_X
            level = [child for key in level for child in key.children]
        self.cards: list[Card] = []
        self.lines: list[str] = []

    @staticmethod
    def _width(key: KeyTree) -> float:
        heading = max(columns(key.name or ""), columns(shown(key))) * COLUMN
        return max(heading, FACE + BESIDE + _words_width(key), _notes_width(key))

    def picture(self) -> Picture:
        self._place(self.tree, 0, MARGIN)
        height = MARGIN + self._height(self.tree)
        return Picture(self.rights[-1] + MARGIN, height, tuple(self.cards), tuple(self.lines))

    def _own(self, key: KeyTree) -> tuple[float, float]:
        """How far a card reaches above and below the middle of its face."""
        return _above(key) + FACE / 2, FACE / 2 + _notes_height(key) + MARGIN

    def _extent(self, key: KeyTree) -> tuple[float, float]:
        """How far a whole subtree reaches above and below the middle of its root's face."""
        above, below = self._own(key)
        if not key.children:
            return above, below
        middles, height = self._middles(key)
        middle = (middles[0] + middles[-1]) / 2
        return max(above, middle), max(below, height - middle)

    def _middles(self, key: KeyTree) -> tuple[list[float], float]:
        """The middles of the children's faces below the top of the first, and their height."""
        middles, height = [], 0.0
        for child in key.children:
            above, below = self._extent(child)
            middles.append(height + above)
            height += above + below + WIDE_GAP_Y
        return middles, height - WIDE_GAP_Y

    def _height(self, key: KeyTree) -> float:
        return sum(self._extent(key))

    def _place(self, key: KeyTree, level: int, top: float) -> float:
        """Place a subtree below ``top``; returns the middle of its root's face."""
        above, _ = self._extent(key)
        middle = top + above
        x, y = self.lefts[level], middle - FACE / 2
        beside = x + FACE + BESIDE
        heading = [Text(x, y - 10, shown(key), "call")]
        if key.name:
            heading.insert(0, Text(x, y - 10 - LINE, key.name, "name"))
        self.cards.append(
            Card(key, x, y, (*heading, *_words(key, beside, y)), _place_notes(key, x, y + FACE))
        )
        if key.children:
            middles, _ = self._middles(key)
            offset = middle - (middles[0] + middles[-1]) / 2
            start = beside + _words_width(key) + 8
            bend, end = max(start, self.rights[level]), self.lefts[level + 1] - 7
            half = (bend + end) / 2
            for child, at in zip(key.children, middles, strict=True):
                child_above, _ = self._extent(child)
                y = self._place(child, level + 1, offset + at - child_above)
                curve = f"C{half:g} {middle:g} {half:g} {y:g} {end:g} {y:g}"
                self.lines.append(f"M{start:g} {middle:g}H{bend:g}{curve}")
        return middle


def _narrow(tree: KeyTree) -> Picture:
    """A row a key, children below their parent and further in."""
    cards: list[Card] = []
    lines: list[str] = []
    bottom, width = float(MARGIN), 0.0
    hang: dict[int, tuple[float, float]] = {}
    for level, parent, key in _with_parents(tree):
        x, y = MARGIN + level * NARROW_INDENT, bottom
        beside = x + FACE + BESIDE
        name = f"{key.name} = " if key.name else ""
        texts = (
            Text(beside, y + 11, name + shown(key), "call"),
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
    return Picture(width + MARGIN, bottom - NARROW_GAP_Y + MARGIN, tuple(cards), tuple(lines))


def _with_parents(
    tree: KeyTree, level: int = 0, parent: KeyTree | None = None
) -> Iterator[tuple[int, KeyTree | None, KeyTree]]:
    yield level, parent, tree
    for child in tree.children:
        yield from _with_parents(child, level + 1, tree)
