"""What a page may say under an example: where its output was seen, and how closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlx_keys.examples.check import CheckedExample
from mlx_keys.examples.compare import Outcome
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.ulp import Distance
from mlx_keys.trust.attestations import Attestations, digest


@dataclass(frozen=True)
class BackendEvidence:
    """Where an output was seen.

    Attributes:
        label: The device as a reader calls it: ``CPU``, ``CUDA`` or ``Metal``.
        system: Operating system, architecture and C library.
        agreement: ``equal``, or how far floats were apart.
        mlx: MLX's version.
        chip: The chip, where a record names it.
        date: The day of the record, ISO 8601; empty for this build.
        digest: The SHA-256 of what was printed.
        attested: Whether a record says so; else this build alone does.
    """

    label: str
    system: str
    agreement: str
    mlx: str
    chip: str
    date: str
    digest: str
    attested: bool


@dataclass(frozen=True)
class Status:
    """What stands under an example.

    Attributes:
        line: One line, such as ``verified on CPU and CUDA, mlx 0.32.4``.
        evidence: What it rests on, this build first.
    """

    line: str
    evidence: tuple[BackendEvidence, ...]


def status(judged: CheckedExample, backend: Backend, trust: Attestations) -> Status:
    """What may be said of an example that this build has run and found right.

    Args:
        judged: The example and its verdict.
        backend: Where this build ran it.
        trust: What was attested elsewhere.
    """
    assert judged.verdict is not None  # noqa: S101 - one without a verdict never gets this far
    if judged.example.options.varies is not None:
        here = _here(judged, backend, trust, "same shape")
        line = f"varies: {judged.example.options.varies}; its shape was checked on {_on([here])}"
        return Status(line, (here,))
    evidence = [_here(judged, backend, trust, describe_agreement(judged.verdict.distances))]
    for name, record in trust.records.items():
        entry = record.entry(judged.example)
        if name != backend.name and entry is not None:
            evidence.append(
                _evidence(
                    record.backend,
                    describe_agreement(entry.max_difference),
                    entry.printed,
                    record.date,
                )
            )
    equal = [one for one in evidence if one.agreement == "equal"]
    if len(equal) == len(evidence):
        return Status(f"verified on {_on(evidence)}", tuple(evidence))
    parts = [f"equal on {_on(equal)}"] if equal else []
    for one in evidence:
        if one not in equal:
            unattested = one is evidence[0] and judged.verdict.outcome is Outcome.UNATTESTED
            parts.append(
                f"{one.agreement} on {_on([one])}{', not attested here' if unattested else ''}"
            )
    return Status("; ".join(parts), tuple(evidence))


def describe_agreement(apart: Sequence[Distance]) -> str:
    """How close two outputs are, in words."""
    return "within " + " and ".join(map(str, apart)) if apart else "equal"


def _here(
    judged: CheckedExample, backend: Backend, trust: Attestations, agreed: str
) -> BackendEvidence:
    """What this build saw; a record of this backend that saw the same adds its date and chip."""
    printed = digest(judged.printed)
    record = trust.records.get(backend.name)
    entry = record.entry(judged.example) if record else None
    if record and entry and (entry.printed, record.backend.mlx) == (printed, backend.mlx):
        return _evidence(record.backend, agreed, printed, record.date)
    return _evidence(backend, agreed, printed, "")


def _evidence(backend: Backend, agreed: str, printed: str, date: str) -> BackendEvidence:
    return BackendEvidence(
        label=backend.label,
        system=f"{backend.system.capitalize()} {backend.machine}, {backend.libc}",
        agreement=agreed,
        mlx=backend.mlx,
        chip=backend.chip if date else "",
        date=date,
        digest=printed,
        attested=bool(date),
    )


def _on(evidence: Sequence[BackendEvidence]) -> str:
    """Devices and MLX's version: ``CPU and CUDA, mlx 0.32.4``."""
    by_version: dict[str, list[str]] = {}
    for one in evidence:
        by_version.setdefault(one.mlx, []).append(one.label)
    return "; ".join(
        " and ".join(dict.fromkeys(labels)) + (f", mlx {version}" if version else "")
        for version, labels in by_version.items()
    )
