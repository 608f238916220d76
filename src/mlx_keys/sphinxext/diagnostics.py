"""How a build reports what is untrue or unreadable, each fault at its line, and stops.

Every directive and every check reports here and goes on, so that one build names all faults. They
are logged when every page has been read and every example has run, before anything is written.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from mlx_keys.errors import KeysError, Location

from .domain import Store

logger = logging.getLogger(__name__)

#: Later than every handler of ``env-updated`` that reports faults.
LAST = 900

#: The faults of each document; those that belong to no document go by the empty name.
FAULTS = Store[list[KeysError]]("faults")


class BuildStopped(SystemExit):
    """The end of a build that would have published something untrue.

    Sphinx shows a traceback for every error that it knows, and lets this one pass: the process
    ends with status 1, below the lines that name the faults.
    """


def report(env: BuildEnvironment, fault: KeysError, location: Location | None = None) -> None:
    """Report a fault; the build stops when all faults are known.

    A fault that is reported while a page is being read belongs to that page, and is forgotten when
    the page is read again.

    Args:
        env: The build's environment.
        fault: What is wrong.
        location: Where it is, if the fault does not say so itself.
    """
    if fault.where is None:
        fault.where = location
    FAULTS.of(env).setdefault(env.current_document.docname, []).append(fault)


def location_of(directive: SphinxDirective | SphinxRole) -> Location:
    """The line of a directive's name, or of the paragraph that a role stands in."""
    return Location(*directive.get_source_info())


def display_path(path: str | os.PathLike[str]) -> str:
    """A path as a terminal opens it: relative to where the build was started, if it is below."""
    path = Path(path)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return os.fspath(path)


def stop_if_any(_app: Sphinx, env: BuildEnvironment) -> None:
    """End the build here if a fault was reported."""
    faults = [fault for reported in FAULTS.of(env).values() for fault in reported]
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
            # Sphinx takes a location without a line for the name of a document.
            place = f"{display_path(fault.where.path)}:{fault.where.line or 1}"
            logger.error("%s", text.removeprefix(f"{fault.where}: "), location=place)
    number = "1 error" if len(faults) == 1 else f"{len(faults)} errors"
    raise BuildStopped(f"{number}; nothing was written")


def setup_diagnostics(app: Sphinx) -> None:
    """Register the end of a build that has faults."""
    app.connect("env-updated", stop_if_any, priority=LAST)
