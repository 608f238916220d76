"""What was measured stands on the page as it was measured, and what was not is a fault of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docutils import nodes
from tests.paths import TRUST

from ext import speed as directives
from mlx_keys.errors import KeysError
from mlx_keys.examples.execute.backend import Backend
from mlx_keys.trust import speed
from mlx_keys.trust.speed import SpeedRecord

CHIP = "NVIDIA H100 80GB HBM3, driver 580.159.04"
BACKEND = Backend("cuda", "linux", "x86_64", "glibc 2.39", CHIP, "0.32.4", "3.12.3")


def row(draw: str, who: str, median: float, rate: float, **more: object) -> dict[str, object]:
    return {
        "draw": draw, "who": who, "values": 8, "median": median, "gb_per_s": rate,
        "seconds": [median], **more,
    }  # fmt: skip


MEASURED = SpeedRecord(
    BACKEND,
    "2026-11-22",
    "mlx-keys bench prng --record",
    {"torch": "2.11.0"},
    [
        row("split", "mx.random", 1e-3, 1000),
        row("split", "prng", 5e-4, 2000, equal=True),
        row("split", "torch zero_, the write limit", 4e-4, 2500),
        row("uniform", "mx.random", 5e-3, 200),
        row("uniform", "prng", 5e-4, 1900, equal=True),
        row("uniform", "compiled mx.random", 2e-3, 500),
    ],
)


def texts(table: nodes.Element) -> list[list[str]]:
    return [[entry.astext() for entry in one] for one in table.findall(nodes.row)]


def shown(directive: type, *arguments: str, **options: int) -> nodes.Element:
    made = directive.__new__(directive)
    made.arguments, made.options = ["h100", *arguments], options
    return made.show(MEASURED)


def test_the_bars_stand_fastest_first_beside_the_write_limit() -> None:
    drawn = shown(directives.BarsDirective, "uniform")
    assert drawn["text"].splitlines() == [
        "uniform, 8 values: 10.00 times mx.random’s rate, 4.00 times that under mx.compile, "
        "76% of the write limit",
        "torch zero_, the write limit: 2,500 GB/s",
        "mlx_keys.prng: 1,900 GB/s",
        "mx.random, compiled: 500 GB/s",
        "mx.random: 200 GB/s",
    ]
    assert drawn["html"].count("<li ") == 4
    assert '<rect width="760" height="10"/>' in drawn["html"]


def test_the_table_sets_mlx_s_times_over_ours() -> None:
    table = shown(directives.TableDirective)
    assert table[0].astext() == "8 values, microseconds a call"
    assert texts(table) == [
        ["Draw", "prng", "mx.random", "ratio", "compiled", "ratio"],
        ["split", "500", "1,000", "2.00", "", ""],
        ["uniform", "500", "5,000", "10.00", "2,000", "4.00"],
    ]


def test_rates_are_of_calls_in_a_row_where_such_were_measured() -> None:
    rows = [
        row("split", "mx.random", 9e-4, 1100, in_a_row=4),
        row("split", "prng", 4e-4, 2200, in_a_row=4, equal=True),
    ]
    measured = SpeedRecord(BACKEND, "", "", {}, [*MEASURED.rows, *rows])
    bars = directives.BarsDirective.__new__(directives.BarsDirective)
    bars.arguments, bars.options = ["cuda", "split"], {}
    assert bars.show(measured)["text"].splitlines() == [
        "split, 8 values, 4 calls in a row: 2.25 times mx.random’s rate",
        "mlx_keys.prng: 2,200 GB/s",
        "mx.random: 1,100 GB/s",
    ]
    with pytest.raises(KeysError, match="nothing was measured of uniform with 8 values, 4 in a"):
        measured.of("uniform", 8, 4)
    only = SpeedRecord(BACKEND, "", "", {}, rows)
    table = directives.TableDirective.__new__(directives.TableDirective)
    table.arguments, table.options = ["cuda"], {"in-a-row": 4}
    shown = table.show(only)
    assert shown[0].astext() == "8 values, 4 calls in a row, microseconds a call"
    assert texts(shown)[1] == ["split", "400", "900", "2.25"]


def test_a_ratio_is_the_median_of_those_of_the_rounds() -> None:
    theirs, ours = {"seconds": [2.0, 8.0, 9.0]}, {"seconds": [1.0, 2.0, 9.0]}
    assert directives._ratio(theirs, ours) == "2.00"


def test_the_fastest_of_other_libraries_is_told() -> None:
    rows = [row("uniform", name, 1e-9 / rate, rate) for name, rate in (("a", 100.0), ("b", 125.0))]
    measured = SpeedRecord(BACKEND, "", "", {}, [*MEASURED.rows, *rows])
    bars = directives.BarsDirective.__new__(directives.BarsDirective)
    bars.arguments, bars.options = ["h100", "uniform"], {}
    (said, *_) = bars.show(measured)["text"].splitlines()
    assert f", {8e-12 / 5e-4:.2f} times that of b, 76% of" in said


def test_what_was_not_measured_of_a_chip_is_a_fault_of_the_page(tmp_path: Path) -> None:
    speed.save_speed(tmp_path, MEASURED)
    with pytest.raises(KeysError, match="no such thing was measured on h100"):
        speed.load_kernel_profile(tmp_path, "h100", ["a"])
    with pytest.raises(KeysError, match="no such thing was measured on h100"):
        speed.load_kernel_variants(tmp_path, "h100")
    with pytest.raises(KeysError, match="nothing was measured of uniform with 9 values"):
        shown(directives.BarsDirective, "uniform", values=9)


def test_what_was_not_measured_is_not_shown() -> None:
    with pytest.raises(KeysError, match="nothing was measured of split with 9 values"):
        shown(directives.TableDirective, values=9)


def test_the_machine_is_named_and_whether_all_was_equal() -> None:
    said = shown(directives.MachineDirective).astext()
    assert f"{CHIP}, Linux x86_64, Python 3.12.3, mlx 0.32.4, torch 2.11.0" in said
    assert "Every draw of ours was equal to mlx's, bit for bit." in said
    apart = SpeedRecord(
        BACKEND, "", "", {}, [*MEASURED.rows, row("normal", "prng", 1, 1, equal=False)]
    )
    made = directives.MachineDirective.__new__(directives.MachineDirective)
    assert "Not equal to mlx's were normal." in made.show(apart).astext()


def test_a_record_is_read_as_it_was_saved(tmp_path: Path) -> None:
    path = speed.save_speed(tmp_path, MEASURED)
    assert path == tmp_path / "speed" / "cuda-linux-x86_64-glibc-nvidia-h100-80gb-hbm3.json"
    assert speed.load_speed(tmp_path, "cuda") == speed.load_speed(tmp_path, "h100") == MEASURED
    assert len(path.read_text().splitlines()) == 18 + len(MEASURED.rows)


def test_a_metric_that_was_not_measured_is_named(tmp_path: Path) -> None:
    csv = speed.save_speed(tmp_path, MEASURED).with_suffix(".ncu.csv")
    csv.write_text("Kernel Name,a\n,us\nk,3.5\n")
    assert speed.load_kernel_profile(tmp_path, "cuda", ["a"]) == {"k": {"a": "3.5 us"}}
    with pytest.raises(KeysError, match="a metric was not measured: 'b'"):
        speed.load_kernel_profile(tmp_path, "cuda", ["b"])


@pytest.mark.parametrize("where", ["cpu", "h100"])
def test_what_the_site_shows_was_equal_to_mlx_s(where: str) -> None:
    measured = speed.load_speed(TRUST, where)
    assert all(one["equal"] for one in measured.rows if one["who"] == "prng")
    assert json.dumps(measured.of("normal", 2**20)["prng"]["values"]) == "1048576"
