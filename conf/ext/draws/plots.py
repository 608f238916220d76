"""The pictures of draws: a histogram under its density, and pairs as dots."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .svg_plot import Plot, round_step, round_ticks

#: About how many parts the ticks make of an axis of values, and of one of densities.
_PARTS, _DENSITY_PARTS = 6, 3


def histogram_svg(result: Mapping[str, Any], low: float, high: float, label: str) -> str:
    """A bar for each count, and the density over them.

    Args:
        result: What :func:`~ext.jobs.histogram.count_into_bars` returned.
        low: The value at the left end.
        high: The value at the right end.
        label: What a screen reader says in the picture's place.
    """
    counts: list[int] = result["counts"]
    curve: list[float] = result["curve"]
    bars = len(counts)
    width = (high - low) / bars
    heights = [count / result["number"] / width for count in counts]
    step = round_step(max(*heights, *curve), _DENSITY_PARTS)
    steps = math.ceil(max(*heights, *curve) / step)
    plot = _plot((low, high), (0, step * steps), 420, 190)
    edges = [low + number * width for number in range(bars + 1)]
    # The curve has a point at each end and in the middle of each bar.
    middles_too = [low + number * width / 2 for number in range(2 * bars + 1)]
    line = plot.line(zip(middles_too, curve, strict=True))
    parts = (
        plot.grid(step * number for number in range(steps + 1)),
        f'<path class="mk-bars" d="{plot.bars(edges, heights)}"/>',
        f'<path class="mk-line" d="{line}"/>',
        _legend(plot, heights),
        plot.x_ticks(round_ticks(low, high, _PARTS)),
        plot.x_title("value"),
        plot.y_title("density"),
    )
    return plot.svg("".join(parts), label)


def pairs_svg(result: Mapping[str, Any], low: float, high: float, label: str) -> str:
    """A dot for each pair; both axes have the same ends.

    Args:
        result: What :func:`~ext.jobs.histogram.correlate_pairs` returned.
        low: The value at the left and at the lower end.
        high: The value at the right and at the upper end.
        label: What a screen reader says in the picture's place.
    """
    plot = _plot((low, high), (low, high), 280, 280)
    inside = ((x, y) for x, y in result["points"] if low <= x <= high and low <= y <= high)
    ticks = round_ticks(low, high, _PARTS)
    parts = (
        plot.grid(ticks),
        f'<path class="mk-dots" d="{plot.dots(inside)}"/>',
        plot.x_ticks(ticks),
        plot.x_title("first component"),
        plot.y_title("second component"),
    )
    return plot.svg("".join(parts), label)


def _plot(x: tuple[float, float], y: tuple[float, float], width: int, height: int) -> Plot:
    return Plot(x, y, width, height, left=50, right=14, top=14, below=44, y_title_at=14)


def _legend(plot: Plot, heights: Sequence[float]) -> str:
    """The names of the bars and of the curve, on the side where the bars are lower."""
    highest_is_right = heights.index(max(heights)) > len(heights) / 2
    x = plot.left + 6 if highest_is_right else plot.left + plot.width - 6
    anchor = "start" if highest_is_right else "end"
    return "".join(
        f'<text class="{name}" x="{x}" y="{plot.top + down}" text-anchor="{anchor}">{text}</text>'
        for name, text, down in (("mk-drawn", "drawn", 14), ("mk-theory", "in theory", 30))
    )
