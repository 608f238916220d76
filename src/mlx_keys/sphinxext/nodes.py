"""The document nodes that several directives use, and how each builder writes them."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from mlx_keys.trust.status import BackendEvidence, Status


class HtmlOrTextNode(nodes.General, nodes.Element):
    """A block with attributes ``html``, for HTML builders, and ``text``, for all other builders."""


class InlineHtmlOrTextNode(nodes.Inline, nodes.Element):
    """A part of a line, with the same two attributes."""


class StatusNode(nodes.Element, nodes.General):
    """The place of an example's status line.

    ``docname`` and ``number`` say which example of which page; the line itself is known only when
    every example has been compared.
    """


class DetailsNode(nodes.Element, nodes.General):
    """A ``<details>`` element as ``html``. It has no text, so the search index has no digests."""


def write_details(self: HTML5Translator, node: DetailsNode) -> None:
    """Write the element as it is."""
    self.body.append(node["html"])
    raise nodes.SkipNode


def status_details(status: Status) -> str:
    """The line under an example as a ``<details>`` element, which opens to the evidence."""
    evidence = "".join(map(_evidence, status.evidence))
    return (
        f'<details class="mk-status"><summary>{escape(status.line)}</summary>'
        f"<dl>{evidence}</dl></details>\n"
    )


def _evidence(evidence: BackendEvidence) -> str:
    """One backend's part of the evidence, as a term and its definition."""
    mlx = f"mlx {evidence.mlx}" if evidence.mlx else ""
    when = f"attested {evidence.date}" if evidence.attested else "this build"
    parts = [evidence.agreement, evidence.system, evidence.chip, mlx, when]
    return (
        f"<dt>{escape(evidence.label)}</dt><dd>{escape(', '.join(filter(None, parts)))}<br>"
        f"SHA-256 of the output: <code>{escape(evidence.digest)}</code></dd>"
    )


class WriteHtml(SphinxPostTransform):
    """Gives HTML builders the HTML."""

    default_priority = 200
    formats = ("html",)

    def run(self, **_kwargs: Any) -> None:
        """Replace each node by its HTML."""
        for kind in (HtmlOrTextNode, InlineHtmlOrTextNode):
            for node in list(self.document.findall(kind)):
                node.replace_self(nodes.raw("", node["html"], format="html"))


class WriteText(SphinxPostTransform):
    """Gives the other builders the text. It runs after :class:`WriteHtml`, on the nodes left."""

    default_priority = WriteHtml.default_priority + 1

    def run(self, **_kwargs: Any) -> None:
        """Replace each node by its text, in a literal block or as literal text."""
        pairs = (HtmlOrTextNode, nodes.literal_block), (InlineHtmlOrTextNode, nodes.literal)
        for kind, literal in pairs:
            for node in list(self.document.findall(kind)):
                # Without a language: the text is not Python and must not be coloured as Python.
                node.replace_self(literal(node["text"], node["text"], language="none"))


def setup_nodes(app: Sphinx) -> None:
    """Register the nodes and what writes them."""
    for kind in (HtmlOrTextNode, InlineHtmlOrTextNode, StatusNode):
        app.add_node(kind)
    app.add_node(DetailsNode, html=(write_details, None))
    app.add_post_transform(WriteHtml)
    app.add_post_transform(WriteText)
