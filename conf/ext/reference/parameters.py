"""``{mlx-parameters} mlx.core.random.split``: an author's words on every parameter.

The content is a definition list, a parameter a term. The names must be the signature's, in its
order; types and defaults are added from it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx

from mlx_keys.errors import KeysError
from mlx_keys.sphinxext.diagnostics import StrictDirective
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Argument, Signature

from .type_links import link_types


class MlxParametersDirective(StrictDirective):
    """The directive: its argument is the function, its content a definition list."""

    required_arguments = 1
    has_content = True

    def render(self) -> list[nodes.Node]:
        """Compare the terms with the signature, and add its types and defaults."""
        entry = introspect.entry(self.arguments[0])
        parameters = [
            parameter
            for parameter in (entry.signature or Signature()).parameters
            if parameter.name not in ("*", "/")
        ]
        content = self.parse_content_to_nodes()
        items = [item for node in content for item in node.findall(nodes.definition_list_item)]
        terms = [item[0] for item in items]
        names = [term.astext() for term in terms]
        expected = [parameter.name for parameter in parameters]
        if names != expected:
            raise KeysError(
                f"these are not the parameters of {entry.name}",
                expected=", ".join(expected),
                found=", ".join(names) or "no definition list",
                fix="write a definition list with these terms, in this order",
            )
        for term, parameter in zip(terms, parameters, strict=True):
            _fill_term(term, parameter)
        for node in content:
            if isinstance(node, nodes.definition_list):
                node["classes"].append("mk-parameters")
        return content


def _fill_term(term: nodes.Node, parameter: Argument) -> None:
    """Make a term the parameter's name in code, with its type and its default."""
    if not isinstance(term, nodes.Element):
        return
    term.clear()
    term += nodes.literal(parameter.name, parameter.name)
    annotation = nodes.inline("", " ", *link_types(parameter.annotation), classes=["mk-type"])
    if parameter.default is not None:
        annotation += [nodes.Text(", by default "), nodes.literal("", parameter.default)]
    term += annotation


def setup_parameters(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("mlx-parameters", MlxParametersDirective)
