"""Gallery scripts held to what was accepted of them: run, compared with ``golden/``, blessed.

The command verifies scripts with this module; Sphinx runs them by its gallery and compares here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlx_keys.errors import KeysError, Place
from mlx_keys.examples import gallery, golden
from mlx_keys.examples.cache import Cache, Surroundings, write
from mlx_keys.examples.compare import Verdict, diff
from mlx_keys.examples.example import Example, Form, Options
from mlx_keys.examples.golden import Block, Compared, Comparison
from mlx_keys.examples.judge import endings
from mlx_keys.examples.run import Job, Observed, Pool

#: A script that hangs is stopped after this many seconds.
TIMEOUT = 120.0

ENTRY = "mlx_keys.examples.gallery:perform"


def scripts(paths: Iterable[Path]) -> list[Path]:
    """The gallery scripts that paths name: files as they are, folders with all chapters in them.

    A chapter is a folder with a ``GALLERY_HEADER``.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.suffix == ".py":
            found[path] = None
        elif path.is_dir():
            headers = sorted(path.rglob("GALLERY_HEADER.*"))
            found |= {
                script: None for head in headers for script in sorted(head.parent.glob("*.py"))
            }
    return list(found)


def golden_of(script: Path) -> Path:
    """The file that holds what was accepted of a script."""
    return script.parent / "golden" / f"{script.stem}.txt"


def orphans(chapters: Iterable[Path]) -> list[KeysError]:
    """The golden files of chapters whose scripts are gone, each as a fault."""
    return [
        KeysError(
            "this was accepted of a script that is gone",
            where=Place(str(file), 1),
            expected=str(chapter / f"{file.stem}.py"),
            found="no such script",
            mend=f"rm {file}",
        )
        for chapter in dict.fromkeys(chapters)
        for file in sorted(chapter.glob("golden/*.txt"))
        if not (chapter / f"{file.stem}.py").exists()
    ]


def unsaid(script: Path, shown: Sequence[Block]) -> list[KeysError]:
    """The pictures of a script that have no text alternative, each as a fault."""
    return [
        KeysError(
            "this picture says nothing to a reader who can not see it",
            where=Place(str(script), block.line),
            expected="a title, or figure.set_label(...); for HTML an aria-label or a <title>",
            found="a picture without a text alternative",
            mend="give it one",
        )
        for block in shown
        for part in block.parts
        if part.kind == "picture" and not part.text
    ]


def check(script: Path, shown: Sequence[Block]) -> Compared:
    """Compare what a script showed with what was accepted of it.

    Args:
        script: The script.
        shown: What its blocks show.
    """
    if silent := unsaid(script, shown):
        return Compared((), tuple(silent))
    file = golden_of(script)
    if not file.is_file():
        fault = KeysError(
            "nobody has accepted what this script shows",
            where=Place(str(script), 1),
            expected=str(file),
            found=golden.render(script.name, shown).partition("\n\n")[2] or "nothing",
            mend="make bless",
        )
        return Compared((), (fault,))
    try:
        accepted = golden.parse(file.read_text(encoding="utf-8"), str(file))
    except KeysError as fault:
        return Compared((), (fault,))
    return Comparison(str(script), str(file)).of(accepted, shown)


def ending(script: Path, seen: Observed, timeout: float = TIMEOUT) -> list[KeysError]:
    """What is wrong with how a script ended, each fault at the line where it is known.

    Args:
        script: The script.
        seen: What was observed of it.
        timeout: The seconds that it had.
    """
    line = seen.line or gallery.block_begun(seen.stdout)
    # A script is judged as an example that begins on the script's first line; what it writes to
    # standard error its page shows, so that only a crash's last words are left there.
    example = Example(Place(str(script), 1), 1, "", Options(timeout=timeout), None, Form.MYST, 0)
    stderr = "" if seen.ended == "done" else seen.stderr
    return [
        KeysError(
            fault.problem.replace("this example", "this script"),
            where=Place(str(script), line),
            expected=fault.expected,
            found=fault.found,
        )
        for fault in endings(example, replace(seen, line=line, stderr=stderr))
    ]


