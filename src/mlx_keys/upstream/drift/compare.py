"""All of a module's docstrings, or a page, held against the installed mlx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry, Page
from mlx_keys.upstream.read import page as page_module

from . import curator_notes, index, runtime_claims
from . import entry as drift
from . import module as module_drift
from .finding import Finding, FindingKind
from .source_text import Written


@dataclass(frozen=True)
class Skipped:
    """An entry that could not be compared, and why."""

    name: str
    where: Location
    why: str

    def to_json(self) -> dict[str, Any]:
        """The fields as plain values."""
        return {"name": self.name, "where": str(self.where), "why": self.why}


@dataclass(frozen=True)
class DriftReport:
    """What comparing gave.

    Attributes:
        compared: How many entries and module pages were held against the installed mlx.
        findings: In the order of the documentation.
        skipped: Entries that the installed mlx gives no signature for.
    """

    compared: int = 0
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def __add__(self, other: DriftReport) -> DriftReport:
        return DriftReport(
            self.compared + other.compared,
            self.findings + other.findings,
            self.skipped + other.skipped,
        )


def docstrings(module: str) -> DriftReport:
    """Compare each function's docstring with its signature, and its promises with what it does.

    Args:
        module: Such as ``mlx.core.random``.

    Raises:
        KeysError: mlx is not installed, or has no such module.
    """
    entries = [introspect.entry(name) for name in introspect.names(module)]
    found = [*module_drift.module(module, entries)]
    for entry in entries:
        found += [*drift.entry(entry, entry), *runtime_claims.broken(entry)]
    return DriftReport(len(entries), tuple(found))


def load(path: Path) -> DriftReport:
    """Read a page and compare it.

    Raises:
        KeysError: mlx is not installed, or the page cannot be read.
    """
    return page(page_module.load(path), Written(str(path), path.read_text("utf-8", "replace")))


def page(record: Page, written: Written) -> DriftReport:
    """Compare a page with the installed mlx.

    Args:
        record: The page.
        written: The page as it stands, to name lines of it.

    Raises:
        KeysError: mlx is not installed.
    """
    introspect.version()  # without mlx, say so rather than skip every entry
    if not record.entries:
        found = index.index(
            record, introspect.names, introspect.entry, written, introspect.attributes
        )
        return DriftReport(1, tuple(found))
    return sum(
        (_entry(record, documented, written) for documented in record.entries), DriftReport()
    )


def _entry(record: Page, documented: Entry, written: Written) -> DriftReport:
    place = Location(written.path, documented.line)
    try:
        there = introspect.entry(documented.name)
    except introspect.AbsentError:
        return DriftReport(1, (Finding(documented.name, FindingKind.GONE, where=place),))
    except KeysError:
        why = "no signature" if documented.name.startswith("mlx.core.") else "outside mlx.core"
        return DriftReport(skipped=(Skipped(documented.name, place, why),))
    found = [*drift.signatures(documented, there, place), *drift.entry(documented, there, place)]
    found += runtime_claims.broken(documented, place)
    if documented is record.entries[0]:
        found += _notes(record, there, written)
    return DriftReport(1, tuple(found))


def _notes(record: Page, there: Entry, written: Written) -> Iterator[Finding]:
    """Notes stand in front of the page, so they are about its first entry."""
    if not (record.curated.notes or record.curated.examples):
        return
    module = there.name.rpartition(".")[0]
    beside: frozenset[str] = frozenset()
    try:
        for name in introspect.names(module):
            beside |= curator_notes.parameters(introspect.entry(name))
    except KeysError:
        pass  # a method: its class is no module, and only calls in the notes are judged
    yield from curator_notes.notes(record.curated, there, beside, introspect.entry, written)
