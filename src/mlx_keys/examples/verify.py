"""Verify: paths in, a report out. Used by ``mlx-keys verify`` and by Sphinx alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from mlx_keys.errors import INSTALL_MLX, KeysError, Location

from .check import CheckedExample, check_example
from .compare import EXACT, Outcome, Tolerance
from .execute.backend import Backend
from .execute.runner import Runner
from .gallery.script_example import find_gallery_scripts, orphaned_golden_files, read_script_example
from .model import Example
from .page_example import imports_package
from .parse.extract import PAGE_SUFFIXES, extract

#: How far an example's floats may be off on a backend.
ToleranceOf: TypeAlias = Callable[[Example, Backend], Tolerance]


def exact_tolerance(_example: Example, _backend: Backend) -> Tolerance:
    """The strictest tolerance: all floats as shown."""
    return EXACT


@dataclass(frozen=True)
class Report:
    """What verifying found.

    Attributes:
        backend: Where the examples ran; None where there were none.
        checked: The examples, each with its verdict.
        faults: All that is wrong, in the order of files and lines.
        ran: How many examples ran now; what the others do was known.
        notes: What a reader of the report should know besides.
    """

    backend: Backend | None
    checked: tuple[CheckedExample, ...]
    faults: tuple[KeysError, ...]
    ran: int = 0
    notes: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many outputs compared with this outcome."""
        return sum(
            one.verdict is not None
            and one.verdict.outcome is outcome
            and one.example.expected is not None
            for one in self.checked
        )


def find_pages(paths: Iterable[Path]) -> list[Path]:
    """The pages that paths name: files as they are, folders with all pages in them.

    Raises:
        KeysError: For a path that is not there.
    """
    pages: dict[Path, Path] = {}  # a page that is named twice, by whatever name, is one page
    for path in paths:
        if path.is_dir():
            for page in sorted(path.rglob("*")):
                if page.suffix in PAGE_SUFFIXES and not _is_hidden(page.relative_to(path)):
                    pages.setdefault(page.resolve(), page)
        elif path.is_file():
            pages.setdefault(path.resolve(), path)
        else:
            raise KeysError(
                "there is no such page",
                where=Location(str(path)),
                fix="mlx-keys verify, with the path of a page, a script or a folder",
            )
    return [page for page in pages.values() if page.is_file()]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def read_page_text(path: Path) -> str:
    """A page's text, its line ends as they are.

    Raises:
        KeysError: It is not text.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(
            "this page cannot be read",
            where=Location(str(path)),
            found=str(error),
            fix="save it as UTF-8 text that you may read",
        ) from error


def read_examples(path: Path) -> tuple[Sequence[Example], Sequence[KeysError]]:
    """The examples of a page, or the one that a gallery script is; and what is written wrongly.

    Raises:
        KeysError: The file cannot be read.
    """
    if path.suffix == ".py":
        return [read_script_example(path)], []
    extraction = extract(read_page_text(path), str(path))
    return extraction.examples, extraction.faults


def verify_paths(
    paths: Iterable[Path], runner: Runner, tolerance_of: ToleranceOf = exact_tolerance
) -> Report:
    """Verify all examples of pages, and all scripts of galleries.

    Args:
        paths: The pages, the scripts, or folders of them.
        runner: What says what an example does.
        tolerance_of: How far floats may be off.
    """
    paths = list(paths)
    scripts = find_gallery_scripts(paths)
    examples: list[Example] = []
    faults = orphaned_golden_files(script.parent for script in scripts)
    for path in [*scripts, *find_pages(path for path in paths if path.suffix != ".py")]:
        try:
            new, wrong = read_examples(path)
        except KeysError as error:
            faults.append(error)
        else:
            examples += new
            faults += wrong
    report = verify_examples(examples, runner, tolerance_of)
    return replace(report, faults=sort_by_location([*faults, *report.faults]))


def verify_examples(
    examples: Sequence[Example], runner: Runner, tolerance_of: ToleranceOf = exact_tolerance
) -> Report:
    """Verify examples that have been read."""
    if not examples:
        return Report(None, (), ())
    backend = runner.backend
    if not backend.mlx:
        _require_mlx(examples)
    checked = tuple(
        check_example(example, run, tolerance_of(example, backend))
        for example, run in zip(examples, runner.results(examples), strict=True)
    )
    faults = [fault for one in checked for fault in one.faults]
    notes = tuple(_lock_notes(backend, runner.lock))
    return Report(backend, checked, sort_by_location(faults), runner.executed, notes)


def _require_mlx(examples: Sequence[Example]) -> None:
    """Say that MLX is missing before many examples say it in their own way."""
    for example in examples:
        if imports_package(example.code, "mlx"):
            raise KeysError(
                "mlx is not installed, and this example needs it",
                where=example.location_of(1),
                fix=INSTALL_MLX,
            )


def _lock_notes(backend: Backend, lock: Path) -> Iterable[str]:
    """What sets this run apart from the lock."""
    if not (lock.is_file() and backend.mlx):
        return
    pins = re.findall(r"^mlx==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE)
    if pins and backend.mlx not in pins:
        yield (
            f"mlx {backend.mlx} is installed here, and {lock.name} holds mlx "
            f"{' or '.join(pins)}: outputs are compared all the same"
        )


def sort_by_location(faults: Iterable[KeysError]) -> tuple[KeysError, ...]:
    """Faults by file and line; those without a file come first."""

    def order(fault: KeysError) -> tuple[str, int]:
        where = fault.where
        return (where.path, where.line or 0) if where else ("", 0)

    return tuple(sorted(faults, key=order))
