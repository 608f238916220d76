"""The tree as a document: an SVG file, or HTML with the picture and the same tree as text.

The HTML holds both layouts. A container query shows the one that fits the column it stands in,
without a script.
"""

from __future__ import annotations

from html import escape

from mlx_keys.errors import KeysError

from .layout import Picture, lay_out
from .node import Node
from .svg import NAMESPACE, picture_elements, standalone_style, themed_style
from .text import outline, summary

LAYOUTS = ("wide", "narrow")
#: How far the wide layout may shrink before the narrow one takes its place: 13 px become 12.
SMALLEST_SCALE = 12 / 13
#: In pixels. In a narrower column, a phone's, even a small tree has its root at the top.
PHONE_WIDTH = 480
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


def standalone_svg(root: Node, layout: str = "wide") -> str:
    """An SVG document with a background of its own."""
    if layout not in LAYOUTS:
        raise KeysError(
            "no such layout of a key tree",
            expected=" or ".join(LAYOUTS),
            found=repr(layout),
            fix='svg("wide"), or svg("narrow") for a phone',
        )
    picture = lay_out(root, layout)
    width, height = picture.width + 2 * PADDING, picture.height + 2 * PADDING
    return (
        f'<svg class="mk-key" xmlns="{NAMESPACE}" role="img" '
        f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">\n'
        f"<style>\n{standalone_style()}</style>\n"
        f'<rect class="mk-paper" width="100%" height="100%" rx="8"/>\n'
        f'<g transform="translate({PADDING} {PADDING})">\n'
        f"{picture_elements(root, picture, outline(root))}\n</g>\n</svg>\n"
    )


def picture_and_text(root: Node, caption: str | None = None) -> str:
    """The picture and the same as text, as HTML that takes its colours from the page around it.

    With a caption it is a ``<figure>``.
    """
    wide, narrow = lay_out(root, "wide"), lay_out(root, "narrow")
    least = max(PHONE_WIDTH, round(wide.width * SMALLEST_SCALE))
    # The class has its width in its name, so that two trees of one width share their rules.
    name = f"mk-tree-{least}"
    switch = (
        f"@container mk-tree (max-width:{least - 1}px)"
        f"{{.mk-tree.{name} .mk-wide{{display:none}}.mk-tree.{name} .mk-narrow{{display:block}}}}\n"
    )
    style = f"<style>\n{themed_style()}{_FIGURE_STYLE}{switch}</style>\n"
    html = (
        f'<div class="mk-tree {name}">\n'
        f"{_inline_svg(root, wide, 'wide', style)}{_inline_svg(root, narrow, 'narrow')}"
        f"<details><summary>The same tree as text</summary>\n"
        f"<ul>{_list_item(root)}</ul>\n</details>\n"
        "</div>\n"
    )
    if caption is None:
        return html
    below = f"<figcaption>{escape(caption)}</figcaption>"
    return f'<figure style="margin:0">\n{html}{below}\n</figure>\n'


def _inline_svg(root: Node, picture: Picture, layout: str, style: str = "") -> str:
    description = f"{summary(root)}. The words stand in the text below."
    return (
        f'<svg class="mk-key mk-{layout}" xmlns="{NAMESPACE}" role="img" '
        f'width="{picture.width:g}" height="{picture.height:g}" '
        f'viewBox="0 0 {picture.width:g} {picture.height:g}">\n'
        f"{style}{picture_elements(root, picture, description)}\n</svg>\n"
    )


def _list_item(node: Node) -> str:
    """A key as an item of a list, with the list of the keys made from it."""
    name = f"{node.name} = " if node.name else ""
    uses = [f"; {escape(use)}" for use in node.uses]
    faults = [f"; <strong>fault: {escape(fault)}</strong>" for fault in node.faults]
    children = "".join(map(_list_item, node.children))
    return (
        f"<li><code>{escape(name + node.expression)}</code>: {node.words[0]} {node.words[1]}"
        f"{''.join(uses)}{''.join(faults)}{f'<ul>{children}</ul>' if children else ''}</li>\n"
    )
