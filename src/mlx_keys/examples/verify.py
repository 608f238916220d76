"""The whole: pages in, a report out. Used by ``mlx-keys verify`` and by Sphinx alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlx_keys.errors import INSTALL_MLX, KeysError, Location

from .check import CheckedExample, check_example
from .compare import EXACT, Outcome, Tolerance
from .execute.backend import Backend
from .execute.imports import modules
from .execute.runner import Runner
from .gallery import script_example
from .model import Example
from .parse.extract import PAGE_SUFFIXES, extract

#: How far an example's floats may be off on a backend.
Policy = Callable[[Example, Backend], Tolerance]


def exact(_example: Example, _backend: Backend) -> Tolerance:
    """The strictest policy: all floats as shown."""
    return EXACT


@dataclass(frozen=True)
class Report:
    """What verifying found.

    Attributes:
        backend: Where the examples ran.
        checked: Each example with its verdict.
        faults: All that is wrong, in the order of files and lines.
        ran: How many examples ran now; the others were known.
        notes: What a reader of the report should know.
    """

    backend: Backend | None
    checked: tuple[CheckedExample, ...]
    faults: tuple[KeysError, ...]
    ran: int = 0
    notes: tuple[str, ...] = ()

    def count(self, kind: Outcome) -> int:
        """How many outputs have this verdict."""
        return sum(
            one.verdict is not None
            and one.verdict.outcome is kind
            and one.example.expected is not None
            for one in self.checked
        )


def find_pages(paths: Iterable[Path]) -> list[Path]:
    """The pages that these paths name: files as they are, folders with all pages in them.

    Raises:
        KeysError: For a path that is not there.
    """
    found: dict[Path, Path] = {}  # a page that is named twice, by whatever name, is one page
    for path in paths:
        if path.is_dir():
            for page in sorted(path.rglob("*")):
                if page.suffix in PAGE_SUFFIXES and not _hidden(page.relative_to(path)):
                    found.setdefault(page.resolve(), page)
        elif path.is_file():
            found.setdefault(path.resolve(), path)
        else:
            raise KeysError("there is no such page", where=Location(str(path)))
    return [page for page in found.values() if page.is_file()]


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def read_page_text(path: Path) -> str:
    """A page's text, its line ends as they are.

    Raises:
        KeysError: Where it is not text.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(
            "this page cannot be read", where=Location(str(path)), found=str(error)
        ) from error


def verify_paths(paths: Iterable[Path], runner: Runner, policy: Policy = exact) -> Report:
    """Verify all examples of pages, and all scripts of galleries.

    Args:
        paths: The pages, the scripts, or folders of them.
        runner: What says what an example does.
        policy: How far floats may be off.
    """
    examples: list[Example] = []
    faults: list[KeysError] = []
    paths = list(paths)
    scripts = script_example.find_gallery_scripts(paths)
    for script in scripts:
        try:
            examples.append(script_example.read_script_example(script))
        except KeysError as error:
            faults.append(error)
    faults += script_example.orphaned_golden_files(script.parent for script in scripts)
    for path in find_pages(path for path in paths if path.suffix != ".py"):
        try:
            found = extract(read_page_text(path), str(path))
        except KeysError as error:
            faults.append(error)
            continue
        examples += found.examples
        faults += found.faults
    report = verify_examples(examples, runner, policy)
    return Report(
        report.backend,
        report.checked,
        sort_by_location([*faults, *report.faults]),
        report.ran,
        report.notes,
    )


def verify_examples(examples: Sequence[Example], runner: Runner, policy: Policy = exact) -> Report:
    """Verify examples that have been extracted."""
    if not examples:
        return Report(None, (), ())
    backend = runner.backend
    if not backend.mlx:
        _refuse_without_mlx(examples)
    checked = tuple(
        check_example(example, one, policy(example, backend))
        for example, one in zip(examples, runner.results(examples), strict=True)
    )
    faults = [fault for one in checked for fault in one.faults]
    notes = tuple(_notes(backend, runner.lock))
    return Report(backend, checked, sort_by_location(faults), runner.ran, notes)


def _refuse_without_mlx(examples: Sequence[Example]) -> None:
    """Say that MLX is missing before many examples say it in their own way."""
    for example in examples:
        if any(name.split(".")[0] == "mlx" for name in modules(example.code)):
            raise KeysError(
                "mlx is not installed, and this example needs it",
                where=example.location_of(1),
                fix=INSTALL_MLX,
            )


def _notes(backend: Backend, lock: Path) -> Iterable[str]:
    """What sets this run apart from the lock."""
    if not (lock.is_file() and backend.mlx):
        return
    pins = [
        line.split()[0].partition("==")[2]
        for line in lock.read_text("utf-8").splitlines()
        if line.startswith("mlx==")
    ]
    pins = [pin.rstrip(";\\") for pin in pins]
    if pins and backend.mlx not in pins:
        yield (
            f"mlx {backend.mlx} is installed here, and {lock.name} holds mlx "
            f"{' or '.join(pins)}: outputs are compared all the same"
        )


def sort_by_location(faults: Iterable[KeysError]) -> tuple[KeysError, ...]:
    """Faults by file and line."""

    def order(fault: KeysError) -> tuple[str, int]:
        where = fault.where
        return (where.path, where.line or 0) if where else ("", 0)

    return tuple(sorted(faults, key=order))
