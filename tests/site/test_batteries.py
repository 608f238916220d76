"""The pages show what the batteries found, the odd p-values too."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from docutils import nodes
from tests.site.battery_runs import CONTROL, DIEHARDER, RUNS, write_record
from tests.sphinx_project import SITE_CONF, build, write

from ext import batteries


def texts(table: nodes.Element) -> list[list[str]]:
    return [[entry.astext() for entry in row] for row in table.findall(nodes.row)]


def test_the_table_of_marks_counts_only_the_first_seed_and_full_rounds() -> None:
    assert texts(batteries.marks_table(RUNS[::-1])) == [
        ["Battery, stream", "Read", "p-values", "Marked", "By chance", "So many"],
        ["dieharder, split", "2 GB", "2", "1", "0.02", "0.02"],
        ["SmallCrush, fold", "1 GB", "1", "1", "0.00", "0.002"],
    ]


def test_a_marked_p_value_is_listed_with_those_of_other_seeds() -> None:
    assert texts(batteries.marked_table(RUNS)) == [
        ["Test", "seed 0", "another"],
        ["dieharder, split: sts_serial 2", "0.9986", "0.2500"],
        ["SmallCrush, fold: Gap", "2e-05", ""],
    ]
    passed = replace(DIEHARDER, tests=DIEHARDER.tests[:1])
    assert batteries.marked_table([passed]).astext() == "None was marked."


def test_the_table_of_controls_says_what_was_not_run() -> None:
    assert texts(batteries.controls_table(RUNS)) == [
        ["Stream", "6 rounds", "20 rounds"],
        ["split", "1 of 2", "not run"],
        ["fold", "not run", "1 of 1"],
    ]


def test_the_plot_puts_each_p_value_over_its_rank() -> None:
    drawn = batteries.p_value_plot(RUNS)
    assert drawn["text"] == (
        "3 p-values of 20 rounds beside the uniform line; of 6 rounds, 1 of 2 are below 1e-06"
    )
    assert 'class="mk-full" d="M92.0 312.0h0M192.0 192.0h0M292.0 12.4h0"' in drawn["html"]
    assert 'class="mk-weak" d="M117.0 312.0h0M267.0 162.0h0"' in drawn["html"]


def test_provenance_names_the_days_and_the_p_value_closest_to_0_or_1() -> None:
    assert batteries.provenance(RUNS).astext() == (
        "Run on 2026-11-22 to 2026-11-23 with dieharder 3.31.1 and TestU01 1.2.3, controls and "
        "repetitions included: 7 GB, 2.0 hours of a processor core. The p-value above that is "
        "closest to 0 or 1 is 2e-05 from it."
    )


def test_dieharder_over_our_words_is_listed_beside_dieharder_over_aes() -> None:
    other = replace(DIEHARDER, stream="AES", seed=1, tests=DIEHARDER.tests[:1])
    assert texts(batteries.uniformity_table([*RUNS, other])) == [
        ["p-values of", "How many", "Marked", "Mean", "Together"],
        ["all", "3", "2", "0.466", "0.8"],
        ["dieharder", "2", "1", "0.699", "0.5"],
        ["SmallCrush", "1", "1", "0.000", "0.1"],
        ["dieharder, the same tests", "1", "0", "0.400", "0.6"],
        ["dieharder, over AES", "1", "0", "0.400", "0.6"],
    ]


def test_a_page_without_a_record_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path, {"page.md": "# Page\n\n```{batteries}\n```\n"}, SITE_CONF)
    assert "no battery has been run" in build(tmp_path).warnings


def test_a_page_follows_the_record(tmp_path: Path) -> None:
    page = "# Page\n\n```{batteries-plot}\n```\n\n```{batteries}\n```\n"
    write(tmp_path, {"page.md": page}, SITE_CONF + 'mlx_keys_trust = "trust"\n')
    write_record(tmp_path, json.dumps(asdict(DIEHARDER)), json.dumps(asdict(CONTROL)))
    first = build(tmp_path)
    assert (first.warnings, first.stopped) == ("", "")
    assert "2 p-values of 20 rounds" in first.html("page")
    write_record(tmp_path, *(json.dumps(asdict(run)) for run in RUNS))
    assert "SmallCrush, fold" in build(tmp_path).html("page")
