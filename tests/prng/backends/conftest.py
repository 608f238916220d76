"""The folder that compiled kernels are kept in, one for all tests of a process."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def kernel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the kernels that are compiled as C++ are kept."""
    return tmp_path_factory.mktemp("kernels")
