"""The parts of a plot lie where their values are, and ticks are round numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ext.draws.svg_plot import Plot, round_step, round_ticks

PLOT = Plot((-1, 3), (0, 10), 400, 100, left=50, right=10, top=20, below=40, y_title_at=14)


def test_the_ends_of_the_axes_are_the_corners_of_the_rectangle() -> None:
    assert (PLOT.across(-1), PLOT.across(3)) == (50, 450)
    assert (PLOT.up(0), PLOT.up(10)) == (120, 20)


def test_bars_stand_side_by_side_on_the_axis() -> None:
    assert PLOT.bars([-1, 1, 3], [5, 10]) == "M50.0 120.0V70.0H250.0V20.0H450.0V120.0Z"


def test_a_line_goes_through_its_points_and_dots_lie_on_theirs() -> None:
    assert PLOT.line([(-1, 0), (3, 10)]) == "M50.0 120.0L450.0 20.0"
    assert PLOT.dots([(-1, 0), (3, 10)]) == "M50.0 120.0h0M450.0 20.0h0"


def test_a_tick_has_a_line_and_its_number_beside_it() -> None:
    grid = '<path class="mk-grid" d="M50 70.0H450"/><text x="44" y="74" text-anchor="end">5</text>'
    assert PLOT.grid([5]) == grid
    assert PLOT.x_ticks([1]) == '<text x="250.0" y="136" text-anchor="middle">1</text>'


def test_words_are_escaped_and_the_view_box_has_room_for_them() -> None:
    assert PLOT.svg(PLOT.x_title("a < b"), '"p" & q') == (
        '<svg viewBox="0 0 460 160" role="img" aria-label="&quot;p&quot; &amp; q">'
        '<text x="250.0" y="156" text-anchor="middle">a &lt; b</text></svg>'
    )


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-4, 4, [-4, -2, 0, 2, 4]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 10, [-2, 0, 2, 4, 6, 8, 10]),
    ],
)
def test_ticks_are_round_numbers_within_the_axis(
    low: float, high: float, ticks: list[float]
) -> None:
    assert round_ticks(low, high, 6) == pytest.approx(ticks)  # 3 * 0.2 is not 0.6


@given(st.floats(1e-6, 1e6), st.integers(2, 10))
def test_a_step_is_one_two_or_five_times_a_power_of_ten(length: float, parts: int) -> None:
    step = round_step(length, parts)
    assert re.fullmatch(r"[125](\.0+)?e[+-]\d+", f"{step:.10e}")
    assert length / step <= parts + 0.5
