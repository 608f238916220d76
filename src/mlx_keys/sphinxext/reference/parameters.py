"""``{mlx-parameters} mlx.core.random.split``: an author's words on each parameter, none left out.

The content is a definition list, a parameter a term. The names must be the signature's, in its
order; types and defaults are added from it.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError, Location
from mlx_keys.sphinxext.diagnostics import report
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Argument, Signature

from .type_links import linked


class MlxParameters(SphinxDirective):
    """The directive: its argument is the function, its content a definition list."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Hold the terms against the signature, and add what it knows."""
        source, line = self.get_source_info()
        try:
            entry = introspect.entry(self.arguments[0])
        except KeysError as error:
            error.where = Location(source, line)
            report(self.env, error)
            return []
        wanted = [
            parameter
            for parameter in (entry.signature or Signature()).parameters
            if parameter.name not in ("*", "/")
        ]
        content = self.parse_content_to_nodes()
        items = [item for node in content for item in node.findall(nodes.definition_list_item)]
        terms = [item[0] for item in items]
        found = [term.astext() for term in terms]
        if found != [parameter.name for parameter in wanted]:
            fault = KeysError(
                f"these are not the parameters of {entry.name}",
                where=Location(source, line),
                expected=", ".join(parameter.name for parameter in wanted),
                found=", ".join(found) or "no definition list",
                fix="name each parameter in the order of the signature",
            )
            report(self.env, fault)
            return []
        for term, parameter in zip(terms, wanted, strict=True):
            _name(term, parameter)
        for node in content:
            if isinstance(node, nodes.definition_list):
                node["classes"].append("mk-parameters")
        return content


def _name(term: nodes.Node, parameter: Argument) -> None:
    """Make a term the parameter's name in code, with its type and its default."""
    if not isinstance(term, nodes.Element):
        return
    term.clear()
    term += nodes.literal(parameter.name, parameter.name)
    kind = nodes.inline("", " ", *linked(parameter.annotation), classes=["mk-type"])
    if parameter.default is not None:
        kind += [nodes.Text(", by default "), nodes.literal("", parameter.default)]
    term += kind


def setup_parameters(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("mlx-parameters", MlxParameters)
