"""Accept the outputs of examples: which may be accepted, and how they are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

from mlx_keys.errors import KeysError
from mlx_keys.files import write_atomic

from . import compare
from .check import CheckedExample
from .execute.job import RunResult
from .execute.pool import Pool
from .execute.runner import Runner
from .model import Example
from .verify import Report, read_examples, sort_by_location

#: A reader's hash seed is random, so what is accepted is seen under these as well as under 0.
#: Each halves the chance that a set of two strings passes by standing in the same order.
HASH_SEEDS = (1, 2, 3)

_LISTED_LINES = 8  # line numbers that a message lists


def nondeterminism(example: Example, first: RunResult, second: RunResult) -> KeysError | None:
    """The fault of an example that two runs in fresh interpreters saw end differently, or None."""
    if example.options.varies is not None:
        return None
    one, other = example.output(first), example.output(second)
    if one == other:
        faults = [*example.exit_diagnostics(first), *example.exit_diagnostics(second)]
        return faults[0] if faults else None
    return KeysError(
        "what this example prints differs from run to run, so it cannot be accepted",
        where=example.location_of(1),
        found=f"line {_different_lines(one, other)} of its output differed between two runs\n"
        + compare.diff(one, other, "first run", "second run"),
        fix="seed what it draws from, sort what has no order"
        + (", or say why it varies: :varies: REASON" if example.can_vary else ""),
    )


def find_nondeterminism(
    candidates: Mapping[int, CheckedExample], device: str | None
) -> dict[int, RunResult]:
    """Run examples again, under other hash seeds, to find those that then end differently.

    They run in fresh interpreters: forked children share their addresses, and would print one
    ``id(object())`` alike.

    Args:
        candidates: The examples, each under a number.
        device: ``cpu`` or ``gpu``; None for MLX's default.

    Returns:
        By its number, the first run of each example that was not like the one before.
    """
    differing: dict[int, RunResult] = {}
    for seed in HASH_SEEDS:
        left = {n: one.example for n, one in candidates.items() if n not in differing}
        with Pool(method="spawn", hash_seed=seed) as fresh:
            runs = Runner(fresh, device=device).results([*left.values()])
        differing |= {
            n: run
            for n, run in zip(left, runs, strict=True)
            if nondeterminism(left[n], candidates[n].run, run)
        }
    return differing


def _different_lines(one: str, other: str) -> str:
    """The numbers of the lines in which two outputs differ, the first few of them."""
    pairs = zip_longest(one.split("\n"), other.split("\n"))
    numbers = [number for number, (a, b) in enumerate(pairs, 1) if a != b]
    more = ", ..." if len(numbers) > _LISTED_LINES else ""
    return ", ".join(map(str, numbers[:_LISTED_LINES])) + more


def needs_update(checked: CheckedExample) -> bool:
    """Whether all would hold if the output that is shown were the one that was printed.

    A float that another backend prints a little differently is no reason: it stays as accepted.
    """
    example = checked.example
    if not checked.faults or example.exit_diagnostics(checked.run):
        return False
    return example.expected is None or example.expected_text != checked.printed


def with_refusals(report: Report, refused: Mapping[int, RunResult]) -> Report:
    """A report in which each example that prints differently from run to run has that one fault.

    Args:
        report: What verifying found after blessing, with the lines as they are by now.
        refused: What another run did of examples that were not accepted, by their number.
    """
    refusals = {}
    for number, run in refused.items():
        checked_now = report.checked[number]
        if fault := nondeterminism(checked_now.example, checked_now.run, run):
            refusals[number] = fault
    checked = tuple(
        replace(one, faults=(refusals[number],)) if number in refusals else one
        for number, one in enumerate(report.checked)
    )
    replaced = {id(fault) for number in refusals for fault in report.checked[number].faults}
    faults = [fault for fault in report.faults if id(fault) not in replaced]
    return replace(report, checked=checked, faults=sort_by_location([*faults, *refusals.values()]))


def write_outputs(outputs: Sequence[CheckedExample]) -> None:
    """Write what examples of one page, or one gallery script, print to where it is accepted.

    Args:
        outputs: The examples, checked, all of one file.

    Raises:
        KeysError: The page or the script is not as it was when its examples were read, or the
            output cannot be written.
    """
    example = outputs[0].example
    examples, _ = read_examples(example.source)
    if not {one.example for one in outputs} <= set(examples):
        raise KeysError(
            "this file changed while its examples ran, so nothing was written",
            where=replace(example.location, line=None),
            fix=f"{example.bless_command}, once more",
        )
    file = example.accepted_file
    text = file.read_bytes().decode("utf-8") if file.is_file() else ""
    # From the last to the first, so that the lines of those above stay what they were.
    for one in sorted(outputs, key=lambda one: one.example.code_line, reverse=True):
        text = one.example.accept(text, one.printed)
    write_atomic(file, text)
