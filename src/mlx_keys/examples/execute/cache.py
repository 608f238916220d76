"""The results of earlier runs, kept in files: what a program did, never whether that is right.

A result is found again by one key, made from all that can change what a program prints: its text,
the project's code that it imports, MLX's version, the backend, Python's version and the lock. A
file that cannot be read counts as absent and is written anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError
from mlx_keys.files import write_atomic

from .backend import Backend
from .job import RunResult
from .project_code import ProjectCode

#: Changed when what is stored, or how children are set up, changes its meaning.
FORMAT = 3


@dataclass(frozen=True)
class CacheContext:
    """What the keys of all programs of a run have in common.

    Attributes:
        backend: Where the programs run.
        import_roots: Folders that hold the project's packages.
        lock_digest: Stands for the versions of all installed packages; see :func:`digest_lock`.
        project_code: What the run has read of the code in the roots.
    """

    backend: Backend
    import_roots: tuple[Path, ...]
    lock_digest: str
    project_code: ProjectCode = field(default_factory=ProjectCode, compare=False, repr=False)

    def key(self, code: str, **details: Any) -> str:
        """The key of a program's result.

        Args:
            code: The program.
            **details: What else the result depends on, as JSON.
        """
        parts = [
            FORMAT,
            code,
            self.project_code.digest(code, self.import_roots),
            self.backend.mlx,
            self.backend.name,
            self.backend.libc,
            self.backend.chip,
            self.backend.python,
            self.lock_digest,
            details,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def find_import_roots(project: Path) -> tuple[Path, ...]:
    """Where a project keeps its packages: ``src`` and its own folder."""
    return tuple(folder for folder in (project / "src", project) if folder.is_dir())


def digest_lock(lock: Path) -> str:
    """Digest the lock's content, or, where there is no lock, what is installed here."""
    if lock.is_file():
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    # The folders' names hold names and versions, and are read in a hundredth of the time.
    installed = sorted(
        folder.name for entry in sys.path for folder in Path(entry).glob("*.dist-info")
    )
    return hashlib.sha256("\n".join(installed).encode()).hexdigest()


class Cache:
    """Results in a folder, a file each.

    Args:
        folder: The folder; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(self, key: str) -> RunResult | None:
        """The result under a key, or None where there is none that can be read."""
        if self.folder is None:
            return None
        try:
            stored = json.loads((self.folder / f"{key}.json").read_text("utf-8"))
            return decode_result(stored)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def put(self, key: str, result: RunResult) -> None:
        """Keep a result. A folder that cannot be written to is no error: nothing is kept."""
        if self.folder is None:
            return
        with contextlib.suppress(KeysError):
            write_atomic(self.folder / f"{key}.json", json.dumps(asdict(result)))


def decode_result(stored: dict[str, Any]) -> RunResult:
    """Make a result again from its JSON.

    Raises:
        TypeError: Where a field is missing, unknown, or of another type.
    """
    names = [field.name for field in fields(RunResult)]
    if sorted(stored) != sorted(names):
        raise TypeError("other fields")
    result = RunResult(**(stored | {"error": tuple(stored["error"])}))
    model = RunResult("done")
    for name in names:
        default = getattr(model, name)
        if default is not None and not isinstance(getattr(result, name), type(default)):
            raise TypeError(name)
    return result
