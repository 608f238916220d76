"""Check one example: did it end as declared, and does its page show what it printed?"""

from __future__ import annotations

from dataclasses import dataclass

from mlx_keys.errors import KeysError

from .compare import EXACT, Tolerance, Verdict
from .execute.job import RunResult
from .model import Example


@dataclass(frozen=True)
class CheckedExample:
    """An example with what it did, and what that means.

    Attributes:
        example: The example.
        run: What it did.
        printed: Its output, as it is shown to a reader.
        verdict: How the output compares with the one that is shown; None where it was not compared.
        faults: What is wrong, each at its line; empty where all holds.
    """

    example: Example
    run: RunResult
    printed: str
    verdict: Verdict | None
    faults: tuple[KeysError, ...]


def check_example(example: Example, run: RunResult, tolerance: Tolerance = EXACT) -> CheckedExample:
    """Check what an example did.

    Args:
        example: The example.
        run: What it did.
        tolerance: How far its floats may be off on this backend.
    """
    printed = example.output(run)
    if example.has_invalid_options:  # that is a fault of the page, reported where it was read
        return CheckedExample(example, run, printed, None, ())
    if faults := example.exit_diagnostics(run):
        return CheckedExample(example, run, printed, None, tuple(faults))
    comparison = example.compare(run, tolerance)
    return CheckedExample(example, run, printed, comparison.verdict, comparison.faults)
