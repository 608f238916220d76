"""What was observed, kept: never what was concluded from it.

One key says all that can change what a program prints: its text, the modules of this project that
it imports, MLX's version, the backend, Python's version and the lock. A file that cannot be read
counts as absent and is written anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError
from mlx_keys.files import write_atomic

from . import imports
from .backend import Backend
from .job import RunResult

#: Changed when what is stored, or how children are set up, changes its meaning.
FORMAT = 2


@dataclass(frozen=True)
class CacheContext:
    """What all programs of a run have in common.

    Attributes:
        backend: Where they run.
        roots: Folders that hold the project's packages.
        lock: What says which packages are installed.
        sources: What is known of the files in the roots.
    """

    backend: Backend
    roots: tuple[Path, ...]
    lock: str
    sources: imports.Sources = field(default_factory=imports.Sources, compare=False, repr=False)

    def key(self, code: str, **more: Any) -> str:
        """The key of a program's observation.

        Args:
            code: The program.
            **more: What else it depends on, as JSON.
        """
        parts = [
            FORMAT,
            code,
            imports.digest(code, self.roots, self.sources),
            self.backend.mlx,
            self.backend.name,
            self.backend.libc,
            self.backend.chip,
            self.backend.python,
            self.lock,
            more,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def lock_digest(lock: Path | None) -> str:
    """The lock's content, or where there is none what is installed here, as a digest."""
    if lock is not None and lock.is_file():
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    # The folders' names hold names and versions, and are read in a hundredth of the time.
    installed = sorted(
        folder.name for entry in sys.path for folder in Path(entry).glob("*.dist-info")
    )
    return hashlib.sha256("\n".join(installed).encode()).hexdigest()


class Cache:
    """Observations in a folder, a file each.

    Args:
        folder: Where; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, key: str) -> RunResult | None:
        """What was observed, if that is known."""
        if self.folder is None:
            return None
        try:
            stored = json.loads((self.folder / f"{key}.json").read_text("utf-8"))
            return from_json(stored)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def put(self, key: str, seen: RunResult) -> None:
        """Keep what was observed. A cache that cannot be written is done without."""
        if self.folder is None:
            return
        with contextlib.suppress(KeysError):
            write_atomic(self.folder / f"{key}.json", json.dumps(asdict(seen)))


def from_json(stored: dict[str, Any]) -> RunResult:
    """An observation from what :func:`dataclasses.asdict` made of it.

    Raises:
        TypeError: Where a field is missing, unknown, or of another type.
    """
    if set(stored) != {one.name for one in fields(RunResult)}:
        raise TypeError("other fields")
    seen = RunResult(**(stored | {"error": tuple(stored["error"])}))
    empty = RunResult("done")
    for one in fields(RunResult):
        value, model = getattr(seen, one.name), getattr(empty, one.name)
        if model is not None and not isinstance(value, type(model)):
            raise TypeError(one.name)
    return seen


def project_roots(project: Path) -> Sequence[Path]:
    """Where a project keeps its packages: ``src`` and its own folder."""
    return [folder for folder in (project / "src", project) if folder.is_dir()]
