"""How a build says that something is untrue: each fault at its line, then the end.

Whoever finds a fault notes it and goes on, so that one build names all of them. They are told when
every page has been read and every example has run, before anything is written.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from mlx_keys.errors import KeysError, Location

logger = logging.getLogger(__name__)

#: Later than every handler that finds faults.
LAST = 900


class Untrue(SystemExit):
    """The end of a build that would have published what does not hold.

    Sphinx shows a traceback for every error that it knows, and lets this one pass: the process
    ends with status 1, below the lines that name the faults.
    """


def named(place: Location) -> str:
    """The place as a terminal opens it: relative to where the build was started, if below it."""
    path = Path(place.path)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return str(Location(os.fspath(path), place.line))


def note(env: BuildEnvironment, fault: KeysError, docname: str = "") -> None:
    """Note a fault; one that was found while reading a page belongs to the page."""
    _noted(env).setdefault(docname, []).append(fault)


def _noted(env: BuildEnvironment) -> dict[str, list[KeysError]]:
    if not hasattr(env, "mlx_keys_faults"):
        env.mlx_keys_faults = {}  # type: ignore[attr-defined]
    kept: dict[str, list[KeysError]] = env.mlx_keys_faults  # type: ignore[attr-defined]
    return kept


def stop_if_any(_app: Sphinx, env: BuildEnvironment) -> None:
    """End the build here if a fault was noted."""
    faults = [fault for noted in _noted(env).values() for fault in noted]
    if faults:
        _stop(faults)


def _stop(faults: list[KeysError]) -> NoReturn:
    def order(fault: KeysError) -> tuple[str, int]:
        return (fault.where.path, fault.where.line or 0) if fault.where else ("", 0)

    for fault in sorted(faults, key=order):
        text = str(fault)
        if fault.where is None:
            logger.error("%s", text)
        else:
            # Sphinx takes a place without a line for the name of a document.
            place = named(Location(fault.where.path, fault.where.line or 1))
            logger.error("%s", text.removeprefix(f"{fault.where}: "), location=place)
    number = "one thing does" if len(faults) == 1 else f"{len(faults)} things do"
    raise Untrue(f"{number} not hold; nothing was written")


def purge(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget what was found on a page that is gone or about to be read again."""
    _noted(env).pop(docname, None)


def merge(_app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what a parallel reader found."""
    theirs = _noted(other)
    _noted(env).update({name: theirs[name] for name in docnames if name in theirs})


def setup_faults(app: Sphinx) -> None:
    """Register the end of a build that has faults."""
    app.connect("env-updated", stop_if_any, priority=LAST)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
