"""``{attested-backends}``: the machines on which the project's examples were attested, as a table.

It shows the records in ``mlx_keys_trust``, a column each; a machine without a record is not named.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from mlx_keys.examples.ulp import Distance
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.domain import Store
from mlx_keys.trust.attestations import BackendRecord, load_attestations
from mlx_keys.trust.status import describe_agreement

from .record_directive import RecordDirective, table

HEAD = ("Device", "Chip", "System", "mlx", "Attested", "Examples", "Equal", "Floats apart")

#: The files of records that each page with the table was made of. A page depends on the files that
#: it has read; a file that is new is seen by comparing names.
SHOWN_RECORDS = Store[list[str]]("attested-backends")


class AttestedBackendsDirective(RecordDirective):
    """The table."""

    def record_paths(self) -> Iterable[Path]:
        """The record of each backend."""
        return record_paths(self.folder)

    def show_records(self) -> nodes.Element:
        """The table: a backend a column, so that it fits a phone."""
        SHOWN_RECORDS.of(self.env)[self.env.docname] = _names(self.folder)
        records = load_attestations(self.folder).records.values()
        if not records:
            text = "No machine has been attested yet."
            return nodes.paragraph(text, text)
        return table(list(zip(HEAD, *map(column, records), strict=True)), "mk-attested")


def column(record: BackendRecord) -> tuple[str, ...]:
    """The cells of one backend's column, below one another as in :data:`HEAD`."""
    entries = [entry for page in record.pages.values() for entry in page]
    apart = [entry for entry in entries if entry.max_difference]
    largest: dict[str, Distance] = {}
    for distance in (distance for entry in apart for distance in entry.max_difference):
        largest[distance.unit] = max(distance, largest.get(distance.unit, distance))
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


def record_paths(folder: Path) -> list[Path]:
    """The files of all records."""
    return sorted(folder.glob("backends/*.json"))


def _names(folder: Path) -> list[str]:
    return [path.name for path in record_paths(folder)]


def outdated(_app: Sphinx, env: BuildEnvironment, *_changes: set[str]) -> list[str]:
    """The pages whose table lacks a record, or shows one that is gone."""
    names = _names(trust_folder(env))
    shown = SHOWN_RECORDS.of(env)
    return [page for page in shown if shown[page] != names and page in env.found_docs]


def setup_attested_backends(app: Sphinx) -> None:
    """Register the directive, and what keeps its pages current."""
    app.add_directive("attested-backends", AttestedBackendsDirective)
    app.connect("env-get-outdated", outdated)
