"""What directives have in common that show a record of the project's: one fault, one dependency."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError, Location
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import report


class RecordDirective(SphinxDirective):
    """Reads a record; what fails is a fault of the page."""

    @property
    def folder(self) -> Path:
        """Where the project keeps its records."""
        return trust_folder(self.env)

    def run(self) -> list[nodes.Node]:
        """Show what was measured, or note why it can't be."""
        for file in self.files():
            self.env.note_dependency(str(file))
        try:
            shown = self.shown()
        except KeysError as error:
            error.where = error.where or Location(*self.get_source_info())
            report(self.env, error)
            return []
        self.set_source_info(shown)
        return [shown]

    def files(self) -> Iterable[Path]:
        """The files that the page is to be made of."""
        raise NotImplementedError

    def shown(self) -> nodes.Element:
        """What the page is to show."""
        raise NotImplementedError
