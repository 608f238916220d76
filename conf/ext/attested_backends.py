"""``{attested-backends}``: the machines on which a project's examples were attested, as a table.

It says what the records in ``mlx_keys_trust`` say, and nothing of a machine that has none.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from mlx_keys.errors import KeysError
from mlx_keys.examples.ulp import Distance
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import report
from mlx_keys.sphinxext.domain import Store
from mlx_keys.sphinxext.nodes import table
from mlx_keys.trust import attestations
from mlx_keys.trust.attestations import BackendRecord
from mlx_keys.trust.status import describe_agreement

HEAD = ("Device", "Chip", "System", "mlx", "Attested", "Examples", "Equal", "Floats apart")

#: The names of the records that each page with a table was made of.
RECORDS = Store[list[str]]("records")


class AttestedDirective(SphinxDirective):
    """The table."""

    def run(self) -> list[nodes.Node]:
        """Read the records; a page with this table is read again when they change."""
        folder = trust_folder(self.env)
        for file in folder.glob("backends/*.json"):
            self.env.note_dependency(str(file))
        RECORDS.of(self.env)[self.env.docname] = names(self.env)
        try:
            known = attestations.load_attestations(folder).records.values()
        except KeysError as error:
            report(self.env, error)
            return []
        if not known:
            said = "No machine has been attested yet."
            return [nodes.paragraph(said, said)]
        # A backend a column, so that the table fits a phone.
        shown = table(list(zip(HEAD, *map(column, known), strict=True)), "mk-attested")
        self.set_source_info(shown)
        return [shown]


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


def names(env: BuildEnvironment) -> list[str]:
    """The records that there are."""
    return sorted(file.name for file in trust_folder(env).glob("backends/*.json"))


def outdated(_app: Sphinx, env: BuildEnvironment, *_changes: set[str]) -> list[str]:
    """The pages whose table lacks a record, or has one that is gone."""
    now = names(env)
    return [
        page for page, then in RECORDS.of(env).items() if then != now and page in env.found_docs
    ]


def setup_attested_backends(app: Sphinx) -> None:
    """Register the directive and what keeps its pages current."""
    app.add_directive("attested-backends", AttestedDirective)
    app.connect("env-get-outdated", outdated)
