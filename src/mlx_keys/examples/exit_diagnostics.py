"""What is wrong with how an example ended, whatever it printed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mlx_keys.errors import KeysError, Location

from .execute.job import RunResult
from .model import Example

_EXCERPT = 600  # characters of an output that a message shows
_DECLARE_END = "if that is its point"


def diagnose_exit(example: Example, run: RunResult) -> list[KeysError]:
    """The faults of a run's end.

    Where the run was stopped or left no report, that is the only fault: what else is known of it
    follows from that.

    Args:
        example: The example, which may declare an exception, a signal or a time.
        run: What it did.
    """
    at = example.location_of(run.line)
    unfinished = _unfinished(example, run, at)
    if unfinished is not None:
        return [unfinished]
    return [*_exception(example, run, at), *_signal(example, run, at), *_streams(run, at)]


def _unfinished(example: Example, run: RunResult, at: Location) -> KeysError | None:
    """The fault of a run that did not reach an end of its own."""
    fault = partial(KeysError, where=at)
    if run.ended == "timeout":
        return fault(
            f"this example was stopped after {example.options.timeout:g} s",
            expected="an end",
            fix=example.option_fix("timeout", "SECONDS", "if it only needs longer"),
        )
    if run.ended == "output_limit":
        return fault(
            "this example was stopped: it prints without end",
            expected="at most a mebibyte",
            found=_excerpt(run.stdout or run.stderr),
            fix="give its loop an end, or print less",
        )
    if run.ended == "worker_died":
        return fault(
            "this example killed the process that watched it",
            fix="signal no process but its own and those that it started",
        )
    if run.ended == "no_report":
        return fault(
            f"this example left its interpreter without an end, with status {run.status}",
            expected="no os._exit, and no closing of descriptors that it did not open",
            fix="raise SystemExit where os._exit stands, and close only what it opened",
        )
    return None


def _exception(example: Example, run: RunResult, at: Location) -> Iterator[KeysError]:
    """An exception or ``sys.exit`` that was not declared, or a declared one that did not come."""
    declared = example.options.raises
    if run.ended in ("raised", "exited"):
        if not any(declared in (name, name.rpartition(".")[2]) for name in run.error):
            yield KeysError(
                f"this example {'raises' if run.ended == 'raised' else 'exits its interpreter'}",
                where=at,
                expected=f"{declared}, as it declares" if declared else None,
                found=run.message,
                fix=example.option_fix(
                    "raises", run.error[0].removeprefix("builtins."), _DECLARE_END
                ),
            )
    elif declared is not None and run.ended == "done":
        yield KeysError(
            "this example raises nothing",
            where=example.location,
            expected=declared,
            fix="take :raises: away, or raise it",
        )


def _signal(example: Example, run: RunResult, at: Location) -> Iterator[KeysError]:
    """A signal that killed the run and was not declared, or a declared one that did not come."""
    declared = example.options.signal
    if run.ended == "killed" and declared != run.signal:
        yield KeysError(
            "this example kills its interpreter",
            where=at,
            expected=f"{declared}, as it declares" if declared else None,
            found=run.signal,
            fix=example.option_fix("signal", run.signal, _DECLARE_END),
        )
    elif declared is not None and run.ended != "killed":
        yield KeysError(
            "this example is not killed",
            where=example.location,
            expected=declared,
            fix="take :signal: away, or do what it is killed for",
        )


def _streams(run: RunResult, at: Location) -> Iterator[KeysError]:
    """What a run left in its streams, or running, that a page does not show."""
    fault = partial(KeysError, where=at)
    if not run.utf8:
        yield fault(
            "this example prints bytes that are not UTF-8",
            found=_excerpt(run.stdout),
            fix="print text, or the repr of the bytes",
        )
    if not run.kept_stdout:
        yield fault(
            "this example closes or replaces standard output",
            fix="write to a file, or to contextlib.redirect_stdout, and leave sys.stdout open",
        )
    if run.left_processes:
        yield fault(
            "this example leaves processes running behind it",
            fix="wait for each process that it starts",
        )
    if run.stderr.strip():
        yield fault(
            "this example writes to standard error, which its page does not show",
            expected="nothing there, as for a warning that is caught and printed",
            found=_excerpt(run.stderr),
            fix="end what causes it; or catch it and print it: warnings.catch_warnings",
        )


def _excerpt(text: str) -> str:
    """The beginning of a text, for a message."""
    text = text.strip()
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]} ... ({len(text)} characters)"
