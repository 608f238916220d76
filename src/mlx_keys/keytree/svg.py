"""A laid-out tree as SVG elements, and the style sheet that colours them.

No element has an ``id``, so that any number of trees can stand on a page; and nothing that a user
wrote goes in unescaped.
"""

from __future__ import annotations

from html import escape

from .glyph import glyph
from .layout import GLYPH, NOTE_INDENT, Card, Note, Picture
from .node import Node
from .text import title

NAMESPACE = "http://www.w3.org/2000/svg"

#: Each colour on a light screen, on a dark screen, and in a page, where a variable of the theme has
#: it. In a page without our theme the colour of its text serves, so that the picture suits any.
LIGHT = {
    "ink": "#1c1b19",
    "muted": "#5f5b54",
    "rule": "#b9b2a4",
    "accent": "#0b6b61",
    "draw": "#b8540a",
    "fault": "#b3391f",
    "paper": "#fdfcf9",
}
DARK = {
    "ink": "#ebe7df",
    "muted": "#a39d92",
    "rule": "#5c574e",
    "accent": "#63cbb9",
    "draw": "#f0a35e",
    "fault": "#ff8f70",
    "paper": "#151514",
}
THEMED = {
    "ink": "var(--mk-ink,currentColor)",
    "muted": "var(--mk-muted,currentColor)",
    "rule": "var(--mk-rule-strong,color-mix(in srgb,currentColor 35%,transparent))",
    "accent": "var(--mk-accent,#0b8577)",
    "draw": "var(--mk-h2,#c2631a)",
    "fault": "var(--mk-fault,#d1502f)",
    "paper": "none",
}

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
    parts = [
        f"<title>{escape(title(root))}</title><desc>{escape(description)}</desc>",
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
    parts += [
        f'<text class="mk-{text.role}" x="{text.x:g}" y="{text.y:g}">{escape(text.text)}</text>'
        for text in card.texts
    ]
    parts += [_note(note) for note in card.notes]
    return f"<g>{''.join(parts)}</g>"


def _note(note: Note) -> str:
    middle = note.y - 4.5
    if note.is_fault:
        mark = f'<path class="mk-mark mk-fault" d="M{note.x + 2:g} {middle - 4:g}l8 8m0 -8l-8 8"/>'
    else:
        mark = f'<path class="mk-mark mk-drawn" d="M{note.x:g} {middle:g}h11m-4 -4l4 4l-4 4"/>'
    role = "name" if note.is_fault else "call"
    text = escape(note.text)
    return (
        f'{mark}<text class="mk-{role}" x="{note.x + NOTE_INDENT:g}" y="{note.y:g}">{text}</text>'
    )
