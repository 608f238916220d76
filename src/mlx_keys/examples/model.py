"""What a page promises: an example, its options, and the output beside it."""

from __future__ import annotations

import math
import re
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import Enum

from mlx_keys.errors import KeysError, Location

#: A hanging example is stopped after this many seconds, unless its ``:timeout:`` says otherwise.
DEFAULT_TIMEOUT = 30.0
LONGEST_TIMEOUT = 600.0

#: Directives whose content is shown, not parsed: an example in there is only talked about.
LITERAL = frozenset(
    {
        "code",
        "code-block",
        "code-cell",
        "example",
        "literalinclude",
        "math",
        "output",
        "parsed-literal",
        "raw",
        "sourcecode",
    }
)

_OPTION = re.compile(r":(?P<name>[A-Za-z_-]+):(?:\s+(?P<value>.*?))?\s*")
_EXCEPTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


class Form(Enum):
    """How an example is written down, and so how its output is."""

    MYST = "an {example} fence"
    MARKER = "a python fence after <!-- example -->"
    RST = ".. example::"
    SCRIPT = "a gallery script with its golden file"


@dataclass(frozen=True)
class Options:
    """What an example declares about its own end.

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
    """The output that a page shows.

    Attributes:
        text: What it promises, as :meth:`Example.normalize` would leave it.
        line: The line of its first character, counted from 1.
        block: The lines of the whole block, fence or directive included, as a half-open range
            counted from 0.
    """

    text: str
    line: int
    block: tuple[int, int]


@dataclass(frozen=True)
class Example:
    """One example of a page.

    Attributes:
        location: Where it begins: its fence, its directive, or its marker.
        code_line: The line of the code's first character, counted from 1.
        code: The program, ending in a newline.
        options: What it declares.
        expected: The output beside it, or None where the page shows none.
        form: How it is written down.
        end: The line after its last one, counted from 0: where a new output goes.
        has_invalid_options: Whether an option is wrong. How it ends is then not checked.
    """

    location: Location
    code_line: int
    code: str
    options: Options
    expected: Output | None
    form: Form
    end: int
    has_invalid_options: bool = False

    def normalize(self, text: str) -> str:
        """The text as a page can hold it.

        Blanks at the ends of lines and blank lines at both ends carry no meaning, and neither
        does, in reStructuredText, an indent that all lines share.
        """
        text = normalize(text)
        return "\n".join(dedent(text.split("\n"))) if self.form is Form.RST else text

    def location_of(self, line: int | None) -> Location:
        """The page's line for a line of the code, counted from 1."""
        return Location(self.location.path, self.code_line + (line or 1) - 1)


def normalize(text: str) -> str:
    """The text without blanks at the ends of lines and without blank lines at both ends."""
    lines = [line.rstrip(" \t") for line in re.split(r"\r\n|\r|\n", text)]
    return "\n".join(lines).strip("\n")


def dedent(lines: Sequence[str]) -> list[str]:
    """Lines without the spaces that all of them begin with; blank ones do not count."""
    indent = min(
        (len(line) - len(line.lstrip(" ")) for line in lines if not is_blank(line)), default=0
    )
    return [line[indent:] for line in lines]


def is_blank(line: str) -> bool:
    """Whether a line holds nothing but spaces and tabs."""
    return not line.strip(" \t")


def read_options(lines: Iterable[tuple[int, str]], path: str) -> tuple[Options, list[KeysError]]:
    """Options from their ``:name: value`` lines, and what is wrong with them.

    Args:
        lines: Each with its line number, counted from 1.
        path: The page.
    """
    known = {field.name for field in fields(Options)}
    found: dict[str, str] = {}
    faults = []
    for number, line in lines:
        match = _OPTION.fullmatch(line.strip())
        problem = None
        if match is None:
            problem = "this is not an option of an example"
        elif match["name"] not in known:
            problem = f"an example has no option {match['name']!r}"
        elif match["name"] in found:
            problem = f"the option {match['name']!r} stands here twice"
        else:
            value = match["value"] or ""
            problem = _wrong_with(match["name"], value)
            found[match["name"]] = value
            if problem is not None:
                del found[match["name"]]
        if problem is not None:
            faults.append(
                KeysError(
                    problem,
                    where=Location(path, number),
                    expected=", ".join(f":{name}:" for name in sorted(known)),
                    found=line.strip(),
                    fix="write an option that an example has, or take the line away",
                )
            )
    if "raises" in found and "signal" in found:
        faults.append(
            KeysError(
                "an example that is killed raises nothing",
                where=Location(path, min(number for number, _ in lines)),
                expected=":raises: or :signal:, not both",
                fix="take one of them away",
            )
        )
    timeout = float(found.pop("timeout", DEFAULT_TIMEOUT))
    return Options(timeout=timeout, **found), faults


def _wrong_with(name: str, value: str) -> str | None:
    """Why a value does not suit its option, or None."""
    if name == "raises" and not _EXCEPTION.fullmatch(value):
        return ":raises: names an exception, as in ':raises: ValueError'"
    if name == "signal" and value not in signal.Signals.__members__:
        return ":signal: names a signal, as in ':signal: SIGFPE'"
    if name == "varies" and not value:
        return ":varies: says why the numbers vary, as in ':varies: drawn from the clock'"
    if name == "timeout":
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds <= LONGEST_TIMEOUT:
            return f":timeout: is in seconds, above 0 and up to {LONGEST_TIMEOUT:g}"
    return None
