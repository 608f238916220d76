"""Nodes that are HTML for builders that write HTML, and plain text for all others."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class HtmlOrTextNode(nodes.General, nodes.Element):
    """A block: its attribute ``html`` for HTML builders, its attribute ``text`` for the others."""


class InlineHtmlOrTextNode(nodes.Inline, nodes.Element):
    """The same within a line of text."""


class UseHtml(SphinxPostTransform):
    """Replaces these nodes by their HTML in HTML builders."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace every node of the document."""
        for node_class in (HtmlOrTextNode, InlineHtmlOrTextNode):
            for node in list(self.document.findall(node_class)):
                node.replace_self(nodes.raw("", node["html"], format="html"))


class UseText(SphinxPostTransform):
    """Replaces the nodes that :class:`UseHtml` has left by their text."""

    default_priority = UseHtml.default_priority + 1

    def run(self, **kwargs: Any) -> None:
        """Replace every node of the document."""
        literals = {HtmlOrTextNode: nodes.literal_block, InlineHtmlOrTextNode: nodes.literal}
        for node_class, literal in literals.items():
            for node in list(self.document.findall(node_class)):
                # Without a language Sphinx would colour the text as Python.
                node.replace_self(literal(node["text"], node["text"], language="none"))


def setup_nodes(app: Sphinx) -> None:
    """Register the nodes and the transforms that replace them."""
    app.add_node(HtmlOrTextNode)
    app.add_node(InlineHtmlOrTextNode)
    app.add_post_transform(UseHtml)
    app.add_post_transform(UseText)
