"""The addresses of the types in mlx's signatures, and the links of a signature's words to them.

A build fetches nothing, so the addresses are listed here in place of inventories.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_MLX = "https://ml-explore.github.io/mlx/build/html/python/_autosummary/"
_PYTHON = "https://docs.python.org/3/library/"

#: ``scalar`` is documented nowhere: mlx means a Python number or bool by it, and it has no link.
TYPES = {
    "array": f"{_MLX}mlx.core.array.html",
    "Dtype": f"{_MLX}mlx.core.Dtype.html",
    "StreamOrDevice": f"{_MLX}stream_class.html",
    "Sequence": f"{_PYTHON}collections.abc.html#collections.abc.Sequence",
    "None": f"{_PYTHON}constants.html#None",
    "bool": f"{_PYTHON}functions.html#bool",
    "float": f"{_PYTHON}functions.html#float",
    "int": f"{_PYTHON}functions.html#int",
    "list": f"{_PYTHON}stdtypes.html#list",
    "str": f"{_PYTHON}stdtypes.html#str",
    "scalar": "",
}

_WORD = re.compile(r"(\w+)")


def link_types(annotation: str) -> list[nodes.Node]:
    """An annotation as nodes, each type that is documented a link."""
    return [
        nodes.reference(word, word, internal=False, refuri=TYPES[word])
        if TYPES.get(word)
        else nodes.Text(word)
        for word in _WORD.split(annotation)
        if word
    ]


def resolve_type(
    _app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Node | None:
    """Link a type in a signature that Sphinx's Python domain has parsed."""
    if node.get("refdomain") != "py" or node.get("reftype") not in ("class", "obj"):
        return None
    address = TYPES.get(node["reftarget"])
    if address is None:
        return None
    if not address:
        return content
    return nodes.reference("", "", content, internal=False, refuri=address)


def setup_type_links(app: Sphinx) -> None:
    """Register the links."""
    app.connect("missing-reference", resolve_type)
