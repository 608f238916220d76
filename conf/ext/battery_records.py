"""What batteries of statistical tests found in our streams: ``batteries.jsonl``, a run a line.

``tests/batteries/run.py`` writes the file, and each run holds the command that makes it again. A
run with fewer rounds than 20 is a control: it shows what the battery is able to find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, exp, fsum, sqrt
from pathlib import Path
from typing import Any

from mlx_keys.errors import KeysError, Location
from mlx_keys.files import decode_record

#: The rounds of MLX's generator.
FULL_ROUNDS = 20

#: Dieharder's own stream, which is none of ours: what is odd there too is dieharder's doing.
AES = "AES"

#: Which share of the p-values of a perfect generator each battery marks: dieharder's *weak* is
#: 0.005 from 0 or 1, and the summary of TestU01 lists what is closer than 0.001.
MARKED_BY_CHANCE = {"dieharder": 0.01, "SmallCrush": 0.002, "Crush": 0.002}


@dataclass(frozen=True)
class PValue:
    """The result of one test.

    Attributes:
        test: The battery's name of the test.
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
class BatteryRun:
    """One test, or one short battery, over one stream.

    Attributes:
        battery: ``dieharder``, ``SmallCrush`` or ``Crush``.
        version: The version of the battery, or of the library that has it.
        stream: The kind of stream, as ``mlx-keys stream`` names it; or :data:`AES`.
        seed: The seed of the stream.
        rounds: 20, or fewer for a control.
        command: The command that makes the run again.
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
    tests: Sequence[PValue]


def chance_of_marks(marked: int, of: int, share: float) -> float:
    """The probability that chance alone marks at least this many of independent p-values.

    Args:
        marked: How many are marked.
        of: How many there are.
        share: Which share of them is marked on average.
    """
    fewer = (comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(marked))
    return 1 - fsum(fewer)


def kolmogorov_smirnov(values: Sequence[float]) -> float:
    """The p-value of a Kolmogorov-Smirnov test of values against the uniform distribution.

    Source: Stephens, "Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics
    without extensive tables", 1970, for the correction to the limit law.
    """
    n = len(values)
    gap = max(
        max((rank + 1) / n - value, value - rank / n) for rank, value in enumerate(sorted(values))
    )
    scaled = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * gap
    terms = ((-1) ** (k - 1) * exp(-2 * (k * scaled) ** 2) for k in range(1, 100))
    return min(1.0, 2 * fsum(terms))


def record_path(folder: Path) -> Path:
    """The file of all runs in a folder of records."""
    return folder / "batteries.jsonl"


def load_runs(folder: Path) -> list[BatteryRun]:
    """Read the runs from a folder of records.

    Raises:
        KeysError: There is no file of runs, or a line of it cannot be read.
    """
    path = record_path(folder)
    if not path.is_file():
        raise KeysError(
            "no battery has been run",
            where=Location(str(path)),
            expected="a run a line",
            fix=f"python tests/batteries/run.py -o {path} SmallCrush:draw",
        )
    fix = "remove the line, and run tests/batteries/run.py again"
    return [
        decode_record(line, _decode, Location(str(path), number), "a battery's run", fix)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]


def _decode(stored: Any) -> BatteryRun:
    return BatteryRun(**stored | {"tests": tuple(PValue(**test) for test in stored["tests"])})
