"""Attest: make a backend's record of examples that have just run there.

Nothing is taken from the cache and nothing is shared between examples, so a record says what a
reader gets who copies a program and runs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mlx_keys.examples.check import CheckedExample
from mlx_keys.examples.compare import Tolerance
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.trust.attestations import Attestation, BackendRecord, text_digest

#: Any float may differ while attesting: how far is what is recorded.
MEASURING = Tolerance(report=True)


@dataclass(frozen=True)
class AttestResult:
    """What came of attesting.

    Attributes:
        record: What to write.
        skipped: Examples that need a module which is not installed.
    """

    record: BackendRecord
    skipped: tuple[CheckedExample, ...]


def attest(
    examples: Iterable[CheckedExample],
    backend: Backend,
    date: str,
    before: BackendRecord | None = None,
) -> AttestResult:
    """Make a backend's record. Examples with a fault, or with an output that varies, are left out.

    Args:
        examples: The examples, checked with :data:`MEASURING`.
        backend: Where they ran.
        date: Today, ISO 8601.
        before: An older record, whose other pages are kept if it is of the same MLX.
    """
    pages: dict[str, list[Attestation]] = {}
    skipped = []
    for checked in examples:
        example = checked.example
        attested = pages.setdefault(example.location.path, [])
        if _lacks_module(checked):
            skipped.append(checked)
        elif checked.verdict and not checked.faults and example.options.varies is None:
            attested.append(
                Attestation(
                    text_digest(example.code),
                    text_digest(checked.printed),
                    text_digest(example.expected_text),
                    checked.verdict.distances,
                )
            )
    kept = before.pages if before is not None and before.backend.mlx == backend.mlx else {}
    new = {page: tuple(attested) for page, attested in pages.items() if attested}
    whole = {page: attested for page, attested in kept.items() if page not in pages} | new
    return AttestResult(BackendRecord(backend, date, whole), tuple(skipped))


def _lacks_module(checked: CheckedExample) -> bool:
    """Whether an example ended because a module is not installed."""
    run = checked.run
    return run.ended == "raised" and run.error[0] == "builtins.ModuleNotFoundError"
