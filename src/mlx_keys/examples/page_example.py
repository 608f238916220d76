"""An example of a page: its code in a block, its output in the block right after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from mlx_keys.errors import KeysError, Location

from . import compare
from .compare import Tolerance, Verdict
from .execute import run_code
from .execute.job import PLOTTING, Job, RunResult
from .execute.project_code import imported_packages
from .exit_diagnostics import diagnose_exit
from .model import Comparison, Example, dedent, normalize

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Form(Enum):
    """How a page writes an example, and so how it writes the output."""

    MYST = "an {example} fence"
    MARKER = "a python fence after <!-- example -->"
    RST = ".. example::"


@dataclass(frozen=True)
class PageExample(Example):
    """An example of a Markdown or reStructuredText page.

    Attributes:
        form: How the page writes it.
        end: The line after its code block, counted from 0: where a first output goes.
    """

    form: Form = Form.MYST
    end: int = 0

    @property
    def output_location(self) -> Location:
        """Where the output is shown, or the last line of the code block that it is to follow."""
        return super().output_location if self.expected else Location(self.location.path, self.end)

    def normalize(self, text: str) -> str:
        """The text as a page can hold it.

        Blanks at the ends of lines and blank lines at both ends carry no meaning, and neither
        does, in reStructuredText, an indent that all lines share.
        """
        text = normalize(text)
        return "\n".join(dedent(text.split("\n"))) if self.form is Form.RST else text

    def job(self, device: str | None) -> Job:
        """The code, run as a file of its own."""
        payload = {"code": self.code, "device": device}
        preload = PLOTTING if imports_package(self.code, "matplotlib") else ()
        return Job(run_code.run, payload, self.options.timeout, preload=preload)

    def output(self, run: RunResult) -> str:
        """What a reader who runs the example sees: standard output, and how a declared end shows.

        A declared exception adds its last traceback line, a declared signal one line that names it.
        """
        parts = [run.stdout]
        if self.options.raises is not None and run.ended in ("raised", "exited"):
            parts.append(run.message)
        if self.options.signal is not None and run.ended == "killed":
            parts.append(f"killed by {run.signal}")
        return self.normalize("\n".join(part.rstrip("\n") for part in parts))

    def exit_diagnostics(self, run: RunResult) -> list[KeysError]:
        """What is wrong with how a run ended."""
        return diagnose_exit(self, run)

    def option_fix(self, name: str, value: str, condition: str) -> str:
        """The option's line, which goes under the first line of the block."""
        return f":{name}: {value}, {condition}"

    def compare(self, run: RunResult, tolerance: Tolerance) -> Comparison:
        """Compare the output of a run with the one that the page shows."""
        printed, shown = self.output(run), self.expected_text
        if self.expected is None and printed:
            fault = KeysError(
                "nobody has accepted what this example prints",
                where=self.location,
                expected="an {output} after it",
                found=printed,
                fix=self.bless_command,
            )
            return None, (fault,)
        if self.expected is not None and self.options.varies is not None:
            verdict = compare.same_shape(shown, printed)
        else:
            verdict = compare.compare(shown, printed, tolerance)
        faults = () if verdict.outcome.holds else (self._difference(shown, printed, verdict),)
        return verdict, faults

    def _difference(self, shown: str, printed: str, verdict: Verdict) -> KeysError:
        """The fault of an output that is not the one that the page shows."""
        first = self.expected.line if self.expected else 0
        line = first + _first_difference(shown, printed)
        several = "\n" in shown or "\n" in printed
        near = verdict.distances and compare.nearly_equal(shown, printed)
        distance = f", floats by up to {', '.join(map(str, verdict.distances))}" if near else ""
        return KeysError(
            f"this is not what the example at {self.location_of(1)} prints{distance}",
            where=Location(self.location.path, line),
            expected=shown,
            found=f"{printed}\n\n{compare.diff(shown, printed)}" if several else printed,
            fix=f"{self.bless_command}, if the new output is right",
        )

    def accept(self, text: str, printed: str) -> str:
        """The page's text with a new output; an empty output takes the block away.

        Line ends stay those of the page, and a page that ended without one still does.
        """
        lines = _LINES.findall(text)
        end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
        unended = bool(lines) and not lines[-1].endswith(("\r", "\n"))
        start, stop = self.expected.block if self.expected else (self.end, self.end)
        if start and not lines[start - 1].endswith(("\r", "\n")):
            lines[start - 1] += end
        new = [line + end for line in self._output_block(printed)] if printed else []
        if new and unended and stop == len(lines):
            new[-1] = new[-1].removesuffix(end)
        lines[start:stop] = new
        return "".join(lines)

    def _output_block(self, printed: str) -> list[str]:
        """The lines of an output block."""
        shown = printed.split("\n")
        if self.form is Form.RST:
            gap = [] if self.expected else [""]
            return [*gap, ".. output::", "", *(f"   {line}" if line else "" for line in shown)]
        longest = max((len(run) for run in re.findall(r"`+", printed)), default=0)
        fence = "`" * max(3, longest + 1)
        name = "{output}" if self.form is Form.MYST else "text"
        return [f"{fence}{name}", *shown, fence]


def imports_package(code: str, package: str) -> bool:
    """Whether a program imports a package or something in it."""
    # Most programs do not even name it, and are not parsed.
    return package in code and package in imported_packages(code)


def _first_difference(shown: str, printed: str) -> int:
    """The first line that differs, counted from 0, and within what is shown."""
    lines, others = shown.split("\n"), printed.split("\n")
    pairs = enumerate(zip(lines, others, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(lines) - 1, len(others)))
