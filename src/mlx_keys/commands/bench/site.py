"""The site: made afresh with installing, again with nothing changed, and after an edit."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from mlx_keys.errors import KeysError

from .timing import Row, measure

#: A page without examples, which is edited to measure the build after an edit.
EDITED = Path("docs/learn/index.md")

#: What is not copied with the project.
_IGNORED = shutil.ignore_patterns(".git", ".venv", "build", "__pycache__", ".*_cache")


def copy_project(project: Path, folder: Path) -> Path:
    """A copy of the project without what was installed or built in it."""
    shutil.copytree(project, folder, ignore=_IGNORED)
    shutil.rmtree(folder / "docs" / "gallery", ignore_errors=True)
    return folder


def run(command: list[str], folder: Path, path: str | None = None) -> None:
    """Run a command, and show nothing of its output.

    Args:
        command: The command.
        folder: The folder to run it in.
        path: Another ``PATH``.

    Raises:
        KeysError: The command fails; the error has its last lines of output.
    """
    env = dict(os.environ) if path is None else os.environ | {"PATH": path}
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS", "MAKELEVEL"):
        env.pop(name, None)
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise KeysError(
            f"this cannot be measured, as `{' '.join(command)}` fails",
            found="\n".join(lines[-12:]),
            fix="run it in the project's folder, and correct what it reports",
        )


def measure_site(project: Path, rounds: int) -> list[Row]:
    """Measure a fresh build with each installer, and rebuilding with the first of them.

    Args:
        project: The project's folder.
        rounds: How often a rebuild is measured. Installing is measured once.
    """
    with tempfile.TemporaryDirectory(prefix="mlx-keys-bench-") as scratch:
        fresh, copies = [], []
        for installer, path in _installers().items():
            copy = copy_project(project, Path(scratch) / installer)
            seconds = measure(lambda copy=copy, path=path: run(["make", "html"], copy, path))  # type: ignore[misc]
            fresh.append(Row(f"fresh make html, {installer}", (seconds,)))
            copies.append(copy)
        return [*fresh, *_measure_rebuilds(copies[0], rounds)]


def _installers() -> dict[str, str | None]:
    """Search paths for ``make``, by the installer that ``conf/install.sh`` finds there."""
    uv = shutil.which("uv")
    if uv is None:
        return {"pip": None}
    parts = os.environ["PATH"].split(os.pathsep)
    without = [part for part in parts if not (Path(part) / "uv").exists()]
    return {"uv": None, "pip": os.pathsep.join(without)}


def _measure_rebuilds(copy: Path, rounds: int) -> list[Row]:
    """Measure a copy's build cold, again with nothing changed, and after an edit, in turn."""
    page = copy / EDITED
    text = page.read_text(encoding="utf-8")
    cold, unchanged, edited = [], [], []
    for number in range(rounds):
        shutil.rmtree(copy / "build")
        shutil.rmtree(copy / "docs" / "gallery", ignore_errors=True)
        cold.append(measure(lambda: run(["make", "html"], copy)))
        unchanged.append(measure(lambda: run(["make", "html"], copy)))
        page.write_text(f"{text}\nEdit number {number}.\n", encoding="utf-8")
        edited.append(measure(lambda: run(["make", "html"], copy)))
    base = Row("cold build, installed", tuple(cold))
    return [
        base,
        Row("nothing changed", tuple(unchanged), base),
        Row("one page edited", tuple(edited), base),
    ]
