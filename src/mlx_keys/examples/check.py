"""Judge one example: did it end as declared, and does its page show what it printed?"""

from __future__ import annotations

from dataclasses import dataclass

from mlx_keys.errors import KeysError

from . import compare
from .compare import EXACT, Outcome, Tolerance, Verdict
from .execute.pool import RunResult
from .gallery import script_example
from .model import Example, Form

MEND = "make bless, if the new output is right"
_LONGER = ":timeout: SECONDS, if it only needs longer"


@dataclass(frozen=True)
class CheckedExample:
    """An example, what it did, and what that means.

    Attributes:
        example: The example.
        run: What it did.
        printed: Its output as the page should show it.
        verdict: How that compares with the page; None where it was not compared.
        faults: What is wrong, each at its line; empty where all holds.
    """

    example: Example
    run: RunResult
    printed: str
    verdict: Verdict | None
    faults: tuple[KeysError, ...]


def check_example(example: Example, run: RunResult, allowed: Tolerance = EXACT) -> CheckedExample:
    """Judge an example.

    Args:
        example: The example.
        run: What it did.
        allowed: How far its floats may be off on this backend.
    """
    printed = output(example, run)
    # What is wrong with its options was told when they were read.
    faults = [] if example.has_invalid_options else exit_diagnostics(example, run)
    if faults or example.has_invalid_options:
        return CheckedExample(example, run, printed, None, tuple(faults))
    if example.form is Form.SCRIPT:
        whole, faults = script_example.compare(example, run, allowed)
        return CheckedExample(example, run, printed, whole, tuple(faults))
    if example.expected is None:
        if not printed:
            return CheckedExample(example, run, printed, Verdict(Outcome.EQUAL), ())
        fault = KeysError(
            "nobody has accepted what this example prints",
            where=example.location,
            expected="an {output} after it",
            found=printed,
            fix="make bless",
        )
        return CheckedExample(example, run, printed, None, (fault,))
    shown = example.normalize(example.expected.text)
    if example.options.varies is not None:
        verdict = compare.same_shape(shown, printed)
    else:
        verdict = compare.compare(shown, printed, allowed)
    if verdict.outcome.holds:
        return CheckedExample(example, run, printed, verdict, ())
    return CheckedExample(
        example, run, printed, verdict, (_differs(example, shown, printed, verdict),)
    )


def output(example: Example, run: RunResult) -> str:
    """What a reader who runs the example sees: standard output, and how a bad end shows.

    An exception adds its last traceback line, a signal one line that names it. What a gallery
    script shows is written as its golden file holds it.
    """
    if example.form is Form.SCRIPT:
        return script_example.printed(example, run)
    parts = [run.stdout]
    if example.options.raises is not None and run.ended in ("raised", "exited"):
        parts.append(run.message)
    if example.options.signal is not None and run.ended == "killed":
        parts.append(f"killed by {run.signal}")
    return example.normalize("\n".join(part.rstrip("\n") for part in parts))


def _differs(example: Example, shown: str, printed: str, verdict: Verdict) -> KeysError:
    """The fault of an output that the page does not show."""
    assert example.expected is not None  # noqa: S101 - for the type checker
    line = example.expected.line + _first_difference(shown, printed)
    several = "\n" in shown or "\n" in printed
    near = verdict.distances and compare.nearly_equal(shown, printed)
    far = f", floats by up to {', '.join(map(str, verdict.distances))}" if near else ""
    return KeysError(
        f"this is not what the example at {example.location_of(1)} prints{far}",
        where=type(example.location)(example.location.path, line),
        expected=shown,
        found=f"{printed}\n\n{compare.diff(shown, printed)}" if several else printed,
        fix=MEND,
    )


def _first_difference(shown: str, printed: str) -> int:
    """The first line that differs, counted from 0, and within what is shown."""
    ours, theirs = shown.split("\n"), printed.split("\n")
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(ours) - 1, len(theirs)))


def exit_diagnostics(example: Example, run: RunResult) -> list[KeysError]:
    """What is wrong with how an example ended, whatever it printed."""
    if example.form is Form.SCRIPT:
        faults = [
            _of_script(fault)
            for fault in _exit_diagnostics(example, script_example.with_block_line(run))
        ]
        return faults or script_example.missing_alt_text(example, run)
    return _exit_diagnostics(example, run)


