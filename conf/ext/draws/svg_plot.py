"""The parts of a plot as SVG: axes with ticks and a grid, bars, lines and dots.

A plot's style is its page's: parts carry classes, and no colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

#: From an axis to the numbers at its ticks, and from the horizontal one down to its title.
_TO_LEFT, _TO_BELOW, _TO_TITLE = 6, 16, 36

#: From the middle of a line of text to its baseline.
_HALF_LINE = 4


@dataclass(frozen=True)
class Plot:
    """A rectangle of values on paper, with room for words around it.

    All lengths are in the units of the SVG's view box, whose y runs downwards.

    Attributes:
        x: The values at the left and at the right end.
        y: The values at the lower and at the upper end.
        width: The length of the horizontal axis.
        height: The length of the vertical axis.
        left: What is left for words on that side; and so on.
        right: As ``left``.
        top: As ``left``.
        below: As ``left``.
        y_title_at: How far from the left edge the vertical axis has its title.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    width: int
    height: int
    left: int
    right: int
    top: int
    below: int
    y_title_at: int

    def across(self, value: float) -> float:
        """Where a value lies along the horizontal axis."""
        low, high = self.x
        return round(self.left + self.width * (value - low) / (high - low), 1)

    def up(self, value: float) -> float:
        """Where a value lies along the vertical axis."""
        low, high = self.y
        return round(self.top + self.height * (1 - (value - low) / (high - low)), 1)

    def grid(self, ticks: Iterable[float]) -> str:
        """A horizontal line for each tick of the vertical axis, with its number."""
        return "".join(
            f'<path class="mk-grid" d="M{self.left} {self.up(tick)}H{self.left + self.width}"/>'
            f'<text x="{self.left - _TO_LEFT}" y="{self.up(tick) + _HALF_LINE:g}" '
            f'text-anchor="end">{tick:g}</text>'
            for tick in ticks
        )

    def x_ticks(self, ticks: Iterable[float]) -> str:
        """The numbers below the horizontal axis."""
        y = self.top + self.height + _TO_BELOW
        return "".join(
            f'<text x="{self.across(tick)}" y="{y}" text-anchor="middle">{tick:g}</text>'
            for tick in ticks
        )

    def x_title(self, title: str) -> str:
        """What the horizontal axis shows."""
        x, y = self.left + self.width / 2, self.top + self.height + _TO_TITLE
        return f'<text x="{x}" y="{y}" text-anchor="middle">{escape(title)}</text>'

    def y_title(self, title: str) -> str:
        """What the vertical axis shows, written upwards."""
        x, y = self.y_title_at, self.top + self.height / 2
        return (
            f'<text x="{x}" y="{y}" text-anchor="middle" transform="rotate(-90 {x} {y})">'
            f"{escape(title)}</text>"
        )

    def bars(self, edges: Sequence[float], heights: Sequence[float]) -> str:
        """The outline of bars that stand side by side on the horizontal axis, as a path's data.

        Args:
            edges: Where the bars begin and end: one more than there are bars.
            heights: The bars' heights.
        """
        floor = self.up(self.y[0])
        steps = zip(heights, edges[1:], strict=True)
        outline = "".join(f"V{self.up(height)}H{self.across(end)}" for height, end in steps)
        return f"M{self.across(edges[0])} {floor}{outline}V{floor}Z"

    def line(self, points: Iterable[tuple[float, float]]) -> str:
        """A line through points, as a path's data."""
        return "M" + "L".join(f"{self.across(x)} {self.up(y)}" for x, y in points)

    def dots(self, points: Iterable[tuple[float, float]]) -> str:
        """A dot for each point, as a path's data.

        A dot is a stroke of no length with round ends: one path is a tenth of as many circles.
        """
        return "".join(f"M{self.across(x)} {self.up(y)}h0" for x, y in points)

    def svg(self, parts: str, label: str) -> str:
        """The whole plot.

        Args:
            parts: What is drawn, the lowest first.
            label: What a screen reader says in its place.
        """
        width, height = self.left + self.width + self.right, self.top + self.height + self.below
        return (
            f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
            f"{parts}</svg>"
        )


def round_step(length: float, parts: int) -> float:
    """A round distance between ticks: 1, 2 or 5 times a power of ten.

    Args:
        length: The length of the axis, in values.
        parts: About how many of the distance it should hold.
    """
    power = 10.0 ** math.floor(math.log10(length / parts))
    return next(size * power for size in (1, 2, 5, 10) if length / (size * power) <= parts + 0.5)


def round_ticks(low: float, high: float, parts: int) -> list[float]:
    """Round numbers from one end of an axis to the other, about ``parts`` apart."""
    step = round_step(high - low, parts)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [step * number for number in range(first, last + 1)]
