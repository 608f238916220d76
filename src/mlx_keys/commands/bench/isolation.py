"""What running examples in children, and comparing what they print, adds to a cold build.

The same site is built twice over, in turn: as it is, and with every example and script run in
Sphinx's own process and nothing compared (:mod:`.inprocess`). Examples that no process survives,
or that reach for processes, threads or signals, are turned into plain code in both.
"""

from __future__ import annotations

import ast
import shutil
import sys
import tempfile
from pathlib import Path

from mlx_keys.examples.page_example import Form, PageExample
from mlx_keys.examples.parse.extract import extract
from mlx_keys.examples.verify import find_pages

from . import inprocess
from .site import copy_project, run
from .timing import Row, in_turn

#: An example that imports one of these may end, fork or stall the process that runs it.
_RISKY = {
    "concurrent",
    "ctypes",
    "multiprocessing",
    "os",
    "signal",
    "subprocess",
    "sys",
    "threading",
}


def measure_isolation(project: Path, rounds: int) -> list[Row]:
    """Measure cold builds of both kinds.

    Args:
        project: The project's folder.
        rounds: How often each is built.
    """
    with tempfile.TemporaryDirectory(prefix="mlx-keys-bench-") as scratch:
        isolated = copy_project(project, Path(scratch) / "isolated")
        tame(isolated)
        plain = copy_project(isolated, Path(scratch) / "plain")
        conf = plain / "conf" / "conf.py"
        text = conf.read_text(encoding="utf-8")
        conf.write_text(f"{text}\nextensions.append({inprocess.__name__!r})\n", encoding="utf-8")
        names = {"in Sphinx's process": plain, "isolated and verified": isolated}
        for copy in names.values():
            build(copy)  # compiles what is imported, warms the disk
        found = in_turn({name: lambda at=copy: build(at) for name, copy in names.items()}, rounds)  # type: ignore[misc]
    base = Row("in Sphinx's process", found["in Sphinx's process"])
    return [base, Row("isolated and verified", found["isolated and verified"], base)]


def build(copy: Path) -> None:
    """Build a copy of the project, cold."""
    for folder in (copy / "build", copy / "docs" / "gallery"):
        shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "mlx_keys", "html", "--build", "build"], copy)


def tame(copy: Path) -> None:
    """Turn the risky examples of a copy's pages into plain code."""
    also = [path for path in (copy / "README.md",) if path.is_file()]
    for page in [*find_pages([copy / "docs"]), *also]:
        text = page.read_text(encoding="utf-8")
        lines = text.splitlines()
        for example in extract(text, str(page)).examples:
            if risky(example):
                _as_code(lines, example)
        page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def risky(example: PageExample) -> bool:
    """Whether an example may do to its process what a build would not survive."""
    if example.options.signal is not None:
        return True
    try:
        tree = ast.parse(example.code)
    except SyntaxError:
        return False
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    return bool(names & _RISKY)


def _as_code(lines: list[str], example: PageExample) -> None:
    """Make an example's fences those of code and text, in place."""
    at = (example.location.line or 1) - 1
    if example.form is Form.MARKER:
        lines[at] = ""
        return
    lines[at] = lines[at].replace("{example}", "text")
    if example.expected is not None:
        start = example.expected.block[0]
        lines[start] = lines[start].replace("{output}", "text")
