"""The history across mlx's releases: measured, readable, and true of the installed mlx."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.paths import ROOT

from mlx_keys.commands.history import command
from mlx_keys.errors import KeysError
from mlx_keys.trust import history, probes

RECORD = ROOT / "trust" / "history.json"

#: Their digests do not depend on the C library's logarithms.
EXACT = ("key", "seed", "split", "uniform", "bernoulli", "randint", "permutation")


@pytest.fixture(scope="module")
def here() -> history.Release:
    """The digests of the mlx that is installed."""
    done = subprocess.run(
        [sys.executable, probes.__file__], capture_output=True, text=True, check=True
    )
    stored = json.loads(done.stdout)
    return history.Release(stored["mlx"], {f: tuple(d) for f, d in stored["functions"].items()})


@pytest.mark.parametrize("function", EXACT)
def test_the_installed_mlx_draws_what_the_record_holds(
    function: str, here: history.Release
) -> None:
    recorded = {release.mlx: release for release in history.load_history(RECORD).releases}
    assert here.mlx in recorded, "measure it: mlx-keys history --measure " + here.mlx
    assert here.functions[function] == recorded[here.mlx].functions[function]


def release(version: str, **digests: str) -> history.Release:
    functions = {name: ("same",) * len(calls) for name, calls in probes.PROBES.items()}
    for name, digest in digests.items():
        functions[name] = (digest, *functions[name][1:])
    return history.Release(version, functions)


def test_a_change_names_both_releases_and_the_call() -> None:
    past = history.History("2026-01-01", "here", (release("0.9.0"), release("0.10.0", split="new")))
    assert past.changes("split") == (history.NumbersChange("0.9.0", "0.10.0", ("split(key(7))",)),)
    assert past.changes("key") == ()


def test_releases_are_ordered_by_number_and_a_new_measurement_replaces_the_old() -> None:
    first = history.merge_releases(
        None, [release("0.10.0"), release("0.9.0")], "2026-01-01", "here"
    )
    assert first.versions == ("0.9.0", "0.10.0")
    again = history.merge_releases(first, [release("0.9.0", key="new")], "2026-01-02", "here")
    assert again.versions == ("0.9.0", "0.10.0")
    assert again.releases[0].functions["key"][0] == "new"


def test_a_saved_history_is_loaded_as_it_was(tmp_path: Path) -> None:
    past = history.History("2026-01-01", "here", (release("0.9.0"), release("0.10.0")))
    history.save_history(past, tmp_path / "history.json")
    assert history.load_history(tmp_path / "history.json") == past


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "history of mlx.s releases cannot be read"),
        ("[]", "history of mlx.s releases cannot be read"),
        (
            '{"measured": "x", "platform": "y", "releases": [3]}',
            "history of mlx.s releases cannot be read",
        ),
        (
            '{"measured": "x", "platform": "y", "releases": [{"mlx": "1", "functions": {}}]}',
            "other probes",
        ),
    ],
)
def test_a_file_that_is_no_history_is_an_error_at_its_path(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "history.json"
    path.write_text(text)
    with pytest.raises(KeysError, match=problem) as caught:
        history.load_history(path)
    assert caught.value.where is not None
    assert caught.value.where.path == str(path)


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(KeysError, match="no probe measures"):
        history.load_history(RECORD).changes("shuffle")


def test_the_command_lists_every_function() -> None:
    done = CliRunner().invoke(command, ["--file", str(RECORD)])
    assert done.exit_code == 0
    functions = [line.split()[0] for line in done.output.splitlines()[1:] if line[0] != " "]
    assert functions == list(probes.PROBES)


def test_the_command_lists_changed_calls_under_their_function_in_short_lines() -> None:
    lines = CliRunner().invoke(command, ["--file", str(RECORD)]).output.splitlines()
    changed = lines.index("categorical          changed in 0.32.1")
    assert lines[changed + 2] == "  categorical(mx.zeros((1, 1000)), key=key(7))"
    assert max(map(len, lines)) < 80


def test_versions_without_measure_are_a_usage_error() -> None:
    assert CliRunner().invoke(command, ["0.32.4"]).exit_code == 2
