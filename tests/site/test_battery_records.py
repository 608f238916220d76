"""The record of batteries is read whole or refused, and it is what the page says of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.paths import TRUST
from tests.site.battery_runs import CONTROL, RUNS, write_record

from ext.batteries import IMPOSSIBLE, SEED, WEAK_ROUNDS, command_without_seed, first_runs
from ext.battery_records import (
    AES,
    FULL_ROUNDS,
    MARKED_BY_CHANCE,
    BatteryRun,
    chance_of_marks,
    kolmogorov_smirnov,
    load_runs,
)
from mlx_keys.commands.stream import KINDS
from mlx_keys.errors import KeysError


@pytest.mark.parametrize(("marked", "of"), [(0, 0), (0, 7), (1, 7), (3, 7), (7, 7)])
def test_the_chance_of_a_number_of_marks_is_the_binomial_tail(marked: int, of: int) -> None:
    """Half of the p-values marked on average: count the subsets."""
    subsets = sum(bin(each).count("1") >= marked for each in range(2**of))
    assert chance_of_marks(marked, of, 0.5) == pytest.approx(subsets / 2**of)


@pytest.mark.parametrize(
    ("values", "p"),
    [
        ([(place + 0.5) / 100 for place in range(100)], 1.0),
        ([place / 300 for place in range(100)], 0.0),
        # A gap of 0.136 in 100 values is the 5 % of the published tables.
        ([max(0.0, (place + 1) / 100 - 0.134) for place in range(100)], 0.05),
    ],
)
def test_a_kolmogorov_smirnov_test_sees_the_widest_gap(values: list[float], p: float) -> None:
    assert kolmogorov_smirnov(values) == pytest.approx(p, abs=2e-3)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_record(tmp_path, *(json.dumps(asdict(run)) for run in RUNS))
    assert load_runs(tmp_path / "trust") == list(RUNS)


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"tests": [{"test": "Gap"}]}', '{"tests": []}'])
def test_a_line_that_is_no_run_is_an_error_at_that_line(tmp_path: Path, line: str) -> None:
    file = write_record(tmp_path, json.dumps(asdict(CONTROL)), line)
    with pytest.raises(KeysError, match="a battery's run cannot be read") as error:
        load_runs(file.parent)
    assert str(error.value.where) == f"{file}:2"


@pytest.fixture(scope="module")
def recorded() -> list[BatteryRun]:
    return load_runs(TRUST)


def test_the_record_has_each_run_once(recorded: list[BatteryRun]) -> None:
    assert len({run.command for run in recorded}) == len(recorded)


def test_each_battery_ran_over_all_streams_but_those_that_the_page_names(
    recorded: list[BatteryRun],
) -> None:
    ended = Counter((run.battery, run.stream) for run in first_runs(recorded))
    assert {ended["SmallCrush", kind] for kind in KINDS} == {1}
    assert {ended["dieharder", kind] for kind in KINDS} == {80}
    assert {kind: ended["Crush", kind] for kind in KINDS} == {
        **dict.fromkeys(("draw", "split", "fold"), 96),
        **dict.fromkeys(("seeds", "epochs"), 0),
    }
    page = (TRUST.parent / "docs" / "explain" / "how-random.md").read_text("utf-8")
    assert "and Crush over `seeds` and `epochs`" in page


def test_every_kind_of_stream_was_read(recorded: list[BatteryRun]) -> None:
    assert {run.stream for run in first_runs(recorded)} == set(KINDS)


def test_a_run_names_the_command_that_makes_it_again(recorded: list[BatteryRun]) -> None:
    for run in (run for run in recorded if run.stream != AES):
        made = f"mlx-keys stream {run.stream} --seed {run.seed} |"
        weakened = f"./stream {run.stream} {run.seed} {run.rounds} |"
        assert run.command.startswith(made if run.rounds == FULL_ROUNDS else weakened)


def test_marked_p_values_are_those_beyond_the_batterys_limits(recorded: list[BatteryRun]) -> None:
    for run in recorded:
        edge = MARKED_BY_CHANCE[run.battery] / 2
        assert [value.marked for value in run.tests] == [
            not edge <= value.p <= 1 - edge for value in run.tests
        ]


def test_streams_of_other_seeds_share_no_word_with_the_first(recorded: list[BatteryRun]) -> None:
    """A stream of seeds goes on to the next one with each two words."""
    for run in recorded:
        if run.stream == "seeds" and run.seed != SEED:
            assert run.seed > 2 * max(other.bytes for other in recorded) // 8


def test_no_marked_p_value_is_marked_again_with_another_seed(recorded: list[BatteryRun]) -> None:
    """The page says so, of each of them and three seeds."""
    for first in first_runs(recorded):
        test = command_without_seed(first)
        again = [run for run in recorded if command_without_seed(run) == test]
        for number, value in enumerate(first.tests):
            if value.marked:
                others = [other.tests[number] for other in again if other.seed != first.seed]
                assert [other.marked for other in others] == [False] * 3, value


def test_the_batteries_find_the_control_and_not_the_generator(recorded: list[BatteryRun]) -> None:
    weak = [run for run in recorded if run.rounds == WEAK_ROUNDS]
    assert weak
    assert all(min(value.p for value in run.tests) < IMPOSSIBLE for run in weak)
    full = [value.p for run in recorded if run.rounds == FULL_ROUNDS for value in run.tests]
    assert min(full) > IMPOSSIBLE
    assert max(full) < 1 - IMPOSSIBLE
