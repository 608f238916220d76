"""The snapshot of the signatures that reference pages were written for: ``trust/signatures.json``.

A new mlx may take other parameters. The snapshot holds what was installed when a person last edited
the pages, so that a change is reported, with the page to edit, before it misleads a reader.
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

#: The module whose functions the snapshot holds.
MODULE = "mlx.core.random"

#: The command that takes a new snapshot.
_RECORD = "mlx-keys drift --record"


@dataclass(frozen=True)
class SignatureSnapshot:
    """The signatures of a module's functions in one release of mlx.

    ``functions`` holds by full name each form as printed: ``(seed: int) → array``.
    """

    mlx: str
    functions: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class SignatureChange:
    """A function whose installed signature is not that of the snapshot.

    ``recorded`` and ``installed`` hold its forms, a line each: "" for a function that was not there
    or is gone. The releases of mlx are those of the snapshot and of the installed package.
    """

    function: str
    recorded: str
    installed: str
    recorded_mlx: str
    installed_mlx: str

    def fault(self, page: Location) -> KeysError:
        """Return the change as an error at the page to edit."""
        if not self.recorded:
            problem = f"mlx {self.installed_mlx} has {self.function}, which is new"
            act = "describe it on a page"
        elif not self.installed:
            problem = f"mlx {self.installed_mlx} has no {self.function} any more"
            act = "take it off the pages that name it"
        else:
            problem = f"mlx {self.installed_mlx} changed the signature of {self.function}"
            act = f"curate {page.path}"
        return KeysError(
            problem,
            where=page,
            expected=f"{self.recorded or 'nothing'}  (mlx {self.recorded_mlx})",
            found=self.installed or "nothing",
            fix=f"{act}, then {_RECORD}",
        )


def take_snapshot() -> SignatureSnapshot:
    """Read the signatures that are installed.

    Raises:
        KeysError: mlx is not installed.
    """
    functions = {
        name: tuple(map(str, introspect.entry(name).forms)) for name in introspect.names(MODULE)
    }
    return SignatureSnapshot(introspect.version(), functions)


def load_snapshot(path: Path) -> SignatureSnapshot:
    """Read a snapshot's file.

    Raises:
        KeysError: It is missing, or holds no snapshot.
    """
    return read_record(path, _decode, "the record of signatures", _RECORD)


def _decode(data: Any) -> SignatureSnapshot:
    functions = {name: tuple(forms) for name, forms in data["functions"].items()}
    if not all(isinstance(form, str) for forms in functions.values() for form in forms):
        raise TypeError("a signature that is not a string")
    return SignatureSnapshot(data["mlx"], functions)


def save_snapshot(snapshot: SignatureSnapshot, path: Path) -> None:
    """Write a snapshot so that a person can read its diff: a line a form."""
    functions = {name: list(forms) for name, forms in snapshot.functions.items()}
    data = {"mlx": snapshot.mlx, "functions": functions}
    write_atomic(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def signature_changes(
    recorded: SignatureSnapshot, installed: SignatureSnapshot
) -> tuple[SignatureChange, ...]:
    """Find each function whose signature is not as it was recorded, by name."""
    return tuple(
        SignatureChange(
            name,
            "\n".join(recorded.functions.get(name, ())),
            "\n".join(installed.functions.get(name, ())),
            recorded.mlx,
            installed.mlx,
        )
        for name in sorted(recorded.functions.keys() | installed.functions.keys())
        if recorded.functions.get(name) != installed.functions.get(name)
    )
