"""Measurements and how they are shown: medians, their spread, and ratios to a base of the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Row:
    """One thing, measured several times.

    Attributes:
        name: What was measured.
        seconds: Each time.
        base: What it is set in relation to, or None for a base itself.
        size: How many bytes it makes, where that is known.
        facts: What else a record is to say of it.
    """

    name: str
    seconds: tuple[float, ...]
    base: Row | None = None
    size: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.seconds)

    @property
    def ratio(self) -> float | None:
        """How often the base's time: the median of what each round says.

        What else a machine does falls on both of a round, and hardly on the quotient.
        """
        if self.base is None:
            return None
        return median(
            mine / base for mine, base in zip(self.seconds, self.base.seconds, strict=True)
        )

    @property
    def rate(self) -> float | None:
        """Gigabytes (10**9 bytes) a second, by the median."""
        return None if self.size is None else self.size / self.middle / 1e9

    def to_json(self) -> dict[str, Any]:
        """The row with every measurement."""
        rate = {} if self.rate is None else {"gb_per_s": float(f"{self.rate:.4g}")}
        return {
            "name": self.name,
            "seconds": [_rounded(one) for one in self.seconds],
            "median": _rounded(self.middle),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "to": None if self.base is None else self.base.name,
            **rate,
            **self.facts,
        }


def timed(act: Callable[[], object]) -> float:
    """The seconds that an act takes, by the clock on the wall."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def in_turn(
    acts: Mapping[str, Callable[[], object]], rounds: int, turns: int = 1, *, before: int = 0
) -> dict[str, tuple[float, ...]]:
    """Measure acts in turn, forth and back, so that what else the machine does falls on all.

    Args:
        acts: The acts by their names.
        rounds: How often each is measured.
        turns: How many turns a measurement has: it is their median.
        before: How often an act is done when its turn comes, unmeasured, as the act before it left
            caches full of its own.
    """
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    order = list(acts.items())
    for _ in range(rounds):
        found: dict[str, list[float]] = {name: [] for name in acts}
        for _ in range(turns):
            for name, act in order:
                for _ in range(before):
                    act()
                found[name].append(timed(act))
            order.reverse()
        for name, taken in found.items():
            seconds[name].append(median(taken))
    return {name: tuple(found) for name, found in seconds.items()}


def table(rows: list[Row]) -> str:
    """The rows in columns, for people: a ratio is to the nearest line above that has none."""
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x"
        rate = "" if row.rate is None else f"{row.rate:9.3f} GB/s"
        spread = f"{_seconds(min(row.seconds))} to {_seconds(max(row.seconds))}"
        lines.append(
            f"  {row.name:{width}}  {_seconds(row.middle):>9}  {ratio:>7}{rate}"
            f"  ({spread}, {len(row.seconds)} times)"
        )
    return "\n".join(lines)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def _seconds(value: float) -> str:
    if value >= 1:
        return f"{value:.1f} s"
    return f"{value * 1e3:.1f} ms" if value >= 1e-3 else f"{value * 1e6:.1f} us"  # noqa: PLR2004
