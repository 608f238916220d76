"""What a page may say under an example: on which backends its output was seen, and how closely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlx_keys.examples.check import CheckedExample
from mlx_keys.examples.compare import Outcome
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.ulp import Distance
from mlx_keys.trust.attestations import Attestations, text_digest

#: The agreement of an output that is the one shown, to the letter.
EQUAL = "equal"


@dataclass(frozen=True)
class BackendEvidence:
    """What one backend printed.

    Attributes:
        label: The device as a reader calls it: ``CPU``, ``CUDA`` or ``Metal``.
        system: Operating system, architecture and C library.
        agreement: ``equal``, or how far floats were from those shown.
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
    """The status line under an example, and what it rests on.

    Attributes:
        line: The line, such as ``verified on CPU and CUDA, mlx 0.32.4``.
        evidence: What it rests on, this build first.
    """

    line: str
    evidence: tuple[BackendEvidence, ...]


def example_status(checked: CheckedExample, backend: Backend, attestations: Attestations) -> Status:
    """The status of an example that this build has run and verified.

    Args:
        checked: The example and its verdict.
        backend: Where this build ran it.
        attestations: What was attested elsewhere.
    """
    assert checked.verdict is not None  # noqa: S101 - one without a verdict never gets this far
    varies = checked.example.options.varies
    if varies is not None:
        here = _this_build(checked, backend, attestations, "same shape")
        line = f"varies: {varies}; its shape was checked on {_devices([here])}"
        return Status(line, (here,))
    agreement = describe_agreement(checked.verdict.distances)
    evidence = [_this_build(checked, backend, attestations, agreement)]
    for name, record in attestations.records.items():
        attested = record.find(checked.example)
        if name != backend.name and attested is not None:
            agreement = describe_agreement(attested.max_difference)
            evidence.append(_evidence(record.backend, agreement, attested.printed, record.date))
    unattested = checked.verdict.outcome is Outcome.UNATTESTED
    return Status(_status_line(evidence, unattested=unattested), tuple(evidence))


def _status_line(evidence: Sequence[BackendEvidence], *, unattested: bool) -> str:
    """One line for all backends: ``equal on CPU, mlx 0.32.4; within 2 ulp of float32 on CUDA``.

    Args:
        evidence: Of each backend, this build first.
        unattested: Whether this build's output was neither accepted nor attested on its backend.
    """
    equal = [one for one in evidence if one.agreement == EQUAL]
    if len(equal) == len(evidence):
        return f"verified on {_devices(evidence)}"
    parts = [f"equal on {_devices(equal)}"] if equal else []
    for one in evidence:
        if one not in equal:
            note = ", not attested here" if unattested and one is evidence[0] else ""
            parts.append(f"{one.agreement} on {_devices([one])}{note}")
    return "; ".join(parts)


def describe_agreement(differences: Sequence[Distance]) -> str:
    """How close two outputs are, in words: ``equal``, or ``within 2 ulp of float32``."""
    return "within " + " and ".join(map(str, differences)) if differences else EQUAL


def _this_build(
    checked: CheckedExample, backend: Backend, attestations: Attestations, agreement: str
) -> BackendEvidence:
    """What this build printed; a record of this backend with the same adds its date and chip."""
    printed = text_digest(checked.printed)
    record = attestations.records.get(backend.name)
    attested = record.find(checked.example) if record else None
    if record and attested and (attested.printed, record.backend.mlx) == (printed, backend.mlx):
        return _evidence(record.backend, agreement, printed, record.date)
    return _evidence(backend, agreement, printed, "")


def _evidence(backend: Backend, agreement: str, printed: str, date: str) -> BackendEvidence:
    return BackendEvidence(
        label=backend.label,
        system=f"{backend.system.capitalize()} {backend.machine}, {backend.libc}",
        agreement=agreement,
        mlx=backend.mlx,
        chip=backend.chip if date else "",
        date=date,
        digest=printed,
        attested=bool(date),
    )


def _devices(evidence: Sequence[BackendEvidence]) -> str:
    """Devices and MLX's version: ``CPU and CUDA, mlx 0.32.4``."""
    by_version: dict[str, list[str]] = {}
    for one in evidence:
        by_version.setdefault(one.mlx, []).append(one.label)
    return "; ".join(
        " and ".join(dict.fromkeys(labels)) + (f", mlx {version}" if version else "")
        for version, labels in by_version.items()
    )
