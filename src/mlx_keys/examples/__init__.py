"""Examples: read from pages and galleries, run alone, compared with the output that is shown.

Five values, and a function from each to the next::

    page text --Parse--> Example --Run--> RunResult --Check--> CheckedExample --> Report
                            ^------------- Accept: a new output for the page ------'

The aliases below are the types of those functions, and mypy holds each function to its alias.
:mod:`.verify` is the whole, used by the command line and by Sphinx alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from .check import CheckedExample, check_example
    from .compare import Tolerance
    from .execute.job import RunResult
    from .execute.runner import Runner
    from .model import Example
    from .parse.extract import Extraction, extract
    from .verify import Report, ToleranceOf, verify_examples

    #: The text of a page, and its path, to its examples and to what is written wrongly.
    Parse: TypeAlias = Callable[[str, str], Extraction]
    #: Examples to what each of them does, in a child of its own or as an earlier run saw it.
    Run: TypeAlias = Callable[[Sequence[Example]], list[RunResult]]
    #: An example, what it did, and how far floats may be off, to a verdict and faults.
    Check: TypeAlias = Callable[[Example, RunResult, Tolerance], CheckedExample]
    #: All of it, for examples that have been read.
    Verify: TypeAlias = Callable[[Sequence[Example], Runner, ToleranceOf], Report]
    #: The text of the file that holds an output, and a new output, to the text that holds that.
    Accept: TypeAlias = Callable[[str, str], str]

    def stages(runner: Runner, example: Example) -> tuple[Parse, Run, Check, Verify, Accept]:
        """The functions that are the stages."""
        return extract, runner.results, check_example, verify_examples, example.accept
