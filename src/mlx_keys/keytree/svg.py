"""A laid-out tree as SVG elements, and the style sheet that colours them.

No element has an ``id``, so that any number of trees can stand on a page; and nothing that a user
wrote goes in unescaped.
"""

from __future__ import annotations

from html import escape

from .glyph import glyph
from .layout import GLYPH, NOTE_INDENT, Card, Picture, TextLine
from .node import Node

NAMESPACE = "http://www.w3.org/2000/svg"

#: Each colour on a light screen, on a dark screen, and in a page, where a variable of the theme has
#: it. In a page without our theme the colour of its text serves, so that the picture suits any.
_PALETTE = {
    "ink": ("#1c1b19", "#ebe7df", "var(--mk-ink,currentColor)"),
    "muted": ("#5f5b54", "#a39d92", "var(--mk-muted,currentColor)"),
    "rule": (
        "#b9b2a4",
        "#5c574e",
        "var(--mk-rule-strong,color-mix(in srgb,currentColor 35%,transparent))",
    ),
    "accent": ("#0b6b61", "#63cbb9", "var(--mk-accent,#0b8577)"),
    "draw": ("#b8540a", "#f0a35e", "var(--mk-h2,#c2631a)"),
    "fault": ("#b3391f", "#ff8f70", "var(--mk-fault,#d1502f)"),
    "paper": ("#fdfcf9", "#151514", "none"),
}
LIGHT, DARK, THEMED = (
    dict(zip(_PALETTE, colours, strict=True)) for colours in zip(*_PALETTE.values(), strict=True)
)

_SHAPES = """\
.mk-key text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;\
font-variant-numeric:tabular-nums}
.mk-key .mk-name{font-weight:600}
.mk-key path{fill:none}
.mk-key .mk-line,.mk-key .mk-mark{stroke-width:1.25;stroke-linecap:round;stroke-linejoin:round}
.mk-key .mk-ground{fill-opacity:.07}
.mk-key .mk-bit-off{stroke-width:.2;stroke-opacity:.5}
.mk-key .mk-bit-0,.mk-key .mk-bit-1{stroke-width:1;shape-rendering:crispEdges}
.mk-key .mk-frame{fill:none;stroke-width:1.5;stroke-dasharray:5 3}
"""
_COLOURS = """\
.mk-key text{{fill:{ink}}}
.mk-key .mk-word{{fill:{muted}}}
.mk-key .mk-ground{{fill:{ink}}}
.mk-key .mk-bit-off{{stroke:{ink}}}
.mk-key .mk-line{{stroke:{rule}}}
.mk-key .mk-bit-0{{stroke:{ink}}}
.mk-key .mk-bit-1{{stroke:{accent}}}
.mk-key .mk-drawn{{stroke:{draw}}}
.mk-key .mk-fault,.mk-key .mk-frame{{stroke:{fault}}}
.mk-key .mk-paper{{fill:{paper}}}
"""


def themed_style() -> str:
    """The style of a picture that takes its colours from the page around it."""
    return _SHAPES + _COLOURS.format(**THEMED)


def standalone_style() -> str:
    """The style of a file of its own: plain colours, and others where the screen is dark."""
    root = ".mk-key:root{color-scheme:light dark}\n"
    light, dark = _COLOURS.format(**LIGHT), _COLOURS.format(**DARK)
    return f"{root}{_SHAPES}{light}@media (prefers-color-scheme:dark){{\n{dark}}}\n"


def picture_elements(root: Node, picture: Picture, description: str) -> str:
    """What the ``<svg>`` element holds: title, description, lines, cards."""
    title = escape(f"The tree of {root.expression}")
    parts = [
        f"<title>{title}</title><desc>{escape(description)}</desc>",
        # One path for all lines, so that a translucent colour is laid on once where they meet.
        f'<path class="mk-line" d="{"".join(picture.lines)}"/>',
        *(_card(card) for card in picture.cards),
    ]
    return "\n".join(parts)


def _card(card: Card) -> str:
    parts = [glyph(card.node.words, card.x, card.y, GLYPH)]
    if card.node.faults:
        side = GLYPH + 8
        parts.append(
            f'<rect class="mk-frame" x="{card.x - 4:g}" y="{card.y - 4:g}" '
            f'width="{side}" height="{side}" rx="4"/>'
        )
    parts += [_text(line.role, line.x, line) for line in card.texts]
    parts += [_note(note) for note in card.notes]
    return f"<g>{''.join(parts)}</g>"


def _text(role: str, x: float, line: TextLine) -> str:
    return f'<text class="mk-{role}" x="{x:g}" y="{line.y:g}">{escape(line.text)}</text>'


def _note(note: TextLine) -> str:
    """A draw or a fault behind its mark: an arrow or a cross."""
    middle = note.y - 4.5
    if note.role == "fault":
        mark = f'<path class="mk-mark mk-fault" d="M{note.x + 2:g} {middle - 4:g}l8 8m0 -8l-8 8"/>'
    else:
        mark = f'<path class="mk-mark mk-drawn" d="M{note.x:g} {middle:g}h11m-4 -4l4 4l-4 4"/>'
    return mark + _text("name" if note.role == "fault" else "call", note.x + NOTE_INDENT, note)
