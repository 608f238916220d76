"""The base of the directives that show records of the project, and the table for most of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def table(rows: Sequence[Sequence[str]], *classes: str) -> nodes.table:
    """A table of plain text.

    Args:
        rows: The cells, row by row; the first row is the head.
        classes: The classes of the table.
    """
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in rows[0]), cols=len(rows[0]))
    group += nodes.thead("", _row(rows[0]))
    group += nodes.tbody("", *map(_row, rows[1:]))
    return nodes.table("", group, classes=list(classes))


def _row(cells: Sequence[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph(cell, cell)) for cell in cells))
