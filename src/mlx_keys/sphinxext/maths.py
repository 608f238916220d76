"""Formulas as MathML, which browsers lay out by themselves: no script, nothing fetched.

A project asks for it with ``html_math_renderer = "mathml"``.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

#: What the converter leaves where it does not know a command, or an alignment.
_LEFT = re.compile(r"\\[A-Za-z]+|<m.>&</m.>")


#: A name as the converter leaves it: letter by letter, each a variable of its own.
_SPELLED = re.compile(
    r'<mrow>((?:<mi mathvariant="(?P<face>italic|normal)">\w</mi>)'
    r'(?:<mi mathvariant="(?P=face)">\w</mi>)+)</mrow>'
)

#: What may not begin a line.
_CLOSING = re.compile(r"[.,:;?!)\]]+")


class KeepPunctuation(SphinxPostTransform):
    """Keep what closes a clause on the line of the formula before it.

    A browser may end a line after a formula, as after a picture, whatever comes next.
    """

    default_priority = 500
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Put each formula and the punctuation behind it into a span that does not break."""
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(descend=False, siblings=True)
            if not isinstance(after, nodes.Text) or not (closing := _CLOSING.match(after)):
                continue
            after.parent.replace(after, nodes.Text(after[closing.end() :]))
            kept = nodes.inline("", "", classes=["mk-together"])
            formula.replace_self(kept)
            kept += [formula, nodes.Text(closing[0])]


def mathml(latex: str, node: nodes.Element, *, display: bool) -> str:
    """A formula as MathML; one that the converter cannot read is warned of at its place.

    Args:
        latex: The formula.
        node: Where it stands.
        display: Whether it has a line of its own.
    """
    from latex2mathml.converter import convert

    try:
        made = str(convert(latex, display="block" if display else "inline"))
    except Exception as error:
        logger.warning("this formula cannot be read: %s", error or latex, location=node)
        return ""
    if left := _LEFT.search(made):
        logger.warning("%r is not known in formulas: %s", left[0], latex, location=node)
    return _SPELLED.sub(_whole, made)


def _whole(name: re.Match[str]) -> str:
    """A name as one word: set closer, and read as a word by who listens."""
    face = ' style="font-style: italic"' if name["face"] == "italic" else ""
    return f"<mi{face}>{re.sub('<[^>]*>', '', name[1])}</mi>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(mathml(node.astext(), node, display=False))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on its own, scrolling in itself where it is wide, with its number."""
    self.body.append(self.starttag(node, "div", CLASS="math mk-math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(mathml(node.astext(), node, display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup_maths(app: Sphinx) -> None:
    """Register the renderer; it is used only where it is asked for."""
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None)
    )
