"""The base of the directives that show records of the project: dependencies and faults."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import location_of, report


class RecordDirective(SphinxDirective):
    """Reads records in ``mlx_keys_trust``; one that is missing or unreadable stops the build."""

    @property
    def folder(self) -> Path:
        """The folder of the project's records."""
        return trust_folder(self.env)

    def run(self) -> list[nodes.Node]:
        """Render the records; the page is read again when one of their files changes."""
        for path in self.record_paths():
            self.env.note_dependency(str(path))
        try:
            rendered = self.render()
        except KeysError as error:
            report(self.env, error, location_of(self))
            return []
        self.set_source_info(rendered)
        return [rendered]

    def record_paths(self) -> Iterable[Path]:
        """The files that the directive shows, whether they exist or not."""
        raise NotImplementedError

    def render(self) -> nodes.Element:
        """What the page shows of them.

        Raises:
            KeysError: A record is missing, or cannot be read.
        """
        raise NotImplementedError
