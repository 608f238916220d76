"""Files: written whole or not at all, read as records, told apart by their content."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from .errors import KeysError, Location

Record = TypeVar("Record")


def write_atomic(path: Path, text: str) -> None:
    """Write a file whole or not at all, in UTF-8, with the line ends that the text has.

    The text goes to a new file in the same folder, which then takes the place of the old one: a
    reader, or a second run, sees the old content or the new one. A file that exists keeps its
    permissions, a symbolic link stays a link, and missing folders are made.

    Raises:
        KeysError: The operating system refuses, for instance because the folder is read-only.
    """
    target = path.resolve()  # else replace() would put a file where the link was
    new = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with new.open("x", encoding="utf-8", newline="") as file:
            try:
                file.write(text)
                file.close()  # flushes, so that a full disk is noticed before the old file goes
                if target.exists():
                    new.chmod(target.stat().st_mode & 0o7777)
                new.replace(target)
            except BaseException:
                new.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise KeysError(
            "the file cannot be written",
            where=Location(str(path)),
            found=error.strerror,
            fix="name a folder that you may write to, on a disk with space left",
        ) from error


def read_record(path: Path, decode: Callable[[Any], Record], what: str, fix: str | None) -> Record:
    """Read a JSON file as a record.

    Args:
        path: The file.
        decode: Makes the record of the parsed JSON. It may index and call as if the JSON had the
            right shape: a KeyError, TypeError, ValueError or AttributeError says that it has not.
        what: The record's name in the error, with an article: ``the history of mlx's releases``.
        fix: The command that writes the file anew.

    Raises:
        KeysError: The file is missing or unreadable, is no JSON, or is not of this shape.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(error, Location(str(path)), what, fix) from error
    return decode_record(text, decode, Location(str(path)), what, fix)


def decode_record(
    text: str, decode: Callable[[Any], Record], where: Location, what: str, fix: str | None
) -> Record:
    """Read a JSON text as a record: a line of a JSON Lines file, which ``where`` names.

    The other arguments, and the error, are those of :func:`read_record`.
    """
    try:
        return decode(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(error, where, what, fix) from error


def _unreadable(error: Exception, where: Location, what: str, fix: str | None) -> KeysError:
    reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    return KeysError(f"{what} cannot be read", where=where, found=reason, fix=fix)


def pages_below(folder: Path, skip: Callable[[Path], bool] | None = None) -> list[Path]:
    """Find the pages below a folder: files that end in .md or .txt, sorted by path.

    Args:
        folder: The folder.
        skip: Names files that are not pages though they end so.

    Raises:
        KeysError: There is none.
    """
    files = (path for path in folder.rglob("*") if path.suffix in (".md", ".txt"))
    pages = sorted(path for path in files if skip is None or not skip(path))
    if not pages:
        raise KeysError(
            "no page (.md or .txt) in this folder",
            where=Location(str(folder)),
            fix="name a folder that holds pages, or the pages themselves",
        )
    return pages


def digest_files(paths: Iterable[str | os.PathLike[str]]) -> str:
    """The digest of files' names and contents, whatever their dates; a missing file has its own."""
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
    """The paths of all files below folders, without what an interpreter or file manager leaves."""
    paths = []
    for folder in folders:
        for parent, below, names in os.walk(folder):
            below[:] = [name for name in below if name != "__pycache__"]
            paths += [f"{parent}/{name}" for name in names if name != ".DS_Store"]
    return paths