def _of_script(fault: KeysError) -> KeysError:
    """A fault as a gallery script can fix it: it declares no options but its time."""
    fix = fault.fix
    if fix == _LONGER:
        fix = "# sphinx_gallery_timeout = SECONDS, if it only needs longer"
    elif fix and fix.startswith(":"):
        fix = "fix it, or show it as a page can: an {example} with " + fix.partition(",")[0]
    return KeysError(
        fault.problem, where=fault.where, expected=fault.expected, found=fault.found, fix=fix
    )


def _exit_diagnostics(example: Example, run: RunResult) -> list[KeysError]:
    options = example.options
    at = example.location_of(run.line)
    if run.ended == "timeout":
        return [
            KeysError(
                f"this example was stopped after {options.timeout:g} s",
                where=at,
                expected="an end",
                fix=_LONGER,
            )
        ]
    if run.ended == "flood":
        return [
            KeysError(
                "this example was stopped: it prints without end",
                where=at,
                expected="at most a mebibyte",
                found=_excerpt(run.stdout or run.stderr),
                fix="give its loop an end, or print less",
            )
        ]
    if run.ended == "lost":
        return [
            KeysError(
                "this example killed the process that watched it",
                where=at,
                fix="signal no process but its own and those that it started",
            )
        ]
    if run.ended == "vanished":
        return [
            KeysError(
                f"this example left its interpreter without an end, with status {run.status}",
                where=at,
                expected="no os._exit, and no closing of descriptors that it did not open",
                fix="raise SystemExit where os._exit stands, and close only what it opened",
            )
        ]
    faults = [*_exception(example, run), *_signal(example, run)]
    if not run.utf8:
        faults.append(
            KeysError(
                "this example prints bytes that are not UTF-8",
                where=at,
                found=_excerpt(run.stdout),
                fix="print text, or the repr of the bytes",
            )
        )
    if not run.kept_stdout:
        faults.append(
            KeysError(
                "this example closes or replaces standard output",
                where=at,
                fix="write to a file, or to contextlib.redirect_stdout, and leave sys.stdout open",
            )
        )
    if run.left:
        faults.append(
            KeysError(
                "this example leaves processes running behind it",
                where=at,
                fix="wait for each process that it starts",
            )
        )
    if run.stderr.strip():
        faults.append(
            KeysError(
                "this example writes to standard error, which its page does not show",
                where=at,
                expected="nothing there, as for a warning that is caught and printed",
                found=_excerpt(run.stderr),
                fix="end what causes it; or catch it and print it: warnings.catch_warnings",
            )
        )
    return faults


def _exception(example: Example, run: RunResult) -> list[KeysError]:
    """An exception, or a call of ``sys.exit``, that was not declared; or one that did not come."""
    declared = example.options.raises
    at = example.location_of(run.line)
    if run.ended in ("raised", "exited"):
        if any(declared in (name, name.rpartition(".")[2]) for name in run.error):
            return []
        what = "raises" if run.ended == "raised" else "exits its interpreter"
        return [
            KeysError(
                f"this example {what}",
                where=at,
                expected=f"{declared}, as it declares" if declared else None,
                found=run.message,
                fix=f":raises: {run.error[0].removeprefix('builtins.')}, if that is its point",
            )
        ]
    if declared is not None and run.ended == "done":
        return [
            KeysError(
                "this example raises nothing",
                where=example.location,
                expected=declared,
                fix="take :raises: away, or raise it",
            )
        ]
    return []


def _signal(example: Example, run: RunResult) -> list[KeysError]:
    declared = example.options.signal
    if run.ended == "killed" and declared != run.signal:
        return [
            KeysError(
                "this example kills its interpreter",
                where=example.location_of(run.line),
                expected=f"{declared}, as it declares" if declared else None,
                found=run.signal,
                fix=f":signal: {run.signal}, if that is its point",
            )
        ]
    if declared is not None and run.ended != "killed":
        return [
            KeysError(
                "this example is not killed",
                where=example.location,
                expected=declared,
                fix="take :signal: away, or do what it is killed for",
            )
        ]
    return []


def _excerpt(text: str) -> str:
    """The beginning of a text, for a message."""
    limit = 600
    text = text.strip()
    return text if len(text) <= limit else f"{text[:limit]} ... ({len(text)} characters)"
