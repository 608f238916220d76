"""Files by their content: what was touched and not changed counts as the same."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path


def digest(paths: Iterable[str | os.PathLike[str]]) -> str:
    """A digest of files' names and contents; one that is missing counts as such."""
    total = blake2b(digest_size=16)
    for path in sorted(os.fspath(path) for path in paths):
        total.update(path.encode() + b"\0")
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - pathlib takes twice the time
                content = file.read()
        except OSError:
            total.update(b"missing\0")
        else:
            total.update(str(len(content)).encode() + b"\0" + content)
    return total.hexdigest()


def files_below(*folders: Path) -> list[str]:
    """Every file in there, but for what an interpreter or a file manager leaves behind."""
    found = []
    for folder in folders:
        for parent, below, names in os.walk(folder):
            below[:] = [name for name in below if name != "__pycache__"]
            found += [f"{parent}/{name}" for name in names if name != ".DS_Store"]
    return found
