"""Attest: run all examples on this machine, each in an interpreter of its own, and record them.

Nothing is taken from the cache and nothing is shared between examples, so a record says what a
reader gets who copies a program and runs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlx_keys.examples.check import CheckedExample
from mlx_keys.examples.compare import Tolerance
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.trust.attestations import Attestation, BackendRecord, digest

#: Any float may differ while attesting: how far is what is recorded.
MEASURING = Tolerance(report=True)


@dataclass(frozen=True)
class Attested:
    """What came of attesting.

    Attributes:
        record: What to write.
        skipped: Examples that need a module which is not here.
    """

    record: BackendRecord
    skipped: tuple[CheckedExample, ...]


def attest(
    judged: Iterable[CheckedExample],
    backend: Backend,
    date: str,
    before: BackendRecord | None = None,
) -> Attested:
    """Make a backend's record of examples that have just run there.

    Args:
        judged: They, judged with :data:`MEASURING`.
        backend: Where they ran.
        date: Today, ISO 8601.
        before: An older record, whose other pages are kept if it is of the same MLX.
    """
    pages: dict[str, list[Attestation]] = {}
    skipped = []
    for one in judged:
        entries = pages.setdefault(one.example.location.path, [])
        if one.run.ended == "raised" and one.run.error[0] == "builtins.ModuleNotFoundError":
            skipped.append(one)
        elif one.verdict is not None and not one.faults and one.example.options.varies is None:
            entries.append(
                Attestation(
                    digest(one.example.code),
                    digest(one.printed),
                    digest(one.example.expected_text),
                    one.verdict.distances,
                )
            )
    kept = before.pages if before is not None and before.backend.mlx == backend.mlx else {}
    new = {page: tuple(entries) for page, entries in pages.items() if entries}
    whole = {page: entries for page, entries in kept.items() if page not in pages} | new
    return Attested(BackendRecord(backend, date, whole), tuple(skipped))
