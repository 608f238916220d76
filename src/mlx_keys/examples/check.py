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
    """Check what an example did, with the distance that its floats may be off on this backend."""
    verdict: Verdict | None = None
    faults: tuple[KeysError, ...] = ()
    # An invalid option is a fault of the page, reported where it was read.
    if not example.has_invalid_options and not (faults := tuple(example.exit_diagnostics(run))):
        verdict, faults = example.compare(run, tolerance)
    return CheckedExample(example, run, example.output(run), verdict, faults)
