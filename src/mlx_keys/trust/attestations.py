"""What was attested on each backend, one JSON file per backend, and on which outputs are accepted.

``trust/backends/NAME.json`` says, for each example, what it printed on that backend, as a digest,
and how far its floats were from what the page showed. ``trust/blessed.json`` names the reference
backend, on which authors accept outputs: there every float is compared exactly.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from mlx_keys.examples.compare import EXACT, Tolerance
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.model import Example
from mlx_keys.examples.ulp import Distance
from mlx_keys.files import read_record, write_atomic


def text_digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal, as records hold it."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Attestation:
    """What one example did on one backend.

    Attributes:
        code: The digest of its code: an example that is edited is not attested any more.
        printed: The digest of what it printed there.
        shown: The digest of what its page showed.
        max_difference: The largest distance of its floats from those shown, in each unit.
    """

    code: str
    printed: str
    shown: str
    max_difference: tuple[Distance, ...] = ()


@dataclass(frozen=True)
class BackendRecord:
    """All that was attested on one backend.

    Attributes:
        backend: Where, on which chip, with which versions.
        date: The day, ISO 8601.
        pages: The attestations of each page's examples, in their order.
    """

    backend: Backend
    date: str
    pages: Mapping[str, tuple[Attestation, ...]]

    def find(self, example: Example) -> Attestation | None:
        """Find the attestation of this code with this output shown, on any page."""
        wanted = text_digest(example.code), text_digest(example.expected_text)
        attested = (entry for page in self.pages.values() for entry in page)
        return next((entry for entry in attested if (entry.code, entry.shown) == wanted), None)


@dataclass(frozen=True)
class Attestations:
    """All records of a project.

    Attributes:
        records: By the name of their backend, in the order of names.
        reference_backend: The backend on which outputs are accepted; None before the first.
        overrides: By the digest of their code, the examples accepted on another backend.
    """

    records: Mapping[str, BackendRecord] = field(default_factory=dict)
    reference_backend: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)

    def tolerance(self, example: Example, backend: Backend) -> Tolerance:
        """How far an example's floats may be off on a backend.

        Not at all on the backend where its output was accepted, or in a project without records.
        On another backend, as far as was measured there for this output with this version of MLX;
        if nothing was measured, a difference is reported and does not fail.
        """
        reference = self.overrides.get(text_digest(example.code), self.reference_backend)
        if reference is None or reference == backend.name:
            return EXACT
        record = self.records.get(backend.name)
        same_mlx = record is not None and record.backend.mlx == backend.mlx
        attested = record.find(example) if record is not None and same_mlx else None
        return Tolerance(attested.max_difference) if attested else Tolerance(report=True)

    def blessed_on(self, backend: Backend, examples: Iterable[Example]) -> Self:
        """Return the records as they are after these examples were accepted on a backend."""
        codes = {text_digest(example.code) for example in examples}
        reference = self.reference_backend or backend.name
        overrides = {code: name for code, name in self.overrides.items() if code not in codes}
        if backend.name != reference:
            overrides |= dict.fromkeys(codes, backend.name)
        overrides = dict(sorted(overrides.items()))
        return replace(self, reference_backend=reference, overrides=overrides)


def load_attestations(folder: Path) -> Attestations:
    """Read the records of a project; a folder that is not there holds none.

    Raises:
        KeysError: A file is not such a record.
    """
    records = {}
    for file in sorted((folder / "backends").glob("*.json")):
        what = "the attestations of a backend"
        record = read_record(file, _decode_record, what, "mlx-keys attest, or restore the file")
        records[record.backend.name] = record
    blessed = folder / "blessed.json"
    if not blessed.is_file():
        return Attestations(records)
    reference, overrides = read_record(
        blessed,
        lambda stored: (str(stored["backend"]), dict(stored["elsewhere"])),
        "the name of the reference backend",
        "mlx-keys attest, or restore the file",
    )
    return Attestations(records, reference, overrides)


def save_blessed(folder: Path, attestations: Attestations) -> None:
    """Write down which backend accepted the outputs."""
    stored = {"backend": attestations.reference_backend, "elsewhere": dict(attestations.overrides)}
    write_atomic(folder / "blessed.json", json.dumps(stored, indent=2) + "\n")


def save_record(folder: Path, record: BackendRecord) -> Path:
    """Write a backend's record, one example per line: a diff then shows which examples changed."""
    pages = []
    for page, attested in sorted(record.pages.items()):
        lines = ",\n".join(f"      {json.dumps(_encode(entry))}" for entry in attested)
        pages.append(f"    {json.dumps(page)}: [\n{lines}\n    ]")
    backend = json.dumps(asdict(record.backend), indent=2).replace("\n", "\n  ")
    text = (
        f'{{\n  "backend": {backend},\n  "date": {json.dumps(record.date)},\n  "pages": {{\n'
        + ",\n".join(pages)
        + "\n  }\n}\n"
    )
    path = folder / "backends" / f"{record.backend.name}.json"
    write_atomic(path, text)
    return path


def _encode(attestation: Attestation) -> dict[str, Any]:
    """Encode an attestation as JSON; ``shown`` is left out where it equals ``printed``.

    The key ``apart`` holds the largest difference in each unit.
    """
    stored: dict[str, Any] = {"code": attestation.code, "printed": attestation.printed}
    if attestation.shown != attestation.printed:
        stored["shown"] = attestation.shown
        stored["apart"] = {one.unit: one.amount for one in attestation.max_difference}
    return stored


def _decode_record(stored: Any) -> BackendRecord:
    pages = {page: tuple(map(_decode, entries)) for page, entries in stored["pages"].items()}
    return BackendRecord(Backend(**stored["backend"]), str(stored["date"]), pages)


def _decode(stored: Any) -> Attestation:
    return Attestation(
        stored["code"],
        stored["printed"],
        stored.get("shown", stored["printed"]),
        tuple(Distance(float(amount), unit) for unit, amount in stored.get("apart", {}).items()),
    )
