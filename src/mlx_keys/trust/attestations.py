"""What has been attested where: a JSON file a backend, and who accepted what pages show.

``trust/backends/NAME.json`` says, for each example, what it printed on that backend, as a digest,
and how far its floats were from what the page showed. ``trust/blessed.json`` names the backend
on which authors accept outputs: there every float is held to the letter.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.compare import EXACT, Tolerance
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.examples.model import Example
from mlx_keys.examples.ulp import Distance
from mlx_keys.files import write_atomic


def digest(text: str) -> str:
    """The SHA-256 of a text, as it stands in records."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Attestation:
    """What one example did on one backend.

    Attributes:
        code: The digest of its code: an example that is edited is not attested any more.
        printed: The digest of what it printed there.
        shown: The digest of what its page showed.
        max_difference: How far its floats were from those shown, the largest distance in each unit.
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
        pages: The entries of each page, in its order.
    """

    backend: Backend
    date: str
    pages: Mapping[str, tuple[Attestation, ...]]

    def entry(self, example: Example) -> Attestation | None:
        """What was attested of this code with this output beside it, wherever it stands."""
        code, shown = digest(example.code), digest(example.expected_text)
        entries = (entry for page in self.pages.values() for entry in page)
        return next((e for e in entries if (e.code, e.shown) == (code, shown)), None)


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
        """How far an example's floats may be off on this backend.

        Not at all where they were accepted, nor in a project that keeps no records. Elsewhere as
        far as was measured for this output there, by this version of MLX; where nothing was
        measured they are reported.
        """
        reference_backend = self.overrides.get(digest(example.code), self.reference_backend)
        if reference_backend is None or reference_backend == backend.name:
            return EXACT
        record = self.records.get(backend.name)
        if record is None or record.backend.mlx != backend.mlx:
            return Tolerance(report=True)
        entry = record.entry(example)
        return (
            Tolerance(report=True) if entry is None else Tolerance(distances=entry.max_difference)
        )

    def blessed_on(self, backend: Backend, examples: Iterable[Example]) -> Self:
        """These records after outputs were accepted on a backend."""
        codes = {digest(example.code) for example in examples}
        reference_backend = self.reference_backend or backend.name
        overrides = {code: name for code, name in self.overrides.items() if code not in codes}
        if backend.name != reference_backend:
            overrides |= dict.fromkeys(codes, backend.name)
        return replace(
            self, reference_backend=reference_backend, overrides=dict(sorted(overrides.items()))
        )


def load_attestations(folder: Path) -> Attestations:
    """Read the records of a project; a folder that is not there holds none.

    Raises:
        KeysError: For a file that is not such a record.
    """
    records = {}
    for file in sorted((folder / "backends").glob("*.json")):
        stored = _read(file)
        try:
            record = _record(stored)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _broken(file, repr(error)) from error
        records[record.backend.name] = record
    blessed = folder / "blessed.json"
    if not blessed.is_file():
        return Attestations(records)
    stored = _read(blessed)
    try:
        return Attestations(records, str(stored["backend"]), dict(stored["elsewhere"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _broken(blessed, repr(error)) from error


def save_blessed(folder: Path, trust: Attestations) -> None:
    """Write down which backend accepted the outputs."""
    stored = {"backend": trust.reference_backend, "elsewhere": dict(trust.overrides)}
    write_atomic(folder / "blessed.json", json.dumps(stored, indent=2) + "\n")


def save_record(folder: Path, record: BackendRecord) -> Path:
    """Write a backend's record, an example a line, so that a change of one is a change of one."""
    pages = []
    for page, entries in sorted(record.pages.items()):
        lines = ",\n".join(f"      {json.dumps(_stored(entry))}" for entry in entries)
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


def _stored(entry: Attestation) -> dict[str, Any]:
    """An entry as JSON: what equals what is shown is said once."""
    stored: dict[str, Any] = {"code": entry.code, "printed": entry.printed}
    if entry.shown != entry.printed:
        stored["shown"] = entry.shown
        stored["apart"] = {one.unit: one.amount for one in entry.max_difference}
    return stored


def _record(stored: Any) -> BackendRecord:
    pages = {}
    for page, entries in stored["pages"].items():
        pages[page] = tuple(
            Attestation(
                entry["code"],
                entry["printed"],
                entry.get("shown", entry["printed"]),
                tuple(Distance(float(n), unit) for unit, n in entry.get("apart", {}).items()),
            )
            for entry in entries
        )
    return BackendRecord(Backend(**stored["backend"]), str(stored["date"]), pages)


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _broken(file, str(error)) from error


def _broken(file: Path, found: str) -> KeysError:
    return KeysError(
        "this record of trust cannot be read",
        where=Location(str(file)),
        found=found,
        fix="mlx-keys attest, or restore the file",
    )
