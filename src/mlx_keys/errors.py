"""The one error that this project raises on purpose.

Each error carries what a reader needs to act: the location, what was expected there, what was
found, and the fix. The command line prints all of it; Sphinx logs it at the location.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from textwrap import indent
from typing import Any

#: The command that installs mlx: on a Mac it includes Metal; elsewhere a backend must be named.
INSTALL_MLX = "pip install mlx" if sys.platform == "darwin" else "pip install 'mlx[cpu]'"


@dataclass(frozen=True)
class Location:
    """A line of a file, in the form that editors and terminals open: ``path:line``.

    Attributes:
        path: The file, as the user named it or relative to the project.
        line: The line, counted from 1, or None for the file as a whole.
    """

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


class KeysError(Exception):
    """Something is untrue, unreadable or missing; the error says where, and how to fix it.

    Args:
        problem: One sentence with neither capital nor full stop: what is wrong.
        fix: A command or an act that puts it right, and that exists where the reader stands, also
            in a project that is not ours. None is a decision: nothing can be done.
        where: The file, and its line where that is known.
        expected: What should have been there.
        found: What was there.
    """

    def __init__(
        self,
        problem: str,
        *,
        fix: str | None,
        where: Location | None = None,
        expected: str | None = None,
        found: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.where = where
        self.expected = expected
        self.found = found
        self.fix = fix

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with ``fix``, which ``__init__`` requires and BaseException would leave out."""
        return partial(type(self), self.problem, fix=self.fix), (), vars(self)

    def __str__(self) -> str:
        head = f"{self.where}: {self.problem}" if self.where else self.problem
        parts = [("expected", self.expected), ("found", self.found), ("fix", self.fix)]
        return "\n".join([head, *(_part(name, text) for name, text in parts if text is not None)])


def _part(name: str, text: str) -> str:
    """``name: text`` on one line; a text of several lines goes below the name, indented."""
    if "\n" not in text.rstrip("\n"):
        return f"  {name}: {text.rstrip()}"
    return f"  {name}:\n" + indent(text.rstrip("\n"), "    ")
