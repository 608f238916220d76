"""Measurements: medians, their spread, and ratios to a base of the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One call or build, measured several times.

    Attributes:
        name: What was measured.
        seconds: The time of each round.
        base: The row that it is compared with, or None for a base itself.
        size: How many bytes it makes, where that is known.
        facts: More keys of its JSON.
    """

    name: str
    seconds: tuple[float, ...]
    base: Row | None = None
    size: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The median of the times, in seconds."""
        return statistics.median(self.seconds)

    @property
    def ratio(self) -> float | None:
        """The time as a multiple of the base's: the median of each round's quotient.

        Other work of the machine slows both measurements of a round, and hardly changes the
        quotient.
        """
        if self.base is None:
            return None
        return statistics.median(
            own / base for own, base in zip(self.seconds, self.base.seconds, strict=True)
        )

    @property
    def rate(self) -> float | None:
        """Gigabytes (10**9 bytes) a second, by the median."""
        return None if self.size is None else self.size / self.median / 1e9

    def to_json(self) -> dict[str, Any]:
        """The row with every measurement."""
        rate = {} if self.rate is None else {"gb_per_s": float(f"{self.rate:.4g}")}
        return {
            "name": self.name,
            "seconds": [_rounded(seconds) for seconds in self.seconds],
            "median": _rounded(self.median),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "to": None if self.base is None else self.base.name,
            **rate,
            **self.facts,
        }


def measure(call: Callable[[], object]) -> float:
    """The seconds that a call takes, by the wall clock."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def measure_alternately(
    calls: Mapping[str, Callable[[], object]], rounds: int, repeats: int = 1, *, warmups: int = 0
) -> dict[str, tuple[float, ...]]:
    """Measure calls alternately, forth and back, so that other work of the machine slows all.

    Args:
        calls: The calls by name.
        rounds: How many measurements each gets.
        repeats: How many times a call is timed for one measurement, which is their median.
        warmups: How many times a call is made untimed before each timing, since the call before
            it left the caches full of its own data.

    Returns:
        The measurements by name, in seconds.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    order = list(calls.items())
    for _ in range(rounds):
        times: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(repeats):
            for name, call in order:
                for _ in range(warmups):
                    call()
                times[name].append(measure(call))
            order.reverse()
        for name, measured in times.items():
            seconds[name].append(statistics.median(measured))
    return {name: tuple(measured) for name, measured in seconds.items()}


def table(rows: list[Row]) -> str:
    """The rows in columns, for people; a ratio is to the nearest row above that has none."""
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x"
        rate = "" if row.rate is None else f"{row.rate:9.3f} GB/s"
        spread = f"{_seconds(min(row.seconds))} to {_seconds(max(row.seconds))}"
        lines.append(
            f"  {row.name:{width}}  {_seconds(row.median):>9}  {ratio:>7}{rate}"
            f"  ({spread}, {len(row.seconds)} times)"
        )
    return "\n".join(lines)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _seconds(value: float) -> str:
    if value >= 1:
        return f"{value:.1f} s"
    return f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.1f} us"  # noqa: PLR2004
