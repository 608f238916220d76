"""The architecture: which package may import which, what the pure core never imports, and sizes.

A *room* is a module, or a whole subpackage, that stands directly in one of the package's wings:
``mlx_keys.upstream.read`` is one, ``mlx_keys.upstream.model`` another.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from tests.paths import ROOT

PACKAGE = ROOT / "src" / "mlx_keys"

#: Each wing with the wings that it may import. ``sphinxext`` and ``commands`` stand on top of all
#: of them, and nothing imports those but the entry point.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "files": {"errors"},
    "upstream": {"errors", "files"},
    "prng": {"errors", "files"},
    "examples": {"errors", "files"},
    "keytree": {"errors", "files", "prng"},
    "trust": {"errors", "examples", "files", "prng"},
}
#: Modules that import neither MLX nor Sphinx.
PURE = (
    "mlx_keys.upstream.read.page",
    "mlx_keys.upstream.write.page",
    "mlx_keys.upstream.installed",
    "mlx_keys.upstream.drift.compare",
    "mlx_keys.examples.parse.extract",
    "mlx_keys.examples.compare",
    "mlx_keys.examples.gallery.golden_file",
    "mlx_keys.prng",
    "mlx_keys.prng.threefry2x32",
    "mlx_keys.prng.key_uses",
    "mlx_keys.keytree",
)
FORBIDDEN = ("mlx", "sphinx", "docutils")

#: The most modules in a folder, not counting ``__init__.py``.
MOST_MODULES = 12
#: The most lines in a module.
MOST_LINES = 300

Graph = dict[str, set[str]]


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name; a package goes by its folder's name."""
    named = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


MODULES = modules()


def imports(source: str, package: str, known: Iterable[str]) -> set[str]:
    """The modules of this package that a source imports, at the top or inside a function.

    Args:
        source: The module's text.
        package: The package that relative imports start from.
        known: The modules that exist.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            stem = [*(base if node.level else []), *([node.module] if node.module else [])]
            names |= {".".join([*stem, alias.name]) for alias in node.names}
    known = set(known)
    found = set()
    for name in names:
        parts = name.split(".")
        prefixes = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
        found.update([prefix for prefix in prefixes if prefix in known][:1])
    return found


def import_graph() -> Graph:
    """What each module of the package imports of the package."""
    graph = {}
    for name, path in MODULES.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        graph[name] = imports(path.read_text(encoding="utf-8"), package, MODULES) - {name}
    return graph


def wing(module: str) -> str:
    """``upstream`` for ``mlx_keys.upstream.read.page``."""
    return module.split(".")[1] if "." in module else "__init__"


def room(module: str) -> str:
    """``mlx_keys.upstream.read`` for ``mlx_keys.upstream.read.page``."""
    return ".".join(module.split(".")[:3])


def rooms(graph: Mapping[str, set[str]]) -> Graph:
    """The same graph with each subpackage of a wing as one node; a wing's own face is left out."""
    joined: Graph = {}
    for module, imported in graph.items():
        joined.setdefault(room(module), set()).update(room(name) for name in imported)
    wings = {f"mlx_keys.{name}" for name in ("upstream", "prng", "examples", "keytree", "trust")}
    wings |= {"mlx_keys.sphinxext", "mlx_keys.commands"}
    return {name: below - wings - {name} for name, below in joined.items() if name not in wings}


def cycle(graph: Graph) -> list[str]:
    """A cycle of imports, or an empty list."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_wing_imports_only_what_lies_below_it() -> None:
    allowed = MAY_IMPORT | {"sphinxext": {*MAY_IMPORT}, "commands": {*MAY_IMPORT}}
    allowed |= {"__init__": {*MAY_IMPORT}, "__main__": {*MAY_IMPORT, "commands"}}
    upwards = {}
    for module, imported in import_graph().items():
        others = {wing(name) for name in imported} - {wing(module), "__init__"}
        if others - allowed[wing(module)]:
            upwards[module] = others - allowed[wing(module)]
    assert upwards == {}


def test_no_import_runs_upwards_between_modules() -> None:
    graph = import_graph()
    # A package's face imports its modules, and its modules each other, never the face.
    assert cycle({name: graph[name] for name in graph}) == []


def test_no_import_runs_upwards_between_rooms() -> None:
    assert cycle(rooms(import_graph())) == []


def test_the_cycle_check_sees_a_cycle_of_rooms_that_no_modules_make() -> None:
    graph = {
        "mlx_keys.upstream.read.page": {"mlx_keys.upstream.write.page"},
        "mlx_keys.upstream.write.links": {"mlx_keys.upstream.read.limits"},
    }
    assert cycle(graph) == []
    assert set(cycle(rooms(graph))) == {"mlx_keys.upstream.read", "mlx_keys.upstream.write"}


def test_the_import_check_sees_each_way_to_write_an_import() -> None:
    known = ["mlx_keys.prng.keys", "mlx_keys.trust", "mlx_keys.keytree", "mlx_keys.upstream.text"]
    source = "import mlx_keys.prng.keys\nfrom mlx_keys import trust\nfrom ..keytree import x\n"
    source += "def f():\n    from . import text\n    from .text import fold\n"
    assert imports(source, "mlx_keys.upstream", known) == set(known)


def test_a_folder_holds_a_dozen_modules_at_most() -> None:
    modules = [path for path in MODULES.values() if path.name != "__init__.py"]
    sizes = Counter(str(path.parent.relative_to(PACKAGE)) for path in modules)
    assert {folder: n for folder, n in sizes.items() if n > MOST_MODULES} == {}


def test_a_module_can_be_read_at_a_sitting() -> None:
    paths = [*MODULES.values(), *(ROOT / "conf").rglob("*.py")]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in paths
    }
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def loaded_after(statement: str) -> list[str]:
    """Which forbidden packages a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint([n for n in {FORBIDDEN!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return list(ast.literal_eval(done.stdout))


@pytest.mark.parametrize("module", PURE)
def test_the_pure_core_loads_neither_mlx_nor_sphinx(module: str) -> None:
    assert loaded_after(f"import {module}") == []


def test_the_purity_check_sees_mlx_and_sphinx() -> None:
    assert loaded_after("import mlx.core, sphinx") == ["mlx", "sphinx"]


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {part for module in MODULES for part in module.split(".")}
    assert not names & {"utils", "helpers", "common", "core", "manager", "misc"}
