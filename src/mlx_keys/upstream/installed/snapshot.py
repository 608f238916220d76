"""The signatures that the reference pages were written for: ``trust/signatures.json``.

A new mlx may take other parameters. The record says what was installed when a person last curated
the pages, so that a change is named, with the page to look at, before it misleads a reader.
``mlx-keys drift --record`` writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import read_record, write_atomic

from . import introspect

#: Whose functions are recorded.
MODULE = "mlx.core.random"

#: The command that accepts what is installed now.
RECORD = "mlx-keys drift --record"


@dataclass(frozen=True)
class Signatures:
    """The signatures of a module's functions in one release of mlx.

    Attributes:
        mlx: The release.
        functions: By full name, each form as printed: ``(seed: int) → array``.
    """

    mlx: str
    functions: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Change:
    """A function whose signature is not the recorded one.

    Attributes:
        function: In full.
        was: Its recorded forms, a line each; "" for a function that was not there.
        now: Its installed forms; "" for a function that is gone.
        recorded_in: The release of the record.
        installed_in: The release that is installed.
    """

    function: str
    was: str
    now: str
    recorded_in: str
    installed_in: str

    def fault(self, page: Location) -> KeysError:
        """The change as an error that names the page to curate."""
        if not self.was:
            problem = f"mlx {self.installed_in} has {self.function}, which is new"
            act = "describe it on a page"
        elif not self.now:
            problem = f"mlx {self.installed_in} has no {self.function} any more"
            act = "take it off the pages that name it"
        else:
            problem = f"mlx {self.installed_in} changed the signature of {self.function}"
            act = f"curate {page.path}"
        return KeysError(
            problem,
            where=page,
            expected=f"{self.was or 'nothing'}  (mlx {self.recorded_in})",
            found=self.now or "nothing",
            fix=f"{act}, then {RECORD}",
        )


def now() -> Signatures:
    """The signatures that are installed.

    Raises:
        KeysError: mlx is not installed.
    """
    functions = {}
    for name in introspect.names(MODULE):
        entry = introspect.entry(name)
        forms = [form for form in (entry.signature, *entry.overloads) if form]
        functions[name] = tuple(map(str, forms))
    return Signatures(introspect.version(), functions)


def load(path: Path) -> Signatures:
    """Read a record.

    Raises:
        KeysError: It is missing, or is no record.
    """
    return read_record(path, _decode, "the record of signatures", RECORD)


def _decode(data: Any) -> Signatures:
    functions = {name: tuple(forms) for name, forms in data["functions"].items()}
    if not all(isinstance(form, str) for forms in functions.values() for form in forms):
        raise TypeError("a signature that is not a string")
    return Signatures(data["mlx"], functions)


def save(signatures: Signatures, path: Path) -> None:
    """Write a record so that a person can read its diff: a line a form."""
    plain = {
        "mlx": signatures.mlx,
        "functions": {k: list(v) for k, v in signatures.functions.items()},
    }
    write_atomic(path, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")


def changes(recorded: Signatures, current: Signatures) -> tuple[Change, ...]:
    """Each function that is not as it was recorded, by name."""
    return tuple(
        Change(
            name,
            "\n".join(recorded.functions.get(name, ())),
            "\n".join(current.functions.get(name, ())),
            recorded.mlx,
            current.mlx,
        )
        for name in sorted(recorded.functions.keys() | current.functions.keys())
        if recorded.functions.get(name) != current.functions.get(name)
    )
