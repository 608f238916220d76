"""``{speed}`` and its kin show what was measured, and name what was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from docutils import nodes
from tests.sphinx_project import SITE_CONF, Built, build, write
from tests.trust.speed_record import CHIP, MEASURED, row

from ext.speed import machine_paragraph, rate_bars, time_table
from mlx_keys.errors import KeysError
from mlx_keys.trust.speed import SpeedRecord, save_speed

#: Four calls that were waited for together.
IN_A_ROW = (
    row("split", "mx.random", 9e-4, 1100, in_a_row=4),
    row("split", "prng", 4e-4, 2200, in_a_row=4, equal=True),
)


def measured_too(*rows: dict[str, object]) -> SpeedRecord:
    """The record with more rows."""
    return replace(MEASURED, rows=[*MEASURED.rows, *rows])


def texts(table: nodes.Element) -> list[list[str]]:
    """The cells of a table."""
    return [[entry.astext() for entry in row] for row in table.findall(nodes.row)]


def test_bars_are_sorted_fastest_first_beside_the_write_limit() -> None:
    figure = rate_bars(MEASURED, "uniform", 8)
    assert figure["text"].splitlines() == [
        "uniform, 8 values: 10.00 times mx.random’s rate, 4.00 times that under mx.compile, "
        "76% of the write limit",
        "torch zero_, the write limit: 2,500 GB/s",
        "mlx_keys.prng: 1,900 GB/s",
        "mx.random, compiled: 500 GB/s",
        "mx.random: 200 GB/s",
    ]
    assert figure["html"].count("<li ") == 4
    assert '<rect width="760" height="10"/>' in figure["html"]


def test_the_table_has_mlxs_times_beside_ours_and_their_ratios() -> None:
    table = time_table(MEASURED, 8, 1)
    assert table[0].astext() == "8 values, microseconds a call"
    assert texts(table) == [
        ["Draw", "prng", "mx.random", "ratio", "compiled", "ratio"],
        ["split", "500", "1,000", "2.00", "", ""],
        ["uniform", "500", "5,000", "10.00", "2,000", "4.00"],
    ]


def test_rates_are_those_of_calls_in_a_row_if_any_were_measured() -> None:
    assert rate_bars(measured_too(*IN_A_ROW), "split", 8)["text"].splitlines() == [
        "split, 8 values, 4 calls in a row: 2.25 times mx.random’s rate",
        "mlx_keys.prng: 2,200 GB/s",
        "mx.random: 1,100 GB/s",
    ]


def test_a_table_of_calls_in_a_row_says_so() -> None:
    table = time_table(replace(MEASURED, rows=IN_A_ROW), 8, 4)
    assert table[0].astext() == "8 values, 4 calls in a row, microseconds a call"
    assert texts(table)[1] == ["split", "400", "900", "2.25"]


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds() -> None:
    """Of 2, 4 and 1, though the ratio of the medians is 4."""
    rows = [
        row("split", "mx.random", 8.0, 1, seconds=[2.0, 8.0, 9.0]),
        row("split", "prng", 2.0, 1, seconds=[1.0, 2.0, 9.0], equal=True),
    ]
    assert texts(time_table(replace(MEASURED, rows=rows), 8, 1))[1][-1] == "2.00"


def test_the_fastest_other_library_is_named() -> None:
    peers = [row("uniform", name, 1e-9 / rate, rate) for name, rate in (("a", 100.0), ("b", 125.0))]
    caption, *_ = rate_bars(measured_too(*peers), "uniform", 8)["text"].splitlines()
    assert f", {8e-12 / 5e-4:.2f} times that of b, 76% of" in caption


def test_a_size_that_was_not_measured_is_an_error() -> None:
    with pytest.raises(KeysError, match="nothing was measured of uniform with 9 values"):
        rate_bars(MEASURED, "uniform", 9)
    with pytest.raises(KeysError, match="nothing was measured of split with 9 values"):
        time_table(MEASURED, 9, 1)


def test_the_machine_is_named_and_whether_all_was_equal() -> None:
    text = machine_paragraph(MEASURED).astext()
    assert f"{CHIP}, Linux x86_64, Python 3.12.3, mlx 0.32.4, torch 2.11.0" in text
    assert "Every draw of ours was equal to mlx's, bit for bit." in text
    other = machine_paragraph(measured_too(row("normal", "prng", 1, 1, equal=False))).astext()
    assert "Not equal to mlx's were normal." in other


def page_of(folder: Path, *directives: str) -> Built:
    """A project with the record, and a page of these directives, built."""
    save_speed(folder / "trust", MEASURED)
    page = "# Page\n\n" + "\n".join(f"```{{{directive}\n```\n" for directive in directives)
    write(folder, {"page.md": page}, SITE_CONF + 'mlx_keys_trust = "trust"\n')
    return build(folder)


def test_each_directive_shows_its_part_of_the_record(tmp_path: Path) -> None:
    path = save_speed(tmp_path / "trust", MEASURED)
    path.with_suffix(".variants.csv").write_text("variant,milliseconds\nin two halves,1.25\n")
    built = page_of(
        tmp_path,
        "speed} h100 uniform",
        "speed-table} h100",
        "speed-variants} h100",
        "speed-machine} h100",
    )
    assert (built.warnings, built.stopped) == ("", "")
    html = built.html("page")
    for part in ("76% of the write limit", "microseconds a call", "in two halves", "bit for bit"):
        assert part in html


def test_a_chip_without_a_record_stops_the_build(tmp_path: Path) -> None:
    built = page_of(tmp_path, "speed-table} m3")
    assert "page.md:3: ERROR: 0 records of speed on m3" in built.warnings
    assert built.stopped
