"""The tree as a whole: an SVG document, or HTML with the same in words.

The HTML holds both layouts. A container query shows the one that fits, so that it adapts to the
column it stands in, without a script.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mlx_keys.errors import KeysError

from .glyph import SIDE, glyph
from .layout import Picture, lay_out
from .svg import draw, style_alone, style_in_a_page
from .text import outline, summary

if TYPE_CHECKING:
    from .tree import KeyTree

NAMESPACE = "http://www.w3.org/2000/svg"
LAYOUTS = ("wide", "narrow")
#: How far the wide layout may shrink before the narrow one takes its place: 13 px become 12.
SMALLEST = 12 / 13
#: A narrower column is a phone's, where the root of even a small tree is at the top.
PHONES = 480
PADDING = 20

_FIGURE_STYLE = """\
.mk-tree{container:mk-tree/inline-size;margin:1em 0}
.mk-tree svg{display:block;max-width:100%;height:auto;overflow:visible}
.mk-tree .mk-narrow{display:none}
.mk-tree details{margin-top:.75em;font-size:.875em}
.mk-tree summary{cursor:pointer;color:var(--mk-muted,inherit)}
.mk-tree ul{margin:.5em 0 0;padding-left:1.25em;line-height:1.6}
.mk-tree ul ul{margin-top:0}
@media print{.mk-tree details:not([open]){display:none}}
"""


def standalone(tree: KeyTree, layout: str = "wide") -> str:
    """An SVG document, on paper of its own."""
    if layout not in LAYOUTS:
        raise KeysError(
            "no such layout of a key tree", expected=" or ".join(LAYOUTS), found=repr(layout)
        )
    picture = lay_out(tree, layout)
    width, height = picture.width + 2 * PADDING, picture.height + 2 * PADDING
    return (
        f'<svg class="mk-key" xmlns="{NAMESPACE}" role="img" '
        f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">\n'
        f"<style>\n{style_alone()}</style>\n"
        f'<rect class="mk-paper" width="100%" height="100%" rx="8"/>\n'
        f'<g transform="translate({PADDING} {PADDING})">\n'
        f"{draw(tree, picture, outline(tree))}\n</g>\n</svg>\n"
    )


def figure(tree: KeyTree, caption: str) -> str:
    """The picture, the same as text, and a caption, as an HTML ``<figure>``."""
    below = f"<figcaption>{escape(caption)}</figcaption>"
    return f'<figure style="margin:0">\n{picture_and_text(tree)}{below}\n</figure>\n'


def picture_and_text(tree: KeyTree) -> str:
    """HTML that takes its colours from the page it stands in."""
    wide, narrow = lay_out(tree, "wide"), lay_out(tree, "narrow")
    least = max(PHONES, round(wide.width * SMALLEST))
    # Named after its width, so that two trees of one width on a page agree.
    name = f"mk-tree-{least}"
    switch = (
        f"@container mk-tree (max-width:{least - 1}px)"
        f"{{.mk-tree.{name} .mk-wide{{display:none}}.mk-tree.{name} .mk-narrow{{display:block}}}}\n"
    )
    style = f"<style>\n{style_in_a_page()}{_FIGURE_STYLE}{switch}</style>\n"
    return (
        f'<div class="mk-tree {name}">\n'
        f"{_svg(tree, wide, 'wide', style)}{_svg(tree, narrow, 'narrow')}"
        f"<details><summary>The same tree as text</summary>\n<ul>{_item(tree)}</ul>\n</details>\n"
        "</div>\n"
    )


def _svg(tree: KeyTree, picture: Picture, layout: str, style: str = "") -> str:
    said = f"{summary(tree)}. The words stand in the text below."
    return (
        f'<svg class="mk-key mk-{layout}" xmlns="{NAMESPACE}" role="img" '
        f'width="{picture.width:g}" height="{picture.height:g}" '
        f'viewBox="0 0 {picture.width:g} {picture.height:g}">\n'
        f"{style}{draw(tree, picture, said)}\n</svg>\n"
    )


def _item(key: KeyTree) -> str:
    """A key as an item of a list, with the list of the keys made from it."""
    name = f"{key.name} = " if key.name else ""
    uses = [f"; {escape(use)}" for use in key.uses]
    faults = [f"; <strong>fault: {escape(fault)}</strong>" for fault in key.faults]
    below = "".join(_item(child) for child in key.children)
    return (
        f"<li><code>{escape(name + key.expression)}</code>: {key.words[0]} {key.words[1]}"
        f"{''.join(uses)}{''.join(faults)}{f'<ul>{below}</ul>' if below else ''}</li>\n"
    )


def inline_glyph(key: KeyTree) -> str:
    """A glyph to stand in a line of text, beside its words: it says nothing more to who cannot see.

    Its bits have the classes ``mk-bit-off``, ``mk-bit-0`` and ``mk-bit-1``, for a page to style.
    """
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" aria-hidden="true">{glyph(key.words, 0, 0, SIDE)}</svg>'
    )
