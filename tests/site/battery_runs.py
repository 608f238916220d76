"""A few runs of batteries that never were, and the file that holds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ext.battery_records import BatteryRun, PValue

DIEHARDER = BatteryRun(
    "dieharder",
    "3.31.1",
    "split",
    0,
    20,
    "mlx-keys stream split --seed 0 | dieharder -g 200 -d 102",
    2_500_000_000,
    1800,
    "2026-11-22",
    (PValue("sts_serial 1", 0.4, "passed"), PValue("sts_serial 2", 0.9986, "weak")),
)
REPEATED = replace(
    DIEHARDER,
    seed=3,
    command="mlx-keys stream split --seed 3 | dieharder -g 200 -d 102",
    tests=(PValue("sts_serial 1", 0.001, "weak"), PValue("sts_serial 2", 0.25, "passed")),
)
CONTROL = BatteryRun(
    "SmallCrush",
    "TestU01 1.2.3",
    "split",
    0,
    6,
    "./stream split 0 6 | ./testu01 SmallCrush",
    900_000_000,
    1800,
    "2026-11-23",
    (PValue("Gap", 1e-300, "suspect"), PValue("MaxOft", 0.5, "passed")),
)
SHORT = replace(CONTROL, stream="fold", rounds=20, tests=(PValue("Gap", 2e-5, "suspect"),))
RUNS = (DIEHARDER, REPEATED, CONTROL, SHORT)


def write_record(folder: Path, *lines: str) -> Path:
    """Write the record of a project; the folder is the project's."""
    file = folder / "trust" / "batteries.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines))
    return file
