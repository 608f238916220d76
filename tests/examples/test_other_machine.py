"""The examples on a machine with other logarithms: floats are reported, all else is equal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.paths import ROOT

from mlx_keys.examples.compare import Outcome, Tolerance
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.verify import verify_paths


def test_on_another_machine_only_the_last_places_of_floats_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    folder = str(ROOT / "tests" / "examples" / "other_machine")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([folder, os.environ.get("PYTHONPATH", "")]))
    with Pool() as pool:
        report = verify_paths(
            [Path("README.md"), Path("docs"), Path("gallery")],
            Runner(pool, timeout_factor=4.0),
            lambda _example, _backend: Tolerance(report=True),
        )
    assert [str(fault) for fault in report.faults] == []
    assert report.count(Outcome.UNATTESTED) > 0  # else the other machine was not in effect
