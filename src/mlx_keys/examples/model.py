"""An example, whatever holds it: what it declares, what runs it, what its output is compared with.

:class:`~.page_example.PageExample` and :class:`~.gallery.script_example.ScriptExample` are the two
kinds. What verifies examples asks :class:`Example` and no kind of it.
"""

from __future__ import annotations

import re
import shlex
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias

from mlx_keys.errors import KeysError, Location

from .compare import Tolerance, Verdict
from .execute.job import Job, RunResult

#: Seconds after which an example is stopped, unless its ``:timeout:`` says otherwise.
DEFAULT_TIMEOUT = 30.0
LONGEST_TIMEOUT = 600.0

#: What comparing an output gives: the verdict, and the faults.
Comparison: TypeAlias = tuple[Verdict | None, tuple[KeysError, ...]]


@dataclass(frozen=True)
class Options:
    """How an example declares that it ends.

    Attributes:
        raises: The exception that ends it, by its last name or its qualified one.
        signal: The signal that kills its interpreter, such as ``SIGFPE``.
        timeout: Seconds it may take.
        varies: Why its numbers differ from run to run. They are then never called verified.
    """

    raises: str | None = None
    signal: str | None = None
    timeout: float = DEFAULT_TIMEOUT
    varies: str | None = None


@dataclass(frozen=True)
class Output:
    """The output that is shown for an example.

    Attributes:
        text: The text, as :meth:`Example.normalize` leaves it.
        line: The line of its first character, counted from 1.
        block: The lines of the whole block, fence or directive included, as a half-open range
            counted from 0; empty for a golden file, which is nothing but an output.
    """

    text: str
    line: int
    block: tuple[int, int]


@dataclass(frozen=True)
class Example(ABC):
    """A program, with the output that is shown for it.

    The two kinds differ in how they are run, compared and accepted. They say so in the abstract
    methods, so that no other code asks which of the two an example is.

    Attributes:
        location: Where it begins: its fence, its directive, its marker, or its script.
        code_line: The line of the code's first character, counted from 1.
        code: The program, ending in a newline.
        options: What it declares.
        expected: The output that is shown for it, or None where none is.
        has_invalid_options: Whether an option is wrong. How the example ends is then not checked.
        can_vary: Whether this kind of example can declare ``:varies:``.
    """

    location: Location
    code_line: int
    code: str
    options: Options
    expected: Output | None
    has_invalid_options: bool = False

    can_vary: ClassVar[bool] = True

    @property
    def expected_text(self) -> str:
        """The output that is shown, normalized; empty where none is."""
        return self.normalize(self.expected.text) if self.expected else ""

    @property
    def bless_command(self) -> str:
        """The command that accepts the output of this example."""
        return f"mlx-keys verify {shlex.quote(self.location.path)} --bless"

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """The folders beside the project's own from which the program can import modules."""
        return ()

    @property
    def source(self) -> Path:
        """The page or the script that holds the program."""
        return Path(self.location.path)

    @property
    def accepted_file(self) -> Path:
        """The file that holds the accepted output: the page itself, unless a kind has another."""
        return self.source

    @property
    def output_location(self) -> Location:
        """Where the output is shown, or is to be shown."""
        return Location(self.location.path, self.expected.line) if self.expected else self.location

    def location_of(self, line: int | None) -> Location:
        """The location of a line of the code, counted from 1; of the first line for None."""
        return Location(self.location.path, self.code_line + (line or 1) - 1)

    def normalize(self, text: str) -> str:
        """A text as it can be shown; the function :func:`normalize` unless a kind says more."""
        return normalize(text)

    @abstractmethod
    def job(self, device: str | None) -> Job:
        """The job that runs the program.

        Args:
            device: ``cpu`` or ``gpu``; None for MLX's default.
        """

    @abstractmethod
    def output(self, run: RunResult) -> str:
        """The output of a run, as it is shown to a reader, and compared."""

    @abstractmethod
    def exit_diagnostics(self, run: RunResult) -> list[KeysError]:
        """What is wrong with how a run ended, whatever it printed."""

    @abstractmethod
    def option_fix(self, name: str, value: str, condition: str) -> str:
        """The fix that declares an option.

        Args:
            name: The option, such as ``raises``.
            value: Its value.
            condition: When to declare it: ``if that is its point``.
        """

    @abstractmethod
    def compare(self, run: RunResult, tolerance: Tolerance) -> Comparison:
        """Compare the output of a run, which ended well, with the one that is shown.

        Args:
            run: What the program did.
            tolerance: How far its floats may be off on this backend.

        Returns:
            The verdict, None where nothing is shown to compare with; and what is not as it is
            shown, each at its line.
        """

    @abstractmethod
    def accept(self, text: str, printed: str) -> str:
        """The text of :attr:`accepted_file` with a new output for this example.

        Args:
            text: The file's text now; empty where there is no file. Its lines from this example
                on are those that the example was read from.
            printed: The output to accept, as :meth:`output` gives it.
        """


def normalize(text: str) -> str:
    """A text without blanks at the ends of lines and without blank lines at both ends."""
    lines = [line.rstrip(" \t") for line in re.split(r"\r\n|\r|\n", text)]
    return "\n".join(lines).strip("\n")


def dedent(lines: Sequence[str]) -> list[str]:
    """Lines without the spaces that all of them begin with; blank lines do not count."""
    indent = min(
        (len(line) - len(line.lstrip(" ")) for line in lines if not is_blank(line)), default=0
    )
    return [line[indent:] for line in lines]


def is_blank(line: str) -> bool:
    """Whether a line holds nothing but spaces and tabs."""
    return not line.strip(" \t")
