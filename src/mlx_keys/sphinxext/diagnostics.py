"""How a build reports what is untrue or unreadable, each fault at its line, and stops.

Every directive and every check reports here and goes on, so that one build names all faults. They
are logged when every page has been read and every example has run, before anything is written.

A directive has more ways to be wrong than its own code sees: docutils and MyST refuse a missing
argument or an unknown option, log that, and let a plain build succeed without the directive. So
:class:`ReportRefusedUses` looks through the messages that they leave in a page.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst.directives import directive as find_directive
from docutils.parsers.rst.languages import get_language
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from mlx_keys.errors import KeysError, Location

from .domain import Store

logger = logging.getLogger(__name__)

#: Later than every handler of ``env-updated`` that reports faults.
LAST = 900

#: The faults of each document; those that belong to no document go by the empty name.
FAULTS = Store[list[KeysError]]("faults")

#: A message of docutils (``Error in "speed" directive:``, and MyST's ``Directive 'speed':``) or of
#: MyST alone (``'speed': Has content, but none permitted``) about the use of a directive.
_REFUSED = re.compile(
    r"""(?:Error in |Directive )?['"](?P<name>[\w-]+)['"](?: directive)?:\s*(?P<reason>.*)"""
)


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


class StrictDirective(SphinxDirective):
    """A directive whose every wrong use stops the build at its line."""

    def run(self) -> list[nodes.Node]:
        """Render the directive, or report why that cannot be done."""
        try:
            return self.render()
        except KeysError as error:
            report(self.env, error, location_of(self))
            return []

    def render(self) -> list[nodes.Node]:
        """The nodes that the page gets.

        Raises:
            KeysError: What is wrong; it needs no location of its own.
        """
        raise NotImplementedError


class ReportRefusedUses(SphinxTransform):
    """Reports each use of a strict directive that docutils or MyST refused to run."""

    default_priority = 700  # before SmartQuotes changes the messages' quotation marks

    def apply(self, **_kwargs: Any) -> None:
        """Look through the messages of a page."""
        language: Any = get_language("en", self.document.reporter)
        for message in self.document.findall(nodes.system_message):
            refused = _REFUSED.match(nodes.Element.astext(message))
            if refused is None:
                continue
            directive, _ = find_directive(refused["name"], language, self.document)
            if isinstance(directive, type) and issubclass(directive, StrictDirective):
                fault = KeysError(
                    f"{{{refused['name']}}} cannot be used like this",
                    where=Location(message["source"], message.get("line")),
                    found=refused["reason"],
                    fix="give the directive the arguments, options and content that it takes",
                )
                report(self.env, fault)


def stop_if_any(_app: Sphinx, env: BuildEnvironment) -> None:
    """Log each reported fault at its line and end the build here, if there are any."""
    faults = [fault for reported in FAULTS.of(env).values() for fault in reported]
    for fault in sorted(faults, key=_position):
        text = str(fault)
        if fault.where is None:
            logger.error("%s", text)
        else:
            # Sphinx takes a location without a line for the name of a document.
            position = f"{display_path(fault.where.path)}:{fault.where.line or 1}"
            logger.error("%s", text.removeprefix(f"{fault.where}: "), location=position)
    if faults:
        number = "1 error" if len(faults) == 1 else f"{len(faults)} errors"
        raise BuildStopped(f"{number}; nothing was written")


def _position(fault: KeysError) -> tuple[str, int]:
    return (fault.where.path, fault.where.line or 0) if fault.where else ("", 0)


def setup_diagnostics(app: Sphinx) -> None:
    """Register the end of a build that has faults."""
    app.add_transform(ReportRefusedUses)
    app.connect("env-updated", stop_if_any, priority=LAST)
