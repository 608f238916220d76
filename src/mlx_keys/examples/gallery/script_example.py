"""A gallery script as an example: what was accepted of it stands in ``golden/``, beside it.

So a script is run, judged, blessed and attested as the examples of pages are. What differs is
here: where scripts are found, what they show, and that it is compared block by block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.compare import Outcome, Tolerance, Verdict
from mlx_keys.examples.execute.pool import PLOTTING, Job, RunResult
from mlx_keys.examples.model import Example, Form, Options, Output

from . import golden_file, run_script
from .golden_file import GoldenComparison

#: A script that hangs is stopped after this many seconds, unless it says otherwise in a line
#: ``# sphinx_gallery_timeout = SECONDS``, which its page leaves out.
TIMEOUT = 120.0
_TIMEOUT = re.compile(r"^# sphinx_gallery_timeout = (\d+(?:\.\d+)?)$", re.MULTILINE)

#: From the verdict that says most to the one that says least.
_ORDER = (Outcome.EQUAL, Outcome.WITHIN, Outcome.UNATTESTED)


def find_gallery_scripts(paths: Iterable[Path]) -> list[Path]:
    """The gallery scripts that paths name: files as they are, folders with all chapters in them.

    A chapter is a folder with a ``GALLERY_HEADER``; a name in it that begins with an underscore
    is a module for its scripts.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.suffix == ".py":
            found[path] = None
        for header in sorted(path.rglob("GALLERY_HEADER.*")):
            found |= dict.fromkeys(sorted(header.parent.glob("[!_]*.py")))
    return list(found)


def golden_path(script: Path) -> Path:
    """The file that holds what was accepted of a script."""
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


def read_script_example(script: Path) -> Example:
    """A script, with what was accepted of it, as an example.

    Raises:
        KeysError: Where the script cannot be read.
    """
    place = Location(str(script), 1)
    try:
        code = script.read_text(encoding="utf-8")
        file = golden_path(script)
        text = file.read_text(encoding="utf-8") if file.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        raise KeysError("this script cannot be read", where=place, found=str(error)) from error
    expected = None if text is None else Output(text.rstrip("\n"), 1, (0, 0))
    said = _TIMEOUT.search(code)
    options = Options(timeout=float(said[1]) if said else TIMEOUT)
    return Example(place, 1, code, options, expected, Form.SCRIPT, 1)


def job(example: Example, device: str | None) -> Job:
    """A script as a job, on a device that is not MLX's default if one is named."""
    path = str(Path(example.location.path).resolve())
    payload = {"path": path, "device": device or ""}
    return Job(
        run_script.run_blocks, payload, example.options.timeout, program=path, preload=PLOTTING
    )


def with_block_line(run: RunResult) -> RunResult:
    """What was observed of a script, with the line of a block where no other is known.

    That is the block that wrote to standard error in a script that reached its end, else the last.
    What blocks before it printed is left out.
    """
    wrote, stderr = run_script.first_stderr(run.stderr)
    block = wrote if wrote and run.ended == "done" else run_script.last_block_line(run.stdout)
    out = run_script.last_block_output(run.stdout)
    return replace(run, line=run.line or block, stdout=out, stderr=stderr)


def printed(example: Example, run: RunResult) -> str:
    """What its golden file should hold; empty for a script that did not reach its end."""
    if run.ended != "done":
        return ""
    name = Path(example.location.path).name
    return golden_file.render_golden_file(name, run_script.read_shown_blocks(run.result)).rstrip(
        "\n"
    )


def missing_alt_text(example: Example, run: RunResult) -> list[KeysError]:
    """The pictures of a script that have no text alternative, each as a fault."""
    return [
        KeysError(
            "this picture says nothing to a reader who cannot see it",
            where=example.location_of(block.line),
            expected="a title, or figure.set_label(...); for HTML an aria-label or a <title>",
            found="a picture without a text alternative",
            fix="give it one",
        )
        for block in run_script.read_shown_blocks(run.result or [])
        for part in block.parts
        if part.kind == "picture" and not part.text
    ]


def compare(
    example: Example, run: RunResult, allowed: Tolerance
) -> tuple[Verdict | None, list[KeysError]]:
    """Compare what a script showed with what was accepted of it.

    Args:
        example: The script.
        run: What was observed of it.
        allowed: How far its floats may be off on this backend.

    Returns:
        The verdict on the whole, or None where it was not compared; and the faults, each at its
        line of the golden file.
    """
    script = Path(example.location.path)
    file = golden_path(script)
    blocks = run_script.read_shown_blocks(run.result)
    if example.expected is None:
        fault = KeysError(
            "nobody has accepted what this script shows",
            where=example.location,
            expected=str(file),
            found=printed(example, run).partition("\n\n")[2] or "nothing",
            fix="make bless",
        )
        return None, [fault]
    try:
        accepted = golden_file.parse_golden_file(example.expected.text, str(file))
    except KeysError as fault:
        return None, [fault]
    compared = GoldenComparison(str(script), str(file), allowed).of(accepted, blocks)
    if compared.faults:
        return Verdict(Outcome.DIFFERS), list(compared.faults)
    return _whole(compared.verdicts), []


def _whole(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict for several: the weakest, with the largest distance in each unit."""
    kind = max((one.outcome for one in verdicts), key=_ORDER.index, default=Outcome.EQUAL)
    apart = sorted(far for one in verdicts for far in one.distances)
    return Verdict(kind, tuple({far.unit: far for far in apart}.values()))
