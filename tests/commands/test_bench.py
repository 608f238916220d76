"""Measurements are medians, and ratios to a base that was measured beside them."""

from __future__ import annotations

import json
from pathlib import Path

import mlx.core as mx
import pytest
from click.testing import CliRunner

from mlx_keys import prng
from mlx_keys.commands.bench import command, generator, timing
from mlx_keys.commands.bench.generator import ARGUMENTS, prepare_draw
from mlx_keys.commands.bench.site import copy_project, run
from mlx_keys.commands.bench.timing import Row, measure_alternately, table
from mlx_keys.errors import INSTALL_MLX, KeysError
from mlx_keys.examples.execute.backend import ask
from mlx_keys.trust import speed


def test_a_ratio_is_the_median_of_those_to_the_base_in_the_same_round() -> None:
    base = Row("base", (2.0, 1.0, 9.0))
    row = Row("row", (3.0, 5.0, 4.0), base)
    assert (base.ratio, row.median, row.ratio) == (None, 4.0, 1.5)
    assert row.to_json() == {
        "name": "row",
        "seconds": [3.0, 5.0, 4.0],
        "median": 4.0,
        "ratio": 1.5,
        "to": "base",
    }


def test_the_table_shows_medians_ratios_and_spread() -> None:
    base = Row("base", (0.002, 0.002, 0.002))
    lines = table([base, Row("a longer row", (0.003, 4.0, 0.003), base)]).splitlines()
    assert lines == [
        "  base             2.0 ms           (2.0 ms to 2.0 ms, 3 times)",
        "  a longer row     3.0 ms   1.50 x  (3.0 ms to 4.0 s, 3 times)",
    ]


def test_a_rate_is_bytes_over_the_median() -> None:
    row = Row("row", (2.0, 1.0, 9.0), size=3 * 10**9)
    assert row.rate == row.to_json()["gb_per_s"] == 1.5
    assert "1.500 GB/s" in table([row])
    assert "gb_per_s" not in Row("row", (1.0,)).to_json()


def test_calls_are_measured_alternately_forth_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    clock = iter(range(100))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: float(next(clock)))
    measured = measure_alternately(
        {"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 2
    )
    assert done == ["a", "b", "b", "a"]
    assert measured == {"a": (1.0, 1.0), "b": (1.0, 1.0)}


def test_a_copy_holds_nothing_that_was_installed_or_built(tmp_path: Path) -> None:
    for name in (".venv/x", "build/x", "docs/gallery/x", "docs/index.md", "src/__pycache__/x"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).touch()
    copy = copy_project(tmp_path / "project", tmp_path / "copy")
    files = [path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()]
    assert files == ["docs/index.md"]


def test_a_command_that_fails_is_not_measured_and_its_output_is_shown(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="cannot be measured") as caught:
        run(["sh", "-c", "echo why >&2; exit 3"], tmp_path)
    assert caught.value.found == "why"


def test_the_generator_is_measured_beside_mlx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "SIZES", (16,))
    monkeypatch.setattr(generator, "GPU_SIZES", (16,))
    done = CliRunner().invoke(command, ["prng", "--rounds", "2", "--json"])
    rows = json.loads(done.output)["prng"]
    ours = {row["draw"]: row for row in rows if row["who"] == "prng"}
    theirs = {row["draw"]: row for row in rows if row["who"] == "mx.random"}
    assert list(ours) == list(theirs) == ["split", *ARGUMENTS]
    assert all(row["equal"] and row["values"] == 16 for row in ours.values())
    assert all(ours[name]["to"] == theirs[name]["name"] for name in ours)
    assert all(len(row["seconds"]) == 2 and row["gb_per_s"] > 0 for row in rows)


def test_the_record_says_whether_both_draws_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    uniform = prng.uniform
    monkeypatch.setattr(prng, "uniform", lambda **arguments: uniform(**arguments) + 1)
    assert not prepare_draw("uniform", 8).equal
    assert prepare_draw("normal", 8).equal


def test_on_a_gpu_compiled_draws_are_measured_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mx, "compile", lambda call: call)  # on a CPU it would ask for g++
    split, bernoulli = (
        [row.facts["who"] for row in generator.measure_draw(name, 16, 1, on_gpu=True)]
        for name in ("split", "bernoulli")
    )
    assert split[:2] == ["mx.random", "prng"]
    assert bernoulli == ["mx.random", "prng", "compiled mx.random"]


def test_calls_in_a_row_are_waited_for_once_and_timed_by_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mx, "compile", lambda call: call)
    waits: list[int] = []
    wait = mx.eval
    monkeypatch.setattr(mx, "eval", lambda drawn: waits.append(len(drawn)) or wait(drawn))
    (base, *rows) = generator.measure_draw("normal", 16, 1, 3, on_gpu=True)
    assert set(waits) == {1, 3}
    assert base.name == "mx.random.normal, 16 values, 3 in a row"
    assert all(row.facts["in_a_row"] == 3 and row.size == 64 for row in (base, *rows))
    monkeypatch.setattr(
        generator, "measure_alternately", lambda calls, *_, **__: dict.fromkeys(calls, (6.0,))
    )
    (base, *_) = generator.measure_draw("normal", 16, 1, 3, on_gpu=True)
    assert base.seconds == (2.0,)


def test_a_measurement_is_the_median_of_its_repeats_each_after_an_untimed_warmup(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    durations = iter([100.0, 1.0, 100.0, 2.0, 100.0, 6.0])

    def call() -> None:
        clock[0] += next(durations)

    assert measure_alternately({"a": call}, 1, 3, warmups=1) == {"a": (2.0,)}


def test_a_recorded_measurement_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for sizes in ("SIZES", "GPU_SIZES"):
        monkeypatch.setattr(generator, sizes, (16,))
    done = CliRunner().invoke(command, ["prng", "--rounds", "1", "--json", "--record"])
    backend = ask()
    record = speed.load_speed(tmp_path / "trust", backend.device)
    assert record.backend == backend
    assert record.command == "mlx-keys bench prng --rounds 1 --record"
    assert record.rows == json.loads(done.stdout)["prng"]
    assert record.measurements("normal", 16)["prng"]["equal"] is True
    with pytest.raises(KeysError, match="nothing was measured of normal with 17 values"):
        record.measurements("normal", 17)


def test_only_measurements_of_the_generator_can_be_recorded() -> None:
    done = CliRunner().invoke(command, ["site", "--record"])
    assert done.exit_code == 2


def test_a_device_has_exactly_one_record(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="0 records of speed on metal") as caught:
        speed.load_speed(tmp_path, "metal")
    assert caught.value.fix == "mlx-keys bench prng --record on such a machine"
    (tmp_path / "speed").mkdir()
    (tmp_path / "speed" / "cpu-a.json").write_text("[]")
    with pytest.raises(KeysError, match="the record of speed cannot be read"):
        speed.load_speed(tmp_path, "cpu")
    (tmp_path / "speed" / "cpu-b.json").touch()
    with pytest.raises(KeysError, match="2 records of speed on cpu"):
        speed.load_speed(tmp_path, "cpu")


def test_without_a_site_the_error_names_the_part_that_can_be_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, ["site"])
    assert isinstance(done.exception, KeysError)
    assert done.exception.fix is not None
    assert "bench prng" in done.exception.fix


def test_without_mlx_nothing_is_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "conf.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("mlx_keys.commands.bench._measure", lambda *_: pytest.fail("it began"))
    done = CliRunner().invoke(command)
    assert isinstance(done.exception, KeysError)
    assert done.exception.problem == "mlx is not installed, and what is measured runs on it"
    assert done.exception.fix == INSTALL_MLX
