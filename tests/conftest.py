"""What all tests share: on CI a skipped test is a failed one, but for hardware that CI has not."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

#: A test so marked may skip on CI: no machine there has the hardware.
HARDWARE = ("needs_cuda", "needs_metal")


def pytest_configure(config: pytest.Config) -> None:
    for name in HARDWARE:
        config.addinivalue_line("markers", f"{name}: runs only where that hardware is")


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
