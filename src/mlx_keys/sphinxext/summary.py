"""What a build ends with: how much was executed and verified, on what.

Each part that runs examples says what came of them through the event ``mlx-keys-verified``; when
Sphinx has written everything, ``mlx-keys-summary`` hands the sum on, for a command to print where
the site stands. Without such a listener the sum is logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tally:
    """What came of the examples of one kind.

    Attributes:
        examples: How many there are; every one was executed, now or by an earlier build whose
            code, mlx, backend and lock were the same.
        run_now: How many of them this build executed.
        outputs: How many outputs were compared and found to be what is shown.
        backend: Where they ran, as a person says it: ``CPU (Linux x86_64)``.
        mlx: The version of mlx that ran them.
        notes: What a reader of the summary should know besides.
    """

    examples: int
    run_now: int
    outputs: int
    backend: str = ""
    mlx: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What one build did.

    Attributes:
        pages: How many pages the site has.
        tallies: One for each kind of example.
    """

    pages: int = 0
    tallies: tuple[Tally, ...] = field(default=())

    def __str__(self) -> str:
        examples = sum(tally.examples for tally in self.tallies)
        now = sum(tally.run_now for tally in self.tallies)
        outputs = sum(tally.outputs for tally in self.tallies)
        where = ", ".join(dict.fromkeys(tally.backend for tally in self.tallies if tally.backend))
        mlx = ", ".join(dict.fromkeys(tally.mlx for tally in self.tallies if tally.mlx))
        parts = [
            _count(self.pages, "page"),
            f"{_count(examples, 'example')} executed ({now} now)",
            f"{_count(outputs, 'output')} verified",
        ]
        if where and mlx:
            parts.append(f"on {where} with mlx {mlx}")
        notes = dict.fromkeys(note for tally in self.tallies for note in tally.notes)
        return "\n".join([", ".join(parts), *(f"note: {note}" for note in notes)])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Summing:
    """Adds up what a build says of itself."""

    def __init__(self) -> None:
        self.summary = Summary()

    def add(self, _app: Sphinx, tally: Tally) -> None:
        """Take one part's tally."""
        self.summary = replace(self.summary, tallies=(*self.summary.tallies, tally))

    def count_pages(self, _app: Sphinx, env: BuildEnvironment) -> None:
        """Count once every page has been found; a summary of a build counts from there."""
        self.summary = replace(self.summary, pages=len(env.found_docs))

    def close(self, app: Sphinx, exception: Exception | None) -> None:
        """Hand the sum on, if the build came to its end."""
        if exception is not None:
            return
        heard = app.emit("mlx-keys-summary", self.summary)
        if not any(heard):
            logger.info("%s", self.summary)


def setup_summary(app: Sphinx) -> None:
    """Register the two events and the sum between them."""
    app.add_event("mlx-keys-verified")
    app.add_event("mlx-keys-summary")
    summing = Summing()
    app.connect("mlx-keys-verified", summing.add)
    app.connect("env-updated", summing.count_pages)
    app.connect("build-finished", summing.close, priority=900)
