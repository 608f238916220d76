"""What the batteries found stands on the page as it was found, the odd p-values too."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from docutils import nodes
from tests.paths import TRUST
from tests.sphinx_project import SITE_CONF, build, write

from ext import batteries as directives
from ext import battery_records as batteries
from ext.battery_records import Judged, Run
from mlx_keys.commands.stream import KINDS
from mlx_keys.errors import KeysError

DIEHARDER = Run(
    "dieharder",
    "3.31.1",
    "split",
    0,
    20,
    "mlx-keys stream split --seed 0 | dieharder -g 200 -d 102",
    2_500_000_000,
    1800,
    "2026-11-22",
    (Judged("sts_serial 1", 0.4, "passed"), Judged("sts_serial 2", 0.9986, "weak")),
)
REPEATED = replace(
    DIEHARDER,
    seed=3,
    command="mlx-keys stream split --seed 3 | dieharder -g 200 -d 102",
    tests=(Judged("sts_serial 1", 0.001, "weak"), Judged("sts_serial 2", 0.25, "passed")),
)
CONTROL = Run(
    "SmallCrush",
    "TestU01 1.2.3",
    "split",
    0,
    6,
    "./stream split 0 6 | ./testu01 SmallCrush",
    900_000_000,
    1800,
    "2026-11-23",
    (Judged("Gap", 1e-300, "suspect"), Judged("MaxOft", 0.5, "passed")),
)
SHORT = replace(CONTROL, stream="fold", rounds=20, tests=(Judged("Gap", 2e-5, "suspect"),))
RUNS = (DIEHARDER, REPEATED, CONTROL, SHORT)


def texts(table: nodes.Element) -> list[list[str]]:
    return [[entry.astext() for entry in one] for one in table.findall(nodes.row)]


def shown(directive: type, runs: Sequence[Run] = RUNS) -> nodes.Element:
    return directive.__new__(directive).show(runs)


def test_the_summary_counts_the_first_seed_and_all_rounds_alone() -> None:
    assert texts(shown(directives.SummaryDirective, RUNS[::-1])) == [
        ["Battery, stream", "Read", "p-values", "Marked", "By chance", "So many"],
        ["dieharder, split", "2 GB", "2", "1", "0.02", "0.02"],
        ["SmallCrush, fold", "1 GB", "1", "1", "0.00", "0.002"],
    ]


@pytest.mark.parametrize(("marked", "of"), [(0, 0), (0, 7), (1, 7), (3, 7), (7, 7)])
def test_how_often_chance_marks_so_many_is_the_binomial_tail(marked: int, of: int) -> None:
    """Half of the p-values marked on average: count the subsets."""
    subsets = sum(bin(each).count("1") >= marked for each in range(2**of))
    assert batteries.at_least(marked, of, 0.5) == pytest.approx(subsets / 2**of)


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
    assert batteries.uniformity(values) == pytest.approx(p, abs=2e-3)


def test_a_marked_p_value_stands_beside_those_of_other_seeds() -> None:
    assert texts(shown(directives.MarkedDirective)) == [
        ["Test", "seed 0", "another"],
        ["dieharder, split: sts_serial 2", "0.9986", "0.2500"],
        ["SmallCrush, fold: Gap", "2e-05", ""],
    ]
    passed = replace(DIEHARDER, tests=DIEHARDER.tests[:1])
    assert shown(directives.MarkedDirective, [passed]).astext() == "None was marked."


def test_the_controls_say_what_was_not_run() -> None:
    assert texts(shown(directives.ControlsDirective)) == [
        ["Stream", "6 rounds", "20 rounds"],
        ["split", "1 of 2", "not run"],
        ["fold", "not run", "1 of 1"],
    ]


def test_the_plot_puts_each_p_value_over_its_rank() -> None:
    drawn = shown(directives.PlotDirective)
    assert drawn["text"] == (
        "3 p-values of 20 rounds beside the uniform line; of 6 rounds, 1 of 2 are below 1e-06"
    )
    assert 'class="mk-full" d="M92.0 312.0h0M192.0 192.0h0M292.0 12.4h0"' in drawn["html"]
    assert 'class="mk-weak" d="M117.0 312.0h0M267.0 162.0h0"' in drawn["html"]


def test_it_is_told_when_it_was_run_and_what_came_closest() -> None:
    assert shown(directives.WhenDirective).astext() == (
        "Run on 2026-11-22 to 2026-11-23 with dieharder 3.31.1 and TestU01 1.2.3, controls and "
        "repetitions included: 7 GB, 2.0 hours of a processor core. The p-value above that is "
        "closest to 0 or 1 is 2e-05 from it."
    )


def test_a_battery_is_set_beside_what_it_says_of_other_words() -> None:
    other = replace(DIEHARDER, stream="AES", seed=1, tests=DIEHARDER.tests[:1])
    assert texts(shown(directives.TogetherDirective, [*RUNS, other])) == [
        ["p-values of", "How many", "Marked", "Mean", "Together"],
        ["all", "3", "2", "0.466", "0.8"],
        ["dieharder", "2", "1", "0.699", "0.5"],
        ["SmallCrush", "1", "1", "0.000", "0.1"],
        ["dieharder, the same tests", "1", "0", "0.400", "0.6"],
        ["dieharder, over AES", "1", "0", "0.400", "0.6"],
    ]


def record(folder: Path, *lines: str) -> Path:
    file = folder / "trust" / "batteries.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record(tmp_path, *(json.dumps(asdict(run)) for run in RUNS))
    assert batteries.load(tmp_path / "trust") == list(RUNS)


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"tests": [{"test": "Gap"}]}', '{"tests": []}'])
def test_a_line_that_is_no_run_is_named(tmp_path: Path, line: str) -> None:
    file = record(tmp_path, json.dumps(asdict(CONTROL)), line)
    with pytest.raises(KeysError, match="this is no run of a battery") as error:
        batteries.load(file.parent)
    assert str(error.value.where) == f"{file}:2"


def test_a_page_without_a_record_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": "# Page\n\n```{batteries}\n```\n"}, SITE_CONF)
    assert "no battery has been run" in build(tmp_path).warnings


def test_a_page_follows_the_record(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"page.md": "# Page\n\n```{batteries-plot}\n```\n\n```{batteries}\n```\n"},
        SITE_CONF,
    )
    conf = tmp_path / "conf.py"
    conf.write_text(f'{conf.read_text()}mlx_keys_trust = "{tmp_path / "trust"}"\n')
    record(tmp_path, json.dumps(asdict(DIEHARDER)), json.dumps(asdict(CONTROL)))
    first = build(tmp_path)
    assert (first.warnings, first.stopped) == ("", "")
    assert "2 p-values of 20 rounds" in first.html("page")
    record(tmp_path, *(json.dumps(asdict(run)) for run in RUNS))
    assert "SmallCrush, fold" in build(tmp_path).html("page")


@pytest.fixture(scope="module")
def found() -> list[Run]:
    return batteries.load(TRUST)


def test_the_record_has_each_run_once(found: list[Run]) -> None:
    assert len({run.command for run in found}) == len(found)


def test_each_battery_ended_over_its_streams_but_for_those_that_the_page_names(
    found: list[Run],
) -> None:
    ended = Counter((run.battery, run.stream) for run in directives.ours(found))
    assert {ended["SmallCrush", kind] for kind in KINDS} == {1}
    assert {ended["dieharder", kind] for kind in KINDS} == {80}
    assert {kind: ended["Crush", kind] for kind in KINDS} == {
        **dict.fromkeys(("draw", "split", "fold"), 96),
        **dict.fromkeys(("seeds", "epochs"), 0),
    }
    page = (TRUST.parent / "docs" / "explain" / "how-random.md").read_text("utf-8")
    assert "and Crush over `seeds` and `epochs`" in page


def test_every_kind_of_stream_was_read(found: list[Run]) -> None:
    assert {run.stream for run in directives.ours(found)} == set(KINDS)


def test_a_run_names_the_command_that_makes_it_again(found: list[Run]) -> None:
    for run in (one for one in found if one.stream != batteries.AES):
        made = f"mlx-keys stream {run.stream} --seed {run.seed} |"
        weakened = f"./stream {run.stream} {run.seed} {run.rounds} |"
        assert run.command.startswith(made if run.rounds == batteries.FULL else weakened)


def test_what_is_marked_is_what_the_batteries_mark(found: list[Run]) -> None:
    for run in found:
        edge = batteries.MARKED_BY_CHANCE[run.battery] / 2
        assert [one.marked for one in run.tests] == [
            not edge <= one.p <= 1 - edge for one in run.tests
        ]


def test_streams_of_other_seeds_share_nothing_with_the_first(found: list[Run]) -> None:
    """A stream of seeds goes on to the next one with each two words."""
    for run in found:
        if run.stream == "seeds" and run.seed != directives.SEED:
            assert run.seed > 2 * max(one.bytes for one in found) // 8


def test_no_marked_p_value_is_marked_again_with_another_seed(found: list[Run]) -> None:
    """The page says so, of each of them and three seeds."""
    for first in directives.ours(found):
        again = [one for one in found if directives._test(one) == directives._test(first)]
        for place, one in enumerate(first.tests):
            if one.marked:
                others = [other.tests[place] for other in again if other.seed != first.seed]
                assert [other.marked for other in others] == [False] * 3, one


def test_the_control_is_seen_and_we_are_not(found: list[Run]) -> None:
    weak = [run for run in found if run.rounds == directives.WEAK_ROUNDS]
    assert weak
    assert all(min(one.p for one in run.tests) < directives.IMPOSSIBLE for run in weak)
    full = [one.p for run in found if run.rounds == batteries.FULL for one in run.tests]
    assert min(full) > directives.IMPOSSIBLE
    assert max(full) < 1 - directives.IMPOSSIBLE
