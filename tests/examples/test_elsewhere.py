"""The site on a machine whose logarithms are others: floats are reported, all else holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.paths import ROOT

from mlx_keys.examples.compare import Outcome, Tolerance
from mlx_keys.examples.execute.pool import Pool
from mlx_keys.examples.execute.runner import Runner
from mlx_keys.examples.verify import verify_paths


def test_every_output_holds_there_but_for_the_last_places_of_floats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    there = str(ROOT / "tests" / "examples" / "elsewhere")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([there, os.environ.get("PYTHONPATH", "")]))
    with Pool() as pool:
        report = verify_paths(
            [Path("README.md"), Path("docs"), Path("gallery")],
            Runner(pool, timeout_factor=4.0),
            lambda _example, _backend: Tolerance(report=True),
        )
    assert [str(fault) for fault in report.faults] == []
    assert report.count(Outcome.UNATTESTED) > 0  # or it was no other machine
