"""Draws are counted into bars, and the bars compared with the integral of a density."""

from __future__ import annotations

from typing import Any

import pytest

from ext.jobs.histogram import correlate_pairs, count_into_bars

pytest.importorskip("mlx.core", reason="mlx is not installed")


def counted(**changes: Any) -> dict[str, Any]:
    """A thousand uniform draws in five bars, of which the axis shows half."""
    payload = {"call": "uniform(shape=(1000,), key=key(7))", "low": 0.0, "high": 0.5}
    return count_into_bars(payload | {"bars": 5, "density": "1"} | changes)


def test_draws_beyond_the_ends_of_the_axis_count_as_outside() -> None:
    result = counted()
    assert (result["number"], len(result["counts"]), len(result["curve"])) == (1000, 5, 11)
    assert result["outside"] == 1 - sum(result["counts"]) / 1000
    assert 0.4 < result["outside"] < 0.6


def test_a_wrong_density_is_many_standard_deviations_off() -> None:
    assert counted()["off"] < 4
    assert counted(density="2")["off"] > 5.5


def test_a_bar_that_no_density_expects_is_not_judged() -> None:
    """A bar's theory is an integral: a density that ends within a bar is no error."""
    result = counted(high=2.0, bars=3, density="where(x < 1, 1, 0)")
    assert sum(result["counts"]) == 1000
    assert result["off"] < 4


def test_the_correlation_of_a_pair_with_itself_is_one() -> None:
    twice = "mx.stack([normal((50,), key=key(7))] * 2, axis=1)"
    result = correlate_pairs({"call": twice})
    assert (result["number"], len(result["points"])) == (50, 50)
    assert result["correlation"] == pytest.approx(1)  # the sum of 50 products is rounded


def test_a_result_that_is_no_list_of_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match=r"pairs have shape \(n, 2\).*\(300,\)"):
        correlate_pairs({"call": "normal((300,), key=key(7))"})
