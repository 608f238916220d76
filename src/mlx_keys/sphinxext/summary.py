"""The summary of a build: how much was executed and verified, on what.

Each part that runs examples emits ``mlx-keys-verified`` with a :class:`Tally`. One
:class:`Summary` adds them up. When Sphinx has written everything, it is handed on through the event
``mlx-keys-summary``, for a command to print; without a listener it is logged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tally:
    """The counts of one kind of example.

    Attributes:
        examples: How many there are; every one was executed, now or by an earlier build whose
            code, mlx, backend and lock were the same.
        run_now: How many of them this build executed.
        outputs: How many outputs were compared and found equal to what is shown.
        backend: The backend as a person names it: ``CPU``.
        mlx: The version of mlx that ran them.
        notes: What a reader of the summary should know besides.
    """

    examples: int
    run_now: int
    outputs: int
    backend: str = ""
    mlx: str = ""
    notes: tuple[str, ...] = ()


@dataclass
class Summary:
    """The counts of one build.

    Attributes:
        pages: How many pages the site has.
        tallies: One for each kind of example.
    """

    pages: int = 0
    tallies: list[Tally] = field(default_factory=list)

    @property
    def outputs(self) -> int:
        """How many outputs were verified."""
        return sum(tally.outputs for tally in self.tallies)

    @property
    def where(self) -> str:
        """The backends and versions of mlx, as in ``on CPU with mlx 0.32.4``; empty without."""
        backends = ", ".join(_distinct(tally.backend for tally in self.tallies))
        versions = ", ".join(_distinct(tally.mlx for tally in self.tallies))
        return f"on {backends} with mlx {versions}" if backends and versions else ""

    def sentence(self, day: date) -> str:
        """How many outputs were verified, on what, when."""
        if not self.outputs:
            return "No output has been verified."
        counted = "1 output" if self.outputs == 1 else f"{self.outputs:,} outputs"
        return f"{counted} verified {self.where} on {day.isoformat()}."

    def __str__(self) -> str:
        examples = sum(tally.examples for tally in self.tallies)
        now = sum(tally.run_now for tally in self.tallies)
        parts = [
            _count(self.pages, "page"),
            f"{_count(examples, 'example')} executed ({now} now)",
            f"{_count(self.outputs, 'output')} verified",
            *filter(None, [self.where]),
        ]
        notes = _distinct(note for tally in self.tallies for note in tally.notes)
        return "\n".join([", ".join(parts), *(f"note: {note}" for note in notes)])

    def add(self, _app: Sphinx, tally: Tally) -> None:
        """Add the counts of one kind of example."""
        self.tallies.append(tally)

    def count_pages(self, _app: Sphinx, env: BuildEnvironment) -> None:
        """Count the pages, once Sphinx has found all of them."""
        self.pages = len(env.found_docs)

    def hand_on(self, app: Sphinx, exception: Exception | None) -> None:
        """Emit or log the summary, if the build came to its end."""
        if exception is None and not any(app.emit("mlx-keys-summary", self)):
            logger.info("%s", self)


def _distinct(texts: Iterable[str]) -> list[str]:
    """The texts in their order, each once, without the empty one."""
    return [text for text in dict.fromkeys(texts) if text]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def setup_summary(app: Sphinx) -> None:
    """Register the two events, and the summary between them."""
    app.add_event("mlx-keys-verified")
    app.add_event("mlx-keys-summary")
    summary = Summary()
    app.connect("mlx-keys-verified", summary.add)
    app.connect("env-updated", summary.count_pages)
    app.connect("build-finished", summary.hand_on, priority=900)
