"""A record of speed is read as it was saved, and what it lacks is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.paths import TRUST
from tests.trust.speed_record import MEASURED

from mlx_keys.errors import KeysError
from mlx_keys.trust import speed


def test_a_record_is_read_as_it_was_saved(tmp_path: Path) -> None:
    path = speed.save_speed(tmp_path, MEASURED)
    assert path == tmp_path / "speed" / "cuda-linux-x86_64-glibc-nvidia-h100-80gb-hbm3.json"
    assert speed.load_speed(tmp_path, "cuda") == speed.load_speed(tmp_path, "h100") == MEASURED
    assert len(path.read_text().splitlines()) == 18 + len(MEASURED.rows)


def test_a_draw_that_was_not_measured_is_an_error() -> None:
    with pytest.raises(KeysError, match="nothing was measured of uniform with 9 values"):
        MEASURED.measurements("uniform", 9)
    with pytest.raises(KeysError, match="nothing was measured of uniform with 8 values, 4 in a"):
        MEASURED.measurements("uniform", 8, 4)


def test_a_missing_kernel_profile_is_an_error(tmp_path: Path) -> None:
    speed.save_speed(tmp_path, MEASURED)
    with pytest.raises(KeysError, match="measured on h100"):
        speed.load_kernel_profile(tmp_path, "h100", ["a"])
    with pytest.raises(KeysError, match="measured on h100"):
        speed.load_kernel_variants(tmp_path, "h100")


def test_a_missing_metric_is_an_error(tmp_path: Path) -> None:
    csv = speed.save_speed(tmp_path, MEASURED).with_suffix(".ncu.csv")
    csv.write_text("Kernel Name,a\n,us\nk,3.5\n")
    assert speed.load_kernel_profile(tmp_path, "cuda", ["a"]) == {"k": {"a": "3.5 us"}}
    with pytest.raises(KeysError, match="a metric was not measured: 'b'"):
        speed.load_kernel_profile(tmp_path, "cuda", ["b"])


@pytest.mark.parametrize("where", ["cpu", "h100"])
def test_every_draw_in_the_projects_records_was_equal_to_mlxs(where: str) -> None:
    measured = speed.load_speed(TRUST, where)
    assert all(row["equal"] for row in measured.rows if row["who"] == "prng")
    assert measured.measurements("normal", 2**20)["prng"]["values"] == 2**20
