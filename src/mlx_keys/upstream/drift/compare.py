"""The drift report: the docstrings of a module, or a page, compared with the installed mlx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError, Location
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry, Page
from mlx_keys.upstream.read import page as reader

from .curator_notes import compare_notes, parameter_names
from .entry import compare_entry, compare_signature
from .finding import Finding, FindingKind, SourceText
from .module import compare_index, compare_module
from .runtime_claims import refuted_claims


@dataclass(frozen=True)
class Skipped:
    """An entry, at a place of a page, that could not be compared, and why."""

    name: str
    where: Location
    why: str

    def to_json(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {"name": self.name, "where": str(self.where), "why": self.why}


@dataclass(frozen=True)
class DriftReport:
    """What comparisons found; reports can be added.

    Attributes:
        compared: How many entries and module pages were compared with the installed mlx.
        findings: In the order of the documentation.
        skipped: Entries for which the installed mlx has no signature.
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


def compare_docstrings(module: str) -> DriftReport:
    """Compare the docstrings of a module's functions with signatures and with what mlx does.

    Raises:
        KeysError: mlx is not installed, or has no such module.
    """
    entries = [introspect.entry(name) for name in introspect.names(module)]
    findings = [*compare_module(module, entries)]
    for entry in entries:
        findings += [*compare_entry(entry, entry), *refuted_claims(entry)]
    return DriftReport(len(entries), tuple(findings))


def compare_file(path: Path) -> DriftReport:
    """Read a page and compare it; raises KeysError without mlx, or for an unreadable page."""
    page = reader.load(path)
    return compare_page(page, SourceText(str(path), path.read_text("utf-8", "replace")))


def compare_page(page: Page, source: SourceText) -> DriftReport:
    """Compare a page with the installed mlx; its source names the lines of findings.

    Raises:
        KeysError: mlx is not installed.
    """
    introspect.version()  # raises without mlx; below, a KeysError means that an entry is skipped
    if not page.entries:
        return DriftReport(1, tuple(compare_index(page, introspect, source)))
    reports = (_compare_documented(page, entry, source) for entry in page.entries)
    return sum(reports, DriftReport())


def _compare_documented(page: Page, documented: Entry, source: SourceText) -> DriftReport:
    """Compare one entry of a page."""
    where = Location(source.path, documented.line)
    try:
        installed = introspect.entry(documented.name)
    except introspect.AbsentError:
        return DriftReport(1, (Finding(documented.name, FindingKind.GONE, where=where),))
    except KeysError:
        why = "no signature" if documented.name.startswith("mlx.core.") else "outside mlx.core"
        return DriftReport(skipped=(Skipped(documented.name, where, why),))
    findings = [
        *compare_signature(documented, installed, where),
        *compare_entry(documented, installed, where),
        *refuted_claims(documented, where),
    ]
    if documented is page.entries[0]:
        findings += _compare_notes(page, installed, source)
    return DriftReport(1, tuple(findings))


def _compare_notes(page: Page, installed: Entry, source: SourceText) -> Iterator[Finding]:
    """Compare a curator's notes. They stand in front of the page and are about its first entry."""
    if not (page.curated.notes or page.curated.examples):
        return
    vocabulary: frozenset[str] = frozenset()
    try:
        for name in introspect.names(installed.name.rpartition(".")[0]):
            vocabulary |= parameter_names(introspect.entry(name))
    except KeysError:
        pass  # a method: its class is no module, and only the calls in the notes are compared
    yield from compare_notes(page.curated, installed, vocabulary, introspect.entry, source)
