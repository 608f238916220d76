"""``{mlx-function} mlx.core.random.split``: the head of a reference page, read from the mlx here.

The signature is read from the installed mlx, as is each fact that follows from it. What an author
adds (the shape and the dtype of the result) is held against a call: see :mod:`.result_spec`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import desc_content, desc_signature
from sphinx.application import Sphinx
from sphinx.domains.python import PyFunction
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlx_keys.errors import KeysError, Location
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import StrictDirective, location_of
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry, Signature

from .at_a_glance import facts_table
from .result_spec import RESULT_SPECS, ResultSpec


def names(text: str) -> tuple[str, ...]:
    """An option that lists names: with commas, or with spaces."""
    return tuple(text.replace(",", " ").split())


class MlxFunctionDirective(StrictDirective, PyFunction):
    """The directive: its argument is a function of mlx, its content a sentence about it."""

    option_spec: ClassVar[dict[str, Callable[[str], object]]] = {
        "call": directives.unchanged_required,
        "shape": directives.unchanged_required,
        "dtype": directives.unchanged_required,
        "dtypes": names,
    }

    entry: Entry

    def render(self) -> list[nodes.Node]:
        """Make the signature, the sentence and the facts."""
        self.entry = introspect.entry(self.arguments[0])
        self._keep_result_spec(location_of(self))
        self.name = "py:function"  # Sphinx takes the described object's kind from it
        return PyFunction.run(self)

    def get_signatures(self) -> list[str]:
        """Each form of the function, as Python writes it."""
        forms = [self.entry.signature or Signature(), *self.entry.overloads]
        return [self.entry.name + str(form).replace("→", "->") for form in forms]

    def transform_content(self, content_node: desc_content) -> None:
        """Put the facts under the sentence."""
        folder = trust_folder(self.env)
        self.env.note_dependency(str(folder / "history.json"))
        content_node += facts_table(self.entry, self.options, folder)

    def _keep_result_spec(self, location: Location) -> None:
        """Keep what the options document of the result, to be held against the call."""
        shape, dtype, dtypes = (self.options.get(name) for name in ("shape", "dtype", "dtypes"))
        call = self.options.get("call")
        if call is not None:
            spec = ResultSpec(location, self.entry.name, call, shape, dtype, dtypes or ())
            RESULT_SPECS.of(self.env).setdefault(self.env.docname, []).append(spec)
        elif shape or dtype or dtypes:
            raise KeysError(
                "no call shows the documented result",
                expected=":call: beside :shape:, :dtype: or :dtypes:",
                fix="add a call of the function, as in :call: split(key(7), 3)",
            )


class PlaceModuleAboveTitle(SphinxPostTransform):
    """Puts a function's module above the title of the function's own page, in small type.

    It is done when the page is written, so that the table of contents has the title alone.
    """

    default_priority = 400

    def run(self, **_kwargs: object) -> None:
        """Insert the module into the title."""
        described = next(self.document.findall(desc_signature), None)
        title = next(self.document.findall(nodes.title), None)
        if described is None or title is None or not described.get("fullname"):
            return
        module, _, name = described["fullname"].rpartition(".")
        if module and title.astext() == name:
            title.insert(0, nodes.inline(module, module, classes=["mk-eyebrow"]))


def setup_function(app: Sphinx) -> None:
    """Register the directive and the module above the title."""
    app.add_directive("mlx-function", MlxFunctionDirective)
    app.add_post_transform(PlaceModuleAboveTitle)
