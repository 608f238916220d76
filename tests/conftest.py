"""What all tests share: on CI a skipped test is a failed one, but for hardware that CI has not."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.paths import ROOT

#: A test so marked may skip on CI: no machine there has the hardware.
HARDWARE = ("needs_cuda", "needs_metal")


# Hypothesis stops what takes 0.2 s an example, which a busy machine can make of any test.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    for name in HARDWARE:
        config.addinivalue_line("markers", f"{name}: runs only where that hardware is")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name in HARDWARE:
        if item.get_closest_marker(name):
            import mlx.core as mx

            backend = mx.cuda if name == "needs_cuda" else mx.metal
            if not backend.is_available():
                pytest.skip(f"{name}: this machine has none")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    excused = any(item.get_closest_marker(name) for name in HARDWARE)
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail") and not excused:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped on CI, where nothing may be missing: {reason}"
    return report


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real site's pages, built once for all tests and all workers of a run."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent  # each worker has a folder of its own below the run's
    build = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (build / "html" / "index.html").exists():
            done = subprocess.run(
                [sys.executable, "-m", "mlx_keys", "html", "--build", str(build)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
    return build / "html"
