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
            content = Path(path).read_bytes()
        except OSError:
            total.update(b"missing\0")
        else:
            total.update(str(len(content)).encode() + b"\0" + content)
    return total.hexdigest()


def files_below(*folders: Path) -> list[Path]:
    """Every file in there, but for what an interpreter or a file manager leaves behind."""
    return [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".DS_Store"
    ]
