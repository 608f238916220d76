"""The shape of the house: which room may know which, and what the pure core never imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tests.paths import ROOT

PACKAGE = ROOT / "src" / "mlx_keys"

#: The rooms, each with the rooms of this project that it may import.
MAY_IMPORT = {
    "errors": set(),
    "files": {"errors"},
    "upstream": {"errors", "files"},
    "prng": {"errors"},
    "examples": {"errors", "files"},
    "keytree": {"errors", "prng"},
    "trust": {"errors", "examples", "files", "prng"},
}
TOP = {"sphinxext", "commands", "__main__"}
PURE = (
    "mlx_keys.upstream",
    "mlx_keys.upstream.read.page",
    "mlx_keys.upstream.write.page",
    "mlx_keys.upstream.installed.introspect",
    "mlx_keys.upstream.drift.compare",
    "mlx_keys.examples.parse.extract",
    "mlx_keys.examples.compare",
    "mlx_keys.examples.gallery.golden_file",
    "mlx_keys.prng",
    "mlx_keys.prng.threefry2x32",
    "mlx_keys.keytree",
)
FORBIDDEN = ("mlx", "sphinx", "docutils")


def imported_rooms(source: str, module: str) -> set[str]:
    """The rooms of this package that a module's text imports, at the top or inside a function."""
    package = module.split(".")[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = [*base, *([node.module] if node.module else [])]
            names |= {".".join([*stem, alias.name]) for alias in node.names}
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == "mlx_keys" and len(part) > 1}


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE.parent).with_suffix("")
        found.append((".".join(relative.parts), path))
    return found


@pytest.mark.parametrize(("module", "path"), modules(), ids=str)
def test_a_room_imports_only_what_lies_before_it(module: str, path: Path) -> None:
    room = module.split(".")[1]
    known = imported_rooms(path.read_text(), module) - {room, "__version__", "__init__"}
    if room in MAY_IMPORT:
        assert known <= MAY_IMPORT[room]
    elif room != "__init__":
        assert room in TOP, f"a room that the plan of the house does not name: {room}"
        assert not known & (TOP - {"commands", room} if room == "__main__" else TOP - {room})


def test_the_reading_of_imports_sees_each_way_to_write_one() -> None:
    source = "import mlx_keys.prng\nfrom mlx_keys import trust\nfrom ..keytree import x\n"
    assert imported_rooms(source, "mlx_keys.upstream.page") == {"prng", "trust", "keytree"}


def loaded_after(statement: str) -> list[str]:
    """Which forbidden packages a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint([n for n in {FORBIDDEN!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return list(ast.literal_eval(done.stdout))


@pytest.mark.parametrize("module", PURE)
def test_the_pure_core_loads_neither_mlx_nor_sphinx(module: str) -> None:
    assert loaded_after(f"import {module}") == []


def test_that_check_would_see_them() -> None:
    assert loaded_after("import mlx.core, sphinx") == ["mlx", "sphinx"]


def test_no_room_has_a_name_that_says_nothing() -> None:
    names = {part for module, _ in modules() for part in module.split(".")}
    assert not names & {"utils", "helpers", "common", "core", "manager", "misc"}
