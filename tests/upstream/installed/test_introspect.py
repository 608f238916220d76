"""What the installed mlx says about its own functions."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlx_keys.errors import INSTALL_MLX, KeysError
from mlx_keys.upstream.installed import introspect

mlx = pytest.importorskip("mlx.core", reason="mlx is not installed")

RANDOM = sorted(
    name
    for name in dir(mlx.random)
    if not name.startswith("_") and hasattr(getattr(mlx.random, name), "__nb_signature__")
)


def test_split_as_the_installed_package_has_it() -> None:
    """Arguments with types and defaults come from nanobind, prose from the docstring."""
    entry = introspect.entry("mlx.core.random.split")
    assert str(entry.signature) == (
        "(key: array, num: int = 2, stream: StreamOrDevice = None) → array"
    )
    assert [(p.name, p.type) for p in entry.parameters] == [
        ("key", "array"),
        ("num", "int, optional"),
    ]
    assert entry.summary == "Split a PRNG key into sub keys."
    assert entry.returns is not None
    assert entry.returns.type == "array"


@pytest.mark.parametrize("name", RANDOM)
def test_every_random_function_is_read(name: str) -> None:
    """Each has a summary, and documents no parameter that its signature lacks."""
    entry = introspect.entry(f"mlx.core.random.{name}")
    assert entry.summary
    assert entry.signature is not None
    assert {p.name for p in entry.parameters} <= {a.name for a in entry.signature.parameters}


def test_key_and_seed_take_no_stream() -> None:
    """Of the random functions, these two alone."""
    without = [
        name
        for name in RANDOM
        if "stream" not in str(introspect.entry(f"mlx.core.random.{name}").signature)
    ]
    assert without == ["key", "seed"]


def test_defaults_that_nanobind_keeps_as_values_are_written_out() -> None:
    r"""``\0`` in a stub line stands for the first of the values that follow it."""
    assert "norm: str = 'backward'" in str(introspect.entry("mlx.core.fft.fft").signature)


def test_overloads_are_kept() -> None:
    """The function arange has two forms; the first is the entry's."""
    entry = introspect.entry("mlx.core.arange")
    assert [a.name for a in entry.signature.parameters][:2] == ["start", "stop"]  # type: ignore[union-attr]
    assert [a.name for a in entry.overloads[0].parameters][:2] == ["stop", "step"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("mlx.core.random.nothing", "has no mlx.core.random.nothing"),
        ("mlx.core.random.state", "no signature to read"),
        ("os.system", "not a name of mlx"),
    ],
)
def test_what_is_no_function_of_mlx_is_refused(name: str, problem: str) -> None:
    with pytest.raises(KeysError, match=problem):
        introspect.entry(name)


def test_without_mlx_the_error_says_how_to_install_it() -> None:
    """And importing the module itself asks for nothing."""
    script = (
        "import sys; sys.modules['mlx.core'] = None\n"
        "from mlx_keys.errors import KeysError\n"
        "from mlx_keys.upstream.installed import introspect as installed\n"
        "try: installed.entry('mlx.core.random.key')\n"
        "except KeysError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert f"fix: {INSTALL_MLX}" in done.stdout
