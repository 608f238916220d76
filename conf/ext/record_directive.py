"""The base of the directives that show records of the project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docutils import nodes

from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import StrictDirective


class RecordDirective(StrictDirective):
    """Reads records in ``mlx_keys_trust``; one that is missing or unreadable stops the build."""

    @property
    def folder(self) -> Path:
        """The folder of the project's records."""
        return trust_folder(self.env)

    def render(self) -> list[nodes.Node]:
        """Show the records; the page is read again when one of their files changes."""
        for path in self.record_paths():
            self.env.note_dependency(str(path))
        shown = self.show_records()
        self.set_source_info(shown)
        return [shown]

    def record_paths(self) -> Iterable[Path]:
        """The files that the directive shows, whether they exist or not."""
        raise NotImplementedError

    def show_records(self) -> nodes.Element:
        """What the page shows of them.

        Raises:
            KeysError: A record is missing, or cannot be read.
        """
        raise NotImplementedError