@dataclass(frozen=True)
class Verified:
    """A script, what it shows, and what that means.

    Attributes:
        script: The script.
        blocks: What it shows; empty where it did not reach its end.
        verdicts: One for each text and picture that may be published.
        faults: What is wrong, each at its line.
    """

    script: Path
    blocks: tuple[Block, ...]
    verdicts: tuple[Verdict, ...]
    faults: tuple[KeysError, ...]


def job(script: Path, device: str | None) -> Job:
    """A script as a job, on a device that is not MLX's default if one is named."""
    path = str(script.resolve())
    return Job(ENTRY, {"path": path, "device": device or ""}, TIMEOUT, program=path)


def verify_scripts(
    paths: Sequence[Path], around: Surroundings, cache: Cache, pool: Pool, device: str | None = None
) -> tuple[list[Verified], int]:
    """Verify scripts, running those that are not known yet; and how many ran.

    Args:
        paths: The scripts.
        around: What they have in common.
        cache: Where observations are kept.
        pool: Where children come from.
        device: ``cpu`` or ``gpu``; MLX's default unless said.
    """
    keys = [around.key(path.read_text(encoding="utf-8"), entry=ENTRY) for path in paths]
    known = {key: cache.get(key) for key in keys}
    missing = {key: path for key, path in zip(keys, paths, strict=True) if known[key] is None}
    observed = pool.run([job(path, device) for path in missing.values()])
    for key, seen in zip(missing, observed, strict=True):
        known[key] = seen
        if seen.ended == "done":
            cache.put(key, seen)
    both = [(path, known[key]) for path, key in zip(paths, keys, strict=True)]
    return [_verified(path, found) for path, found in both if found is not None], len(missing)


def _verified(script: Path, seen: Observed) -> Verified:
    if faults := ending(script, seen):
        return Verified(script, (), (), tuple(faults))
    blocks = gallery.blocks_of(seen.result)
    compared = check(script, blocks)
    return Verified(script, blocks, compared.verdicts, compared.faults)


@dataclass(frozen=True)
class Blessing:
    """A golden file to be written.

    Attributes:
        file: The file.
        text: Its new text.
        diff: What changes, to be shown.
    """

    file: Path
    text: str
    diff: str

    def write(self) -> None:
        """Write it."""
        self.file.parent.mkdir(exist_ok=True)
        write(self.file, self.text)


def bless(
    paths: Sequence[Path], pool: Pool, device: str | None = None
) -> tuple[list[Blessing], list[KeysError]]:
    """Run each script twice, and give what its golden file should hold.

    Args:
        paths: The scripts.
        pool: Where children come from.
        device: ``cpu`` or ``gpu``; MLX's default unless said.

    Returns:
        The golden files that change, and the faults of scripts that nobody can accept: those that
        fail, and those that show something else the second time.
    """
    observed = pool.run([job(path, device) for path in paths for _ in range(2)])
    changes: list[Blessing] = []
    faults: list[KeysError] = []
    for path, first, second in zip(paths, observed[::2], observed[1::2], strict=True):
        if failed := ending(path, first) or ending(path, second):
            faults += failed
            continue
        blocks, again = gallery.blocks_of(first.result), gallery.blocks_of(second.result)
        if refused := unsaid(path, blocks) or _luck(path, blocks, again):
            faults += refused
            continue
        file = golden_of(path)
        text = golden.render(path.name, blocks)
        old = file.read_text(encoding="utf-8") if file.is_file() else ""
        if text != old:
            changes.append(Blessing(file, text, diff(old, text, str(file), str(file))))
    return changes, faults


def _luck(script: Path, first: Sequence[Block], second: Sequence[Block]) -> list[KeysError]:
    """The first block of a script that showed something else the second time, as a fault."""
    pairs = zip(first, second, strict=True)  # the script did not change between its two runs
    return [
        KeysError(
            "what this block shows depends on luck, so it can not be accepted",
            where=Place(str(script), one.line),
            found=diff(
                golden.render(script.name, [one]),
                golden.render(script.name, [other]),
                "first run",
                "second run",
            ),
            mend="draw from a key, and print nothing that a clock or an address decides",
        )
        for one, other in pairs
        if one.parts != other.parts
    ][:1]
