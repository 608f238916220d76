"""``{attested-backends}``: the machines on which a project's examples were attested, as a table.

It says what the records in ``mlx_keys_trust`` say, and nothing of a machine that has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError
from mlx_keys.examples.ulp import Distance
from mlx_keys.sphinxext.diagnostics import note
from mlx_keys.sphinxext.example import trust_folder
from mlx_keys.trust import attestations
from mlx_keys.trust.attestations import BackendRecord
from mlx_keys.trust.status import describe_agreement

HEAD = ("Device", "Chip", "System", "mlx", "Attested", "Examples", "Equal", "Floats apart")


class AttestedDirective(SphinxDirective):
    """The table."""

    def run(self) -> list[nodes.Node]:
        """Read the records; a page with this table is read again when they change."""
        folder = trust_folder(self.env)
        for file in folder.glob("backends/*.json"):
            self.env.note_dependency(str(file))
        _pages(self.env)[self.env.docname] = names(self.env)
        try:
            known = attestations.load_attestations(folder).records.values()
        except KeysError as error:
            note(self.env, error, self.env.docname)
            return []
        if not known:
            said = "No machine has been attested yet."
            return [nodes.paragraph(said, said)]
        table = table_of(list(zip(HEAD, *map(column, known), strict=True)))
        self.set_source_info(table)
        return [table]


def column(record: BackendRecord) -> tuple[str, ...]:
    """What the table says of one backend."""
    entries = [entry for page in record.pages.values() for entry in page]
    apart = [entry for entry in entries if entry.max_difference]
    largest: dict[str, Distance] = {}
    for far in (far for entry in apart for far in entry.max_difference):
        largest[far.unit] = max(far, largest.get(far.unit, far))
    backend = record.backend
    return (
        backend.label,
        backend.chip,
        f"{backend.system.capitalize()} {backend.machine}, {backend.libc}",
        backend.mlx,
        record.date,
        str(len(entries)),
        str(len(entries) - len(apart)),
        f"{len(apart)}, {describe_agreement(sorted(largest.values()))}" if apart else "0",
    )


def table_of(rows: Sequence[Sequence[str]]) -> nodes.table:
    """A table whose first row is its head: a backend a column, so that it fits a phone."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in rows[0]), cols=len(rows[0]))
    group += nodes.thead("", _row(rows[0]))
    group += nodes.tbody("", *map(_row, rows[1:]))
    return nodes.table("", group, classes=["mk-attested"])


def _row(cells: Sequence[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph(cell, cell)) for cell in cells))


def names(env: BuildEnvironment) -> list[str]:
    """The records that there are."""
    return sorted(file.name for file in trust_folder(env).glob("backends/*.json"))


def _pages(env: BuildEnvironment) -> dict[str, list[str]]:
    """The pages with a table, each with the names of the records that it was made of."""
    if not hasattr(env, "mlx_keys_attested"):
        env.mlx_keys_attested = {}  # type: ignore[attr-defined]
    kept: dict[str, list[str]] = env.mlx_keys_attested  # type: ignore[attr-defined]
    return kept


def outdated(_app: Sphinx, env: BuildEnvironment, *_changes: set[str]) -> list[str]:
    """The pages whose table lacks a record, or has one that is gone."""
    now = names(env)
    return [page for page, then in _pages(env).items() if then != now and page in env.found_docs]


def _purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _pages(env).pop(docname, None)


def _merge(_app: Sphinx, env: BuildEnvironment, docs: set[str], other: BuildEnvironment) -> None:
    _pages(env).update({page: then for page, then in _pages(other).items() if page in docs})


def setup_attested_backends(app: Sphinx) -> None:
    """Register the directive and what keeps its pages current."""
    app.add_directive("attested-backends", AttestedDirective)
    app.connect("env-get-outdated", outdated)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
