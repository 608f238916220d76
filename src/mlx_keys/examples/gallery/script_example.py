"""A gallery script as an example: its accepted output is a golden file, ``golden/NAME.txt``.

So a script is run, checked, blessed and attested as the examples of pages are. What differs is
here: where scripts are found, what they show, and that it is compared block by block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.compare import Outcome, Tolerance, Verdict
from mlx_keys.examples.execute.job import PLOTTING, Job, RunResult
from mlx_keys.examples.exit_diagnostics import diagnose_exit
from mlx_keys.examples.model import Comparison, Example, Options, Output

from . import golden_file, run_script
from .golden_file import GoldenComparison

#: Seconds after which a script is stopped, unless it says otherwise in a line
#: ``# sphinx_gallery_timeout = SECONDS``, which its page leaves out.
TIMEOUT = 120.0
_TIMEOUT = re.compile(r"^# sphinx_gallery_timeout = (\d+(?:\.\d+)?)$", re.MULTILINE)

#: From the outcome that says most to the one that says least.
_ORDER = (Outcome.EQUAL, Outcome.WITHIN, Outcome.UNATTESTED)


@dataclass(frozen=True)
class ScriptExample(Example):
    """A script of a gallery. It declares no option but its time."""

    can_vary: ClassVar[bool] = False

    @property
    def accepted_file(self) -> Path:
        """The golden file."""
        return golden_path(self.source)

    @property
    def import_folders(self) -> tuple[Path, ...]:
        """The script's own folder, from which Python imports for a script that is started."""
        return (self.source.parent.resolve(),)

    def job(self, device: str | None) -> Job:
        """The script, run block by block in its own folder."""
        path = str(self.source.resolve())
        payload = {"path": path, "device": device or ""}
        timeout = self.options.timeout
        return Job(run_script.run_blocks, payload, timeout, program=path, preload=PLOTTING)

    def output(self, run: RunResult) -> str:
        """What the golden file is to hold; empty for a script that did not reach its end."""
        if run.ended != "done":
            return ""
        blocks = run_script.read_shown_blocks(run.result)
        return golden_file.render_golden_file(self.source.name, blocks).rstrip("\n")

    def exit_diagnostics(self, run: RunResult) -> list[KeysError]:
        """What is wrong with how the script ended, or else with the pictures that it shows."""
        return diagnose_exit(self, run_script.with_block_line(run)) or self._missing_alt_text(run)

    def _missing_alt_text(self, run: RunResult) -> list[KeysError]:
        """The pictures without a text alternative, each as a fault."""
        return [
            KeysError(
                "this picture says nothing to a reader who cannot see it",
                where=self.location_of(block.line),
                expected="a title, or figure.set_label(...); for HTML an aria-label or a <title>",
                found="a picture without a text alternative",
                fix="axes.set_title(...) or figure.set_label(...), with what the picture shows",
            )
            for block in run_script.read_shown_blocks(run.result or [])
            for part in block.parts
            if part.kind == "picture" and not part.text
        ]

    def option_fix(self, name: str, value: str, condition: str) -> str:
        """The timeout's line in a script; for all other options, what can be done instead."""
        if name == "timeout":
            return f"# sphinx_gallery_timeout = {value}, {condition}"
        return f"fix it, or show it as a page can: an {{example}} with :{name}: {value}"

    def compare(self, run: RunResult, tolerance: Tolerance) -> Comparison:
        """Compare what the script showed with its golden file, block by block."""
        golden = str(self.accepted_file)
        if self.expected is None:
            fault = KeysError(
                "nobody has accepted what this script shows",
                where=self.location,
                expected=golden,
                found=self.output(run).partition("\n\n")[2] or "nothing",
                fix=self.bless_command,
            )
            return None, (fault,)
        try:
            accepted = golden_file.parse_golden_file(self.expected.text, golden, self.bless_command)
        except KeysError as error:
            return None, (error,)
        comparison = GoldenComparison(str(self.source), golden, self.bless_command, tolerance)
        shown = run_script.read_shown_blocks(run.result)
        verdicts, faults = comparison.compare(accepted, shown)
        return Verdict(Outcome.DIFFERS) if faults else _weakest(verdicts), faults

    def accept(self, text: str, printed: str) -> str:
        """The whole golden file anew."""
        return printed + "\n"


def find_gallery_scripts(paths: Iterable[Path]) -> list[Path]:
    """The gallery scripts that paths name: files as they are, folders with all chapters in them.

    A chapter is a folder with a ``GALLERY_HEADER``; a name in it that begins with an underscore
    is a module for its scripts.
    """
    scripts: dict[Path, None] = {}
    for path in paths:
        if path.suffix == ".py":
            scripts[path] = None
        for header in sorted(path.rglob("GALLERY_HEADER.*")):
            scripts |= dict.fromkeys(sorted(header.parent.glob("[!_]*.py")))
    return list(scripts)


def golden_path(script: Path) -> Path:
    """The golden file of a script."""
    return script.parent / "golden" / f"{script.stem}.txt"


def orphaned_golden_files(chapters: Iterable[Path]) -> list[KeysError]:
    """The golden files of chapters whose scripts are gone, each as a fault."""
    return [
        KeysError(
            "this was accepted of a script that is gone",
            where=Location(str(file), 1),
            expected=str(chapter / f"{file.stem}.py"),
            found="no such script",
            fix=f"rm {file}",
        )
        for chapter in dict.fromkeys(chapters)
        for file in sorted(chapter.glob("golden/*.txt"))
        if not (chapter / f"{file.stem}.py").exists()
    ]


def read_script_example(script: Path) -> ScriptExample:
    """Read a script and its golden file.

    Raises:
        KeysError: One of them cannot be read.
    """
    location = Location(str(script), 1)
    try:
        code = script.read_text(encoding="utf-8")
        file = golden_path(script)
        text = file.read_text(encoding="utf-8") if file.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError(
            "this script cannot be read",
            where=location,
            found=str(error),
            fix="save it, and its golden file, as UTF-8 text that you may read",
        ) from error
    expected = None if text is None else Output(text.rstrip("\n"), 1, (0, 0))
    timeout = _TIMEOUT.search(code)
    options = Options(timeout=float(timeout[1]) if timeout else TIMEOUT)
    return ScriptExample(location, 1, code, options, expected)


def _weakest(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict for several: the weakest outcome, with the largest distance in each unit."""
    outcome = max((one.outcome for one in verdicts), key=_ORDER.index, default=Outcome.EQUAL)
    distances = sorted(distance for one in verdicts for distance in one.distances)
    return Verdict(outcome, tuple({distance.unit: distance for distance in distances}.values()))
