"""What is measured is set in relation to what it says, and both builds run the same examples."""

from __future__ import annotations

import json
from pathlib import Path

import mlx.core as mx
import pytest
from click.testing import CliRunner

from mlx_keys import prng
from mlx_keys.commands.bench import command, generator, timing
from mlx_keys.commands.bench.draws import ARGUMENTS, drawn
from mlx_keys.commands.bench.inprocess import execute
from mlx_keys.commands.bench.isolation import risky, tame
from mlx_keys.commands.bench.site import copy_project, run
from mlx_keys.commands.bench.timing import Row, in_turn, table
from mlx_keys.errors import INSTALL_MLX, KeysError
from mlx_keys.examples.execute.backend import ask
from mlx_keys.examples.parse.extract import extract
from mlx_keys.trust import speed

PAGE = """\
# Page

```{example}
import os
print(os.getpid() > 0)
```
```{output}
True
```

```{example}
print(6 * 7)
```
```{output}
42
```

```{example}
:signal: SIGFPE

print(1)
```
```{output}
killed by SIGFPE
```
"""


def test_a_ratio_is_the_median_of_those_to_the_base_in_the_same_round() -> None:
    base = Row("base", (2.0, 1.0, 9.0))
    row = Row("row", (3.0, 5.0, 4.0), base)
    assert (base.ratio, row.middle, row.ratio) == (None, 4.0, 1.5)
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


def test_acts_are_measured_in_turn_forth_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    clock = iter(range(100))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: float(next(clock)))
    found = in_turn({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, 2)
    assert done == ["a", "b", "b", "a"]
    assert found == {"a": (1.0, 1.0), "b": (1.0, 1.0)}


def test_examples_that_a_build_would_not_survive_become_plain_code(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "page.md"
    page.write_text(PAGE)
    assert [risky(one) for one in extract(PAGE, "page.md").examples] == [True, False, True]
    tame(tmp_path)
    (kept,) = extract(page.read_text(), "page.md").examples
    assert (kept.code, kept.expected and kept.expected.text) == ("print(6 * 7)\n", "42")


def test_an_example_runs_in_this_process_whatever_its_end() -> None:
    first, second, _ = extract(PAGE.replace("print(6 * 7)", "print(1); 1 / 0"), "p.md").examples
    assert (execute(first), execute(second)) == ("True\n", "1\n")


def test_a_copy_holds_nothing_that_was_installed_or_built(tmp_path: Path) -> None:
    for name in (".venv/x", "build/x", "docs/gallery/x", "docs/index.md", "src/__pycache__/x"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).touch()
    copy = copy_project(tmp_path / "project", tmp_path / "copy")
    files = [path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()]
    assert files == ["docs/index.md"]


def test_what_fails_is_not_measured(tmp_path: Path) -> None:
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


def test_draws_that_differ_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    uniform = prng.uniform
    monkeypatch.setattr(prng, "uniform", lambda **given: uniform(**given) + 1)
    assert not drawn("uniform", 8).equal
    assert drawn("normal", 8).equal


def test_a_gpu_is_measured_beside_mx_compile_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mx, "compile", lambda call: call)  # on a CPU it would ask for g++
    who = lambda name: [row.facts["who"] for row in generator._measured(name, 16, 1, on_gpu=True)]  # noqa: E731
    assert who("split")[:2] == ["mx.random", "prng"]
    assert who("bernoulli") == ["mx.random", "prng", "compiled mx.random"]


def test_where_a_gpu_is_filled_calls_in_a_row_are_measured_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mx, "compile", lambda call: call)
    waits: list[int] = []
    wait = mx.eval
    monkeypatch.setattr(mx, "eval", lambda drawn: waits.append(len(drawn)) or wait(drawn))
    (base, *rows) = generator._measured("normal", 16, 1, 3, on_gpu=True)
    assert set(waits) == {1, 3}
    assert base.name == "mx.random.normal, 16 values, 3 in a row"
    assert all(row.facts["in_a_row"] == 3 and row.size == 64 for row in (base, *rows))
    monkeypatch.setattr(generator, "in_turn", lambda acts, *_, **__: dict.fromkeys(acts, (6.0,)))
    (base, *_) = generator._measured("normal", 16, 1, 3, on_gpu=True)
    assert base.seconds == (2.0,)


def test_a_measurement_is_the_median_of_its_turns_each_after_an_act_that_is_not_timed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    lasts = iter([100.0, 1.0, 100.0, 2.0, 100.0, 6.0])

    def act() -> None:
        clock[0] += next(lasts)

    assert in_turn({"a": act}, 1, 3, before=1) == {"a": (2.0,)}


def test_what_is_measured_is_kept_and_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for sizes in ("SIZES", "GPU_SIZES"):
        monkeypatch.setattr(generator, sizes, (16,))
    done = CliRunner().invoke(command, ["prng", "--rounds", "1", "--json", "--record"])
    backend = ask()
    kept = speed.load_speed(tmp_path / "trust", backend.device)
    assert kept.backend == backend
    assert kept.command == "mlx-keys bench prng --rounds 1 --record"
    assert kept.rows == json.loads(done.stdout)["prng"]
    assert kept.measurements("normal", 16)["prng"]["equal"] is True
    with pytest.raises(KeysError, match="nothing was measured of normal with 17 values"):
        kept.measurements("normal", 17)


def test_only_the_generator_is_kept() -> None:
    done = CliRunner().invoke(command, ["site", "--record"])
    assert done.exit_code == 2


def test_one_record_of_a_device_is_read(tmp_path: Path) -> None:
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


def test_without_a_site_there_is_none_to_measure(
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
