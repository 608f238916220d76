"""Formulas as MathML, which browsers render themselves: without a script, without a request.

The configuration chooses it: ``extensions = ["maths"]``, ``html_math_renderer = "mathml"``.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

#: What the converter writes for a command or an alignment that it does not know.
_UNCONVERTED = re.compile(r"\\[A-Za-z]+|<m.>&</m.>")

#: A name of several letters as the converter writes it: each letter as a variable of its own.
_SPELLED_NAME = re.compile(
    r'<mrow>((?:<mi mathvariant="(?P<variant>italic|normal)">\w</mi>)'
    r'(?:<mi mathvariant="(?P=variant)">\w</mi>)+)</mrow>'
)

#: Punctuation that may not begin a line.
_CLOSING = re.compile(r"[.,:;?!)\]]+")


class KeepPunctuation(SphinxPostTransform):
    """Keeps the punctuation behind a formula on the formula's line.

    A browser may break the line after a formula, as after an image, even before a full stop.
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
            unbroken = nodes.inline("", "", classes=["mk-together"])
            formula.replace_self(unbroken)
            unbroken += [formula, nodes.Text(closing[0])]


def mathml(latex: str, node: nodes.Element, *, display: bool) -> str:
    """Convert a formula to MathML; warn at its line if the converter cannot read it.

    Args:
        latex: The formula.
        node: The node of the formula, for the line in a warning.
        display: Whether the formula has a line of its own.
    """
    from latex2mathml.converter import convert

    try:
        markup = str(convert(latex, display="block" if display else "inline"))
    except Exception as error:
        logger.warning("this formula cannot be read: %s", error or latex, location=node)
        return ""
    if unknown := _UNCONVERTED.search(markup):
        logger.warning("%r is not known in formulas: %s", unknown[0], latex, location=node)
    return _SPELLED_NAME.sub(_join_letters, markup)


def _join_letters(name: re.Match[str]) -> str:
    """Write a name as one identifier: set closer, and read as one word by a screen reader."""
    style = ' style="font-style: italic"' if name["variant"] == "italic" else ""
    return f"<mi{style}>{re.sub('<[^>]*>', '', name[1])}</mi>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula that is part of a line."""
    self.body.append(mathml(node.astext(), node, display=False))
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number; a wide one scrolls."""
    self.body.append(self.starttag(node, "div", CLASS="math mk-math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(mathml(node.astext(), node, display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the renderer."""
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_inline, None), block_renderers=(visit_block, None)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
