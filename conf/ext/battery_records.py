"""What batteries of statistical tests said of our streams: ``trust/batteries.jsonl``, a run a line.

It is measured, never typed: ``tests/batteries/run.py`` writes it, and each run holds the command
that makes it again. A run with fewer rounds than 20 is a control: it shows what the battery sees.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, exp, fsum, sqrt
from pathlib import Path

from mlx_keys.errors import KeysError, Location

#: The rounds of MLX's generator.
FULL = 20

#: The stream that is none of ours: what is odd there too is the battery's doing.
AES = "AES"

#: Which share of the p-values of a perfect generator each battery marks: dieharder's *weak* is
#: 0.005 from 0 or 1, and the summary of TestU01 lists what is closer than 0.001.
MARKED_BY_CHANCE = {"dieharder": 0.01, "SmallCrush": 0.002, "Crush": 0.002}


@dataclass(frozen=True)
class Judged:
    """A p-value.

    Attributes:
        test: What the battery calls the test.
        p: The p-value, uniform between 0 and 1 if the words are random.
        assessment: The battery's own word for it.
    """

    test: str
    p: float
    assessment: str

    @property
    def marked(self) -> bool:
        """Whether the battery points it out."""
        return self.assessment != "passed"


@dataclass(frozen=True)
class Run:
    """One test, or one short battery, over one stream.

    Attributes:
        battery: ``dieharder``, ``SmallCrush`` or ``Crush``.
        version: The version of the battery, or of the library that has it.
        stream: The kind of stream, as ``mlx-keys stream`` names it; or :data:`AES`.
        seed: The seed of the stream.
        rounds: 20, or fewer for a control.
        command: What makes it again.
        bytes: How many the generator made until the battery had enough; 0 where it made its own.
        seconds: How long it took.
        date: The day, ISO 8601.
        tests: The p-values.
    """

    battery: str
    version: str
    stream: str
    seed: int
    rounds: int
    command: str
    bytes: int
    seconds: float
    date: str
    tests: Sequence[Judged]


def at_least(marked: int, of: int, share: float) -> float:
    """How often chance alone marks so many, or more, of independent p-values.

    Args:
        marked: How many are marked.
        of: How many there are.
        share: Which share of them is marked on average.
    """
    fewer = (comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(marked))
    return 1 - fsum(fewer)


def uniformity(values: Sequence[float]) -> float:
    """The p-value of a Kolmogorov-Smirnov test of values against the uniform line.

    Source: Stephens, "Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics
    without extensive tables", 1970, for the correction to the limit law.
    """
    n = len(values)
    gap = max(
        max((place + 1) / n - value, value - place / n)
        for place, value in enumerate(sorted(values))
    )
    reach = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * gap
    terms = ((-1) ** (k - 1) * exp(-2 * (k * reach) ** 2) for k in range(1, 100))
    return min(1.0, 2 * fsum(terms))


def path(folder: Path) -> Path:
    """The record in a folder of records."""
    return folder / "batteries.jsonl"


def load(folder: Path) -> list[Run]:
    """Read the record.

    Raises:
        KeysError: There is none, or a line of it can't be read.
    """
    file = path(folder)
    if not file.is_file():
        raise KeysError(
            "no battery has been run",
            where=Location(str(file)),
            expected="a run a line",
            fix=f"python tests/batteries/run.py -o {file} SmallCrush:draw",
        )
    runs = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            stored = json.loads(line)
            tests = tuple(Judged(**judged) for judged in stored["tests"])
            runs.append(Run(**stored | {"tests": tests}))
        except (KeyError, TypeError, ValueError) as error:
            raise KeysError(
                "this is no run of a battery",
                where=Location(str(file), number),
                found=repr(error),
                fix="remove the line, and run tests/batteries/run.py again",
            ) from error
    return runs
